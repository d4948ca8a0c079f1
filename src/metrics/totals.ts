// Totals: all that is counted of a breaker since it was made, as one row of numbers; and their sum over the breakers that
// share a series, which never goes down, though breakers come and go: a counter that does is taken for one that restarted.
import type { EndpointStats } from '../index.ts'
import type { Attributes, MetricName } from './catalogue.ts'

/** The states by their number in the gauge. */
export const STATES = ['closed', 'halfOpen', 'open', 'forcedOpen', 'disabled'] as const

interface Cell {
  readonly metric: MetricName
  readonly attributes: Attributes
  readonly read: (stats: EndpointStats) => number
}

/** The counters that are read from the table; a row of totals begins with these. */
export const CELLS: readonly Cell[] = [
  { metric: 'calls', attributes: { outcome: 'success' }, read: ({ calls }) => calls.succeeded },
  { metric: 'calls', attributes: { outcome: 'failure' }, read: ({ calls }) => calls.failed - calls.timedOut },
  { metric: 'calls', attributes: { outcome: 'timeout' }, read: ({ calls }) => calls.timedOut },
  { metric: 'calls', attributes: { outcome: 'ignored' }, read: ({ calls }) => calls.ignored },
  { metric: 'rejections', attributes: {}, read: ({ calls }) => calls.rejected },
  { metric: 'fallbacks', attributes: {}, read: ({ calls }) => calls.fallbacks },
  { metric: 'lateResults', attributes: {}, read: ({ calls }) => calls.late },
  { metric: 'slowCalls', attributes: {}, read: ({ calls }) => calls.slow },
  ...STATES.map(
    (state): Cell => ({
      metric: 'stateTime',
      attributes: { state },
      read: ({ timeInState }) => timeInState[state] / 1_000,
    }),
  ),
]
/** Behind them: how many calls were sampled, the seconds they took, and how many took at most each bound. */
export const SAMPLES = CELLS.length
export const SAMPLED_SECONDS = SAMPLES + 1
export const AT_MOST = SAMPLES + 2

export type Totals = readonly number[]

export function totalsOf(stats: EndpointStats): Totals {
  const { samples, totalMs, atMost = [] } = stats.latency
  return [...CELLS.map(({ read }) => read(stats)), samples, totalMs / 1_000, ...atMost]
}

export class SharedTotals {
  #sum: number[] = []
  #last = new Map<string, Totals>()

  /** The sum, with what these breakers have counted since the last time; `null` until there is one. */
  add(present: ReadonlyMap<string, Totals>): Totals | null {
    for (const [endpoint, totals] of present) {
      const last = this.#last.get(endpoint)
      const isAnother = last === undefined || totals.some((total, index) => total < (last[index] ?? 0))
      totals.forEach((total, index) => {
        this.#sum[index] = (this.#sum[index] ?? 0) + total - (isAnother ? 0 : (last[index] ?? 0))
      })
    }
    this.#last = new Map(present)
    return this.#sum.length === 0 ? null : this.#sum
  }
}
