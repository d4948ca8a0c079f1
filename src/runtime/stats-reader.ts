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
   * Of each breaker whose counts, state or probes have changed since this reader came to it last, its figures by now; the
   * first time of all. One after another, as you ask for the next: with very many you may pause in between, for others to
   * have their turn. It does not tell which are gone (that is the event `deleted`), nor that a rate has fallen because its
   * window moved on without a call.
   */
  *read(): Generator<EndpointStats, void, undefined> {
    for (const row of this.#rows) {
      const version = versionOf(caughtUp(row))
      if (this.#seen.get(row) === version) continue
      this.#seen.set(row, version)
      yield endpointStats(row)
    }
  }
}

/** A number that grows with everything that happens to a row. */
function versionOf({ generation, allowed, succeeded, failed, probes, chronicle }: Row): number {
  const { rejected, ignored, late, fallbacks, limited, places, lastProbe } = chronicle
  // A probe whose lease has expired is counted nowhere; but it is not in flight any more.
  const endedProbes = lastProbe - probes.length
  const told = rejected + ignored + late + fallbacks + limited + (places?.moves ?? 0)
  return generation + allowed + succeeded + failed + told + endedProbes
}
