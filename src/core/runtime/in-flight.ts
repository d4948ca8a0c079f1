// InFlight: the calls of a closed breaker that have begun and not ended, under a rule for slow calls, oldest first: one that has
// taken longer than `slowerThan` is slow already, and counts before it ends. One task for the oldest; no timer a call.
import type { SlowRule } from '../rules/triggers/slow-calls.ts'
import type { Scheduler } from './scheduler.ts'
import type { Task } from './task-heap.ts'

/** A call in flight: one link of the list. */
export interface FlightLink {
  startedAt: number
  /** Whether it has counted as slow. */
  isSlow: boolean
  /** The list that it is in. */
  list: InFlight | null
  before: FlightLink | null
  after: FlightLink | null
}

/** A call of exactly `slowerThan` is not slow; one that is in flight a millisecond later is. */
const TICK_MS = 1

export class InFlight {
  #first: FlightLink | null = null
  #last: FlightLink | null = null
  #slowAfterMs: number
  #task: Task | null = null
  #since = Number.NEGATIVE_INFINITY
  #isOver = false
  readonly #scheduler: Scheduler
  readonly #onDue: () => void

  /** `onDue` is called when the oldest may have become slow. */
  constructor(slowerThanMs: number, scheduler: Scheduler, onDue: () => void) {
    this.#slowAfterMs = slowerThanMs + TICK_MS
    this.#scheduler = scheduler
    this.#onDue = onDue
  }

  get isEmpty(): boolean {
    return this.#first === null
  }

  add(flight: FlightLink, startedAt: number): void {
    flight.startedAt = startedAt
    flight.isSlow = false
    flight.list = this
    flight.before = this.#last
    flight.after = null
    if (this.#last === null) this.#first = flight
    else this.#last.after = flight
    this.#last = flight
    if (this.#task === null) this.#arm()
  }

  remove(flight: FlightLink): void {
    if (flight.list !== this) return
    const { before, after } = flight
    if (before === null) this.#first = after
    else before.after = after
    if (after === null) this.#last = before
    else after.before = before
    flight.list = null
    flight.before = null
    flight.after = null
  }

  /** Whether the oldest has become slow by `now`. */
  isDue(now: number): boolean {
    return this.#first !== null && this.#first.startedAt + this.#slowAfterMs <= now
  }

  /** The oldest counts as slow from now on; it leaves the list. Says when it has become slow. */
  takeSlow(): number {
    const first = this.#first
    if (first === null) return this.#since
    this.remove(first)
    first.isSlow = true
    return Math.max(this.#since, first.startedAt + this.#slowAfterMs)
  }

  /** Another `slowerThan` is in force: nothing counts by it before that. */
  refit({ slowerThanMs }: SlowRule, now: number): void {
    this.#slowAfterMs = slowerThanMs + TICK_MS
    this.#since = now
    this.#disarm()
    if (this.#first !== null) this.#arm()
  }

  /** The generation is over: nothing of it counts any more. */
  end(): void {
    this.#isOver = true
    this.#disarm()
  }

  #arm(): void {
    this.#task = this.#scheduler.add((this.#first?.startedAt ?? 0) + this.#slowAfterMs, () => {
      this.#task = null
      this.#onDue()
      if (this.#first !== null && this.#task === null && !this.#isOver) this.#arm()
    })
    this.#scheduler.arm()
  }

  #disarm(): void {
    if (this.#task !== null) this.#scheduler.cancel(this.#task)
    this.#task = null
  }
}
