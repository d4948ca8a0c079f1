// Eviction: which breaker makes room for another under `maxBreakers`. Second chance (CLOCK), which costs a call nothing:
// what has done nothing since it was last looked at, and has no call in flight, is idle.
import type { Row } from './row.ts'

/** A choice must not cost more the more breakers there are. */
const MOST_LOOKS = 64

export class Eviction {
  /** What may be evicted: closed rows, the least recently looked at first, and how much each had done by then. */
  readonly #closed = new Map<Row, number>()

  /** The row is new, or its state has changed, or it is gone. What is not closed holds a decision and is never evicted. */
  note(row: Row): void {
    this.#closed.delete(row)
    if (row.attached && row.state === 'closed') this.#closed.set(row, activityOf(row))
  }

  /** An idle closed breaker; else one with no call in flight; else any that is closed. */
  choose(): Row | undefined {
    let looks = Math.min(this.#closed.size * 2, MOST_LOOKS)
    let second: Row | undefined
    for (const [row, seen] of this.#closed) {
      if (looks-- === 0) break
      const isFree = callsInFlight(row) === 0
      const activity = activityOf(row)
      if (isFree && seen === activity) return row
      if (isFree) second ??= row
      // Behind the others, which are looked at first next time.
      this.#closed.delete(row)
      this.#closed.set(row, activity)
    }
    return second ?? this.#closed.keys().next().value
  }
}

function endedCalls({ succeeded, failed, chronicle: { ignored, late } }: Row): number {
  return succeeded + failed + ignored + late
}

function activityOf(row: Row): number {
  return row.allowed + endedCalls(row)
}

function callsInFlight(row: Row): number {
  return row.allowed + row.chronicle.recorded - endedCalls(row)
}
