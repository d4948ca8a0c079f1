// Heading: the name, the state and why, and what comes next.
import { useState } from 'preact/hooks'
import { COLUMN, type EndpointDetail, type WireRow } from '../../protocol.ts'
import { duration, percent, probeIn, probeWords } from '../format.ts'
import { styleOf } from '../states.ts'
import { Icon } from '../ui/icons.tsx'
import { Name } from '../ui/name.tsx'
import { StateBadge } from '../ui/state-badge.tsx'

interface Props {
  readonly name: string
  readonly row: WireRow | null
  readonly deadline: number | null
  /** It is no longer there, or never was. */
  readonly isGone: boolean
  readonly detail: EndpointDetail | null
}

export function Heading({ name, row, deadline, isGone, detail }: Props) {
  const since = detail?.timeline.at(-1)?.from
  const state = row === null ? null : styleOf(row[COLUMN.state])
  return (
    <header class="heading">
      <h2 class="heading-name">
        <Name name={name} most={400} />
        <CopyButton text={name} />
      </h2>
      {isGone ? (
        <p class="problem">There is no endpoint of this name{row === null ? '' : ' any more'}.</p>
      ) : (
        state !== null &&
        row !== null && (
          <p class="heading-state">
            <StateBadge state={state.key} isLarge />
            <span class="heading-reason">
              {row[COLUMN.reason] === null ? state.means : row[COLUMN.reason]}
              {since !== undefined && Date.now() - since >= 1000 && (
                <span class="faint"> · for {duration(wholeSeconds(Date.now() - since))}</span>
              )}
            </span>
            <Next state={state.key} row={row} deadline={deadline} />
          </p>
        )
      )}
      {!isGone && detail !== null && <Ruled override={detail.override} />}
    </header>
  )
}

/** Above the breaker's own state: the fleet can only add rejections. */
function Ruled({ override }: Pick<EndpointDetail, 'override'>) {
  if (override === null) return null
  const { state, reason, share, retryAfterMs } = override
  return (
    <p class="heading-state">
      <StateBadge state={state} />
      <span class="heading-reason">
        {reason}
        {share > 0 && <span class="faint"> · lets {percent(share)} through</span>}
      </span>
      {retryAfterMs !== null && share === 0 && state === 'open' && (
        <span class="next" aria-hidden="true">
          next <strong class="figure">{probeIn(retryAfterMs)}</strong>
        </span>
      )}
    </p>
  )
}

function Next({ state, row, deadline }: { state: string; row: WireRow; deadline: number | null }) {
  if (state === 'open' && deadline !== null) {
    return (
      <span class="next" aria-hidden="true">
        next <strong class="figure">{probeIn(deadline - performance.now())}</strong>
      </span>
    )
  }
  if (state === 'halfOpen') {
    return <span class="next">{probeWords(row[COLUMN.probesInFlight], deadline)}</span>
  }
  return null
}

function CopyButton({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1_500)
  }
  // Pages that are not on this machine and not encrypted have no clipboard.
  if (navigator.clipboard === undefined) return null
  return (
    <button
      type="button"
      class="quiet copy"
      onClick={() => void copy()}
      aria-label={isCopied ? 'Copied' : 'Copy the name'}
      title={isCopied ? 'Copied' : 'Copy the name'}
    >
      <Icon name="copy" size={13} />
    </button>
  )
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000) * 1000)
}
