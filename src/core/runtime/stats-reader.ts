// StatsReader: the figures of those breakers that something has happened to, for who looks again and again.
import { caughtUp } from './deliver.ts'
import type { Row } from './row.ts'
import { type EndpointStats, endpointStats } from './stats.ts'

/** Reads the figures of breakers that have changed. From `registry.changes()`; each reader remembers what it has read. */
export class StatsReader {
  readonly #rows: Iterable<Row>
  readonly #seen = new WeakMap<Row, number>()

  /** @internal Use `registry.changes()`. */
  constructor(rows: Iterable<Row>) {
    this.#rows = rows
  }

  /**
   * Of each breaker that anything has happened to since this reader came to it last, its figures by now; the
   * first time of all. One after another, as you ask for the next: with very many you may pause in between, for others to
   * have their turn. It does not tell which are gone (that is the event `deleted`), nor that a rate has fallen because its
   * window moved on without a call.
   */
  *read(): Generator<EndpointStats, void, undefined> {
    for (const row of this.#rows) {
      const { version, current } = caughtUp(row)
      // A ramp's share grows by itself.
      if (this.#seen.get(row) === version && current.ramp === null) continue
      this.#seen.set(row, version)
      yield endpointStats(row)
    }
  }
}
