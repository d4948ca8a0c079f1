// TableReader: all metrics of a registry, read from its table in one pass on demand. Calls pay nothing for it; only what
// the table does not count (transitions, restarts, escalations) is counted by listeners.
import type { Registry, StatsReader } from '../../index.ts'
import type { Labels } from './catalogue.ts'
import { type Reading, ReadingWriter } from './reading.ts'
import { SeriesByEndpoint } from './series.ts'
import { SharedTotals } from './totals.ts'

export interface TableReaderOptions {
  readonly maxEndpoints: number
  /** Ascending, in seconds; empty: no histogram. */
  readonly latencyBounds: readonly number[]
  /** The labels of every point. */
  readonly labels: Labels
}

export class TableReader {
  readonly #registry: Registry
  readonly #latencyBoundsMs: readonly number[] | undefined
  readonly #labels: Labels
  readonly #series: SeriesByEndpoint
  readonly #shared = new SharedTotals()
  readonly #changes: StatsReader
  readonly #ends: readonly (() => void)[]
  #lastReading: Reading | null = null

  constructor(registry: Registry, { maxEndpoints, latencyBounds, labels }: TableReaderOptions) {
    this.#registry = registry
    this.#latencyBoundsMs = latencyBounds.length === 0 ? undefined : latencyBounds.map((seconds) => seconds * 1_000)
    this.#labels = labels
    this.#series = new SeriesByEndpoint(maxEndpoints, labels)
    this.#changes = registry.changes()
    for (const { endpoint } of registry.list()) this.#series.of(endpoint)
    this.#ends = [
      registry.on('created', ({ endpoint }) => {
        this.#series.of(endpoint)
      }),
      registry.on('deleted', ({ endpoint }) => {
        this.#series.drop(endpoint)
        this.#shared.leave(endpoint)
      }),
      registry.on('transition', (event) => {
        // A reset of all would make a series for each breaker that was already closed.
        if (event.from !== 'closed' || event.to !== 'closed') this.#series.of(event.endpoint).count(event)
      }),
      registry.on('restarted', ({ endpoint }) => {
        this.#series.of(endpoint).restarts++
      }),
      registry.on('escalated', ({ endpoint }) => {
        this.#series.of(endpoint).escalations++
      }),
    ]
  }

  /** For a registry that is closed: the last counts, for a last push, and no states, because there are no breakers. */
  read(): Reading {
    if (this.#lastReading !== null) return this.#lastReading
    const { isClosed } = this.#registry
    const reading = this.#take(isClosed)
    if (isClosed) this.#lastReading = reading
    return reading
  }

  /** Stops listening. */
  end(): void {
    for (const end of this.#ends) end()
  }

  #take(isClosed: boolean): Reading {
    const writer = new ReadingWriter()
    const { other } = this.#series
    const all = this.#registry.list()
    // The endpoint that has waited longest gets a free place.
    for (const { endpoint } of all) this.#series.of(endpoint)
    const latencyBoundsMs = this.#latencyBoundsMs
    for (const stats of this.#registry.stats({ latencyBoundsMs })) {
      const series = this.#series.of(stats.endpoint)
      if (series !== other) writer.breaker(series, stats, isClosed)
    }
    if (all.length > this.#series.size || this.#shared.isUsed) {
      // Of the others only those that have changed: with very many endpoints, most rest.
      for (const stats of this.#changes.read()) {
        if (this.#series.of(stats.endpoint) === other) this.#shared.add(stats)
      }
      writer.counters(other, this.#shared.sum)
    }
    if (!isClosed) writer.fleet(this.#labels, all)
    return writer
  }
}
