// Statechart: the machine itself, with the state that is active lit and the last transitions travelling along their edges.
import { useRef } from 'preact/hooks'
import { COLUMN, type EndpointDetail, type WireRow, type WireTransition } from '../../protocol.ts'
import { isOverridden, lookOf, nextOf, ownProbes, ownShape } from '../admission.ts'
import { wordOf } from '../states.ts'
import { transitions } from '../store/transitions.ts'
import { ChartInWords } from './chart-in-words.tsx'
import { Edge } from './edge.tsx'
import { HeldNote } from './held.tsx'
import type { Picture, PictureEdge, PictureNode } from './picture.ts'

declare const __STATECHART__: Picture
/** Put here when the page is built. */
const picture: Picture = __STATECHART__

/** So many transitions leave a trace on their edges. */
const TRACES = 3

interface Props {
  readonly name: string
  readonly row: WireRow
  readonly deadline: number | null
  readonly detail: EndpointDetail | null
}

export function Statechart({ name, row, deadline, detail }: Props) {
  const active = ownShape(row)
  const isHeld = isOverridden(row)
  const { traces, openedAt } = useTraces(name, detail)
  const live = liveWords(active, row, deadline, detail)
  return (
    <section class="part part-wide chart" aria-labelledby="chart-title">
      <h3 id="chart-title">Statechart</h3>
      <HeldNote row={row} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a phone, and keys must reach it */}
      <div class="chart-scroll" role="group" aria-labelledby="chart-title" tabIndex={0}>
        <svg
          class="chart-picture"
          viewBox={`0 0 ${picture.width} ${picture.height}`}
          role="img"
          aria-label={`Statechart of the breaker. It is ${wordOf(active)}.${isHeld ? ` But ${lookOf(row).word} decides.` : ''}`}
        >
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7.5"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto-start-reverse"
            >
              <path d="M0 .6 7.5 4 0 7.4z" class="arrow-head" />
            </marker>
          </defs>
          {picture.edges.map((edge) => {
            const age = traces.findIndex((trace) => edgeOf(trace) === edge)
            const trace = traces[age]
            return (
              <Edge
                key={edge.id}
                edge={edge}
                age={age}
                // Only what happens while one looks travels.
                travel={
                  trace !== undefined && age === 0 && trace.time >= openedAt
                    ? `${trace.generation} ${trace.time}`
                    : null
                }
              />
            )
          })}
          {picture.nodes.map((node) => (
            <Node
              key={node.id}
              node={node}
              isActive={node.id === active}
              isHeld={isHeld}
              live={node.id === active ? live : ''}
            />
          ))}
        </svg>
      </div>
      <div class="chart-foot">
        <p class="chart-legend" aria-hidden="true">
          <Sign kind="start" words="start" />
          <Sign kind="any" words="any state" />
        </p>
        <ChartInWords picture={picture} active={active} />
      </div>
    </section>
  )
}

function Sign({ kind, words }: { kind: PictureNode['kind']; words: string }) {
  return (
    <span>
      <svg class={`node-${kind}`} width="10" height="10" viewBox="0 0 10 10">
        <circle cx="5" cy="5" r="4" />
      </svg>
      {words}
    </span>
  )
}

/** The newest transitions of this endpoint, the newest first, and since when one looks. */
function useTraces(name: string, detail: EndpointDetail | null) {
  const openedAt = useRef<number | null>(null)
  const newest = [...(detail?.transitions ?? []), ...transitions.value.filter(({ endpoint }) => endpoint === name)]
    // What the fleet decides takes no way through it.
    .filter(({ by }) => by === 'breaker')
  const unique = new Map(newest.map((each) => [`${each.generation} ${each.to}`, each]))
  const traces = [...unique.values()]
    .sort((a, b) => b.time - a.time || (b.generation ?? 0) - (a.generation ?? 0))
    .slice(0, TRACES)
  // By the clock of the process, which may be another than ours.
  if (openedAt.current === null && detail !== null) openedAt.current = detail.now
  return { traces, openedAt: openedAt.current ?? Number.POSITIVE_INFINITY }
}

/** Between the two states; a command (which may come in any state) has the name that its reason begins with. */
function edgeOf({ from, to, reason }: WireTransition): PictureEdge | undefined {
  const command = picture.edges.find(
    (edge) => edge.from === null && edge.to === to && edge.transitions.some(({ event }) => reason.startsWith(event)),
  )
  return (
    command ??
    picture.edges.find((edge) => edge.from === from && edge.to === to) ??
    picture.edges.find((edge) => edge.from === null && edge.to === to)
  )
}

/** What the server told may be of the period before. */
function isOfThisPeriod(row: WireRow, detail: EndpointDetail | null): detail is EndpointDetail {
  return detail?.row[COLUMN.generation] === row[COLUMN.generation]
}

function liveWords(active: string, row: WireRow, deadline: number | null, detail: EndpointDetail | null): string {
  // Also overridden, it waits for what it would wait for by itself.
  if (active === 'ramping' || (active === 'halfOpen' && isOverridden(row))) return ownProbes(row)
  if (active === 'open' || active === 'halfOpen') {
    return nextOf(row, deadline === null ? null : deadline - performance.now())
  }
  if (active !== 'closed' || !isOfThisPeriod(row, detail)) return ''
  const { count, threshold } = detail.evidence.failures
  return threshold === null ? '' : `${count} of ${threshold} failures`
}

interface NodeProps {
  readonly node: PictureNode
  readonly isActive: boolean
  /** Something else decides: it is lit, but not in its colour. */
  readonly isHeld: boolean
  readonly live: string
}

function Node({ node, isActive, isHeld, live }: NodeProps) {
  const { id, kind, x, y, width, height, description } = node
  if (kind !== 'state') {
    return (
      <g class={`node-point node-${kind}`}>
        <title>{description}</title>
        <circle cx={x} cy={y} r={kind === 'start' ? 5 : 4.5} />
      </g>
    )
  }
  return (
    <g class={`node state-${isHeld ? 'disabled' : id}${isActive ? ' node-active' : ''}`} data-state={id}>
      <title>{description}</title>
      <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx="9" class="node-box" />
      <text x={x} y={y} dy={live === '' ? 4.5 : -2} class="node-name">
        {wordOf(id)}
      </text>
      {live !== '' && (
        <text x={x} y={y} dy="13" class="node-live">
          {live}
        </text>
      )}
    </g>
  )
}
