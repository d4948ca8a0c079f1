// Heading: the name, whether calls are admitted, by whom not and why, and what comes next.
import { useState } from 'preact/hooks'
import { COLUMN, type EndpointDetail, type WireRow } from '../../protocol.ts'
import { isOverridden, lookOf, nextOf, ownShape, whyOf } from '../admission.ts'
import { duration, NOTHING } from '../format.ts'
import { styleOf, wordOf } from '../states.ts'
import { Icon } from '../ui/icons.tsx'
import { Name } from '../ui/name.tsx'
import { LookBadge } from '../ui/state-badge.tsx'
import { FleetLine } from './held.tsx'

interface Props {
  readonly name: string
  readonly row: WireRow | null
  readonly deadline: number | null
  /** It is no longer there, or never was. */
  readonly isGone: boolean
  readonly detail: EndpointDetail | null
}

export function Heading({ name, row, deadline, isGone, detail }: Props) {
  return (
    <header class="heading">
      <h2 class="heading-name">
        <Name name={name} most={400} />
        <CopyButton text={name} />
      </h2>
      {isGone && <p class="problem">There is no endpoint of this name{row === null ? '' : ' any more'}.</p>}
      {!isGone && row !== null && <State row={row} deadline={deadline} detail={detail} />}
      {!isGone && row !== null && detail !== null && <FleetLine override={detail.override} row={row} />}
    </header>
  )
}

/** Who decides about calls; below it the breaker itself, where that is not who decides. */
function State({ row, deadline, detail }: Pick<Props, 'deadline' | 'detail'> & { row: WireRow }) {
  const { means } = styleOf(row[COLUMN.state])
  const isElsewhere = isOverridden(row)
  const since = detail?.timeline.at(-1)?.from
  const age =
    since !== undefined && Date.now() - since >= 1000 ? (
      <span class="faint"> · for {duration(wholeSeconds(Date.now() - since))}</span>
    ) : null
  const look = lookOf(row)
  // Of a bulkhead, the reason has it all.
  const next = look.shape === 'full' ? NOTHING : nextOf(row, deadline === null ? null : deadline - performance.now())
  return (
    <>
      <p class="heading-state">
        <LookBadge look={look} isLarge />
        <span class="heading-reason">
          {whyOf(row) ?? means}
          {!isElsewhere && age}
        </span>
        {next !== NOTHING && (
          <span class="next">
            <strong class="figure">{next}</strong>
          </span>
        )}
      </p>
      {isElsewhere && (
        <p class="heading-own">
          The breaker itself is <strong>{wordOf(ownShape(row))}</strong>
          {row[COLUMN.reason] === null ? '' : `: ${row[COLUMN.reason]}`}
          {age}
        </p>
      )}
    </>
  )
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
