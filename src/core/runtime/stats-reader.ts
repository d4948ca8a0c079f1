// StatsReader: the figures of breakers that have changed, for code that reads again and again.
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
   * The figures of each breaker that has changed since this reader last read it; the first time, of all. Each is read as
   * you ask for the next, so with very many you may pause in between and let other code run. It does not say which breakers
   * are gone (listen to `deleted`), nor that a rate has fallen because its window moved on without a call.
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
