// Totals: what is counted of a breaker since it was made, as one row of numbers; and their sum over the breakers that share
// a series, which never goes down, though breakers come and go: a counter that does is taken for one that restarted.
import type { EndpointStats } from '../../index.ts'
import type { Labels, MetricName } from './catalogue.ts'

interface Cell {
  readonly metric: MetricName
  readonly labels: Labels
  readonly read: (stats: EndpointStats) => number
}

/** The counters that can be summed over breakers; a row of totals consists of these. */
export const CELLS: readonly Cell[] = [
  { metric: 'calls', labels: { outcome: 'success' }, read: ({ calls }) => calls.succeeded },
  { metric: 'calls', labels: { outcome: 'failure' }, read: ({ calls }) => calls.failed - calls.timedOut },
  { metric: 'calls', labels: { outcome: 'timeout' }, read: ({ calls }) => calls.timedOut },
  { metric: 'calls', labels: { outcome: 'ignored' }, read: ({ calls }) => calls.ignored },
  { metric: 'rejections', labels: {}, read: ({ calls }) => calls.rejected },
  { metric: 'limited', labels: {}, read: ({ calls }) => calls.limited },
  { metric: 'fallbacks', labels: {}, read: ({ calls }) => calls.fallbacks },
  { metric: 'lateResults', labels: {}, read: ({ calls }) => calls.late },
  { metric: 'slowCalls', labels: {}, read: ({ calls }) => calls.slow },
]

export class SharedTotals {
  readonly sum: number[] = CELLS.map(() => 0)
  readonly #last = new Map<string, readonly number[]>()

  /** Whether it was ever shared: once exported, it is always exported. */
  isUsed = false

  /** Adds what this breaker has counted since it was added last. */
  add(stats: EndpointStats): void {
    const totals = CELLS.map(({ read }) => read(stats))
    const last = this.#last.get(stats.endpoint)
    totals.forEach((total, index) => {
      this.sum[index] = (this.sum[index] ?? 0) + total - (last?.[index] ?? 0)
    })
    this.#last.set(stats.endpoint, totals)
    this.isUsed = true
  }

  /** The breaker is gone; its counts stay. */
  leave(endpoint: string): void {
    this.#last.delete(endpoint)
  }
}
