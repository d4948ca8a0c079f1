// Row: one endpoint in the list.
import { COLUMN } from '../../protocol.ts'
import { countdown, isOnRamp, latency, percent, perSecond } from '../format.ts'
import { styleOf } from '../states.ts'
import type { Endpoint } from '../store/endpoints.ts'
import { hrefOf } from '../store/route.ts'
import { Glyph } from '../ui/icons.tsx'
import { Name, shortName } from '../ui/name.tsx'
import { Sparkline } from '../ui/sparkline.tsx'
import { callsPerSecond, failureShare, rejectionsPerSecond } from './columns.ts'

export const ROW_HEIGHT = 44

interface Props {
  readonly endpoint: Endpoint
  readonly index: number
  /** The slot of the tracks that will be written next. */
  readonly next: number
  readonly now: number
  readonly isAtCursor: boolean
  readonly isOpened: boolean
}

export function EndpointRow({ endpoint, index, next, now, isAtCursor, isOpened }: Props) {
  const { name, row, state } = endpoint
  const { key, word } = styleOf(state)
  const { share, isByRule } = failureShare(endpoint, next)
  const rejected = rejectionsPerSecond(endpoint, next)
  const isFresh = now - endpoint.changedAt < 1600
  return (
    <div
      role="row"
      id={`row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={isOpened}
      data-index={index}
      class={`row state-${key}${isAtCursor ? ' row-cursor' : ''}${isOpened ? ' row-opened' : ''}${isFresh ? ' row-fresh' : ''}`}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
    >
      <span role="gridcell" class="cell cell-state">
        <Glyph state={key} />
        <span class="word">{word}</span>
      </span>
      <span role="gridcell" class="cell cell-name">
        <a href={hrefOf(name)} tabIndex={-1} title={shortName(name, 300)}>
          <Name name={name} />
        </a>
      </span>
      <span role="gridcell" class="cell cell-calls">
        <Sparkline track={endpoint.track} next={next} />
        <span class="figure">{perSecond(callsPerSecond(endpoint, next))}</span>
      </span>
      <span role="gridcell" class={`cell cell-rejections figure${rejected > 0 ? ' is-bad' : ' is-nothing'}`}>
        {perSecond(rejected)}
      </span>
      <span role="gridcell" class={`cell cell-failures${isByRule ? '' : ' is-counted'}`}>
        <Share share={share} />
      </span>
      <span role="gridcell" class="cell cell-slow">
        <Share share={row[COLUMN.slowRate]} />
      </span>
      <span role="gridcell" class="cell cell-p50 figure">
        {latency(row[COLUMN.p50])}
      </span>
      <span role="gridcell" class="cell cell-p99 figure">
        {latency(row[COLUMN.p99])}
      </span>
      <span role="gridcell" class="cell cell-probe figure">
        <NextProbe endpoint={endpoint} now={now} />
      </span>
    </div>
  )
}

/** A share as a figure over a bar of that length. */
function Share({ share }: { share: number | null }) {
  const isNothing = share === null || share === 0
  return (
    <span class={`share${isNothing ? ' is-nothing' : ''}`}>
      <span class="figure">{percent(share)}</span>
      {!isNothing && (
        <span class="share-bar">
          <i style={{ width: `${share * 100}%` }} />
        </span>
      )}
    </span>
  )
}

export function NextProbe({ endpoint: { state, row, deadline }, now }: { endpoint: Endpoint; now: number }) {
  const key = styleOf(state).key
  if (key === 'halfOpen') {
    const probes = row[COLUMN.probesInFlight]
    if (isOnRamp(probes, deadline)) return <>ramp</>
    return <>{probes > 0 ? 'probing' : 'awaited'}</>
  }
  if (key === 'forcedOpen') return <span class="is-nothing">by hand</span>
  if (key !== 'open' || deadline === null) return <span class="is-nothing">–</span>
  return <>{countdown(deadline - now)}</>
}
