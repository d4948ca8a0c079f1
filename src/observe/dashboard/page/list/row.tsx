// Row: one endpoint in the list.
import { COLUMN } from '../../protocol.ts'
import { lookOf, nextOf, whyOf } from '../admission.ts'
import { latency, NOTHING, percent, perSecond } from '../format.ts'
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
  const { name, row } = endpoint
  const { kind, shape, isFleets, word } = lookOf(row)
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
      class={`row state-${kind}${isAtCursor ? ' row-cursor' : ''}${isOpened ? ' row-opened' : ''}${isFresh ? ' row-fresh' : ''}`}
      style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
    >
      <span role="gridcell" class="cell cell-state" title={whyOf(row) ?? undefined}>
        <Glyph shape={shape} kind={kind} isFleets={isFleets} />
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
        <Next endpoint={endpoint} now={now} />
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

function Next({ endpoint: { row, deadline }, now }: { endpoint: Endpoint; now: number }) {
  const next = nextOf(row, deadline === null ? null : deadline - now)
  return (
    <span class={`next-words${next === NOTHING ? ' is-nothing' : ''}`} title={next}>
      {next}
    </span>
  )
}
