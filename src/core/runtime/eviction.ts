// Eviction: which breaker makes room for another under `maxBreakers`. Second chance (CLOCK), which costs a call nothing:
// what has done nothing since it was last looked at, and has no call in flight, is idle. Told of every change of state by the
// table.
import { activityOf, awaitsAnyCall, callsInFlight } from './activity.ts'
import { stateAt } from './deliver.ts'
import type { Row } from './row.ts'

/** A choice must not cost more the more breakers there are. */
const MOST_LOOKS = 64

export class Eviction {
  /** Closed rows, the least recently looked at first, and how much each had done by then. */
  readonly #closed = new Map<Row, number>()
  /** The longest half-open first, but those that had a probe in flight when they were looked at, which come last. */
  readonly #halfOpen = new Set<Row>()
  /** The longest open first. Their open time may have passed before a timer says so. */
  readonly #open = new Set<Row>()

  /** The row is new, or its state has changed, or it is gone. */
  note(row: Row): void {
    this.#closed.delete(row)
    this.#halfOpen.delete(row)
    this.#open.delete(row)
    if (!row.attached) return
    if (row.state === 'closed') this.#closed.set(row, activityOf(row))
    else if (row.state === 'halfOpen') this.#halfOpen.add(row)
    else if (row.state === 'open') this.#open.add(row)
  }

  /**
   * An idle closed breaker; else one with no call in flight; else any that is closed; else one that is half-open and waits for
   * a call. Others hold a decision: `undefined` where there are no more than those.
   */
  choose(now: number): Row | undefined {
    return this.#firstClosed() ?? this.#firstHalfOpen() ?? this.#firstOverdue(now)
  }

  #firstClosed(): Row | undefined {
    let looks = Math.min(this.#closed.size * 2, MOST_LOOKS)
    let second: Row | undefined
    for (const [row, seen] of this.#closed) {
      if (looks-- === 0) break
      const isFree = callsInFlight(row) === 0
      const activity = activityOf(row)
      if (isFree && seen === activity) return row
      if (isFree) second ??= row
      // Behind the others, which are examined first next time.
      this.#closed.delete(row)
      this.#closed.set(row, activity)
    }
    return second ?? this.#closed.keys().next().value
  }

  #firstHalfOpen(): Row | undefined {
    let looks = Math.min(this.#halfOpen.size, MOST_LOOKS)
    for (const row of this.#halfOpen) {
      if (looks-- === 0) break
      if (awaitsAnyCall(row)) return row
      this.#halfOpen.delete(row)
      this.#halfOpen.add(row)
    }
    return undefined
  }

  /** Half-open by now, though the event loop had no time to say so; or closed, by a `resetAll` that is still at work. */
  #firstOverdue(now: number): Row | undefined {
    let looks = MOST_LOOKS
    for (const row of this.#open) {
      if (looks-- === 0) break
      if (stateAt(row, now) !== 'open' && row.policy.probes === 'calls') return row
    }
    return undefined
  }
}
