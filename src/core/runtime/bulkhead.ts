// Bulkhead: the calls that run and the calls that wait under a breaker's `maxConcurrent`. In the extras of those breakers
// alone that have, or had, a limit. Taken by admission.ts, returned by permits; queue.ts waits in it.
import type { Turns } from './turns.ts'

/** A call that waits for a slot: one link of the queue. */
export interface Waiter {
  /** Called when it has left the queue: a slot is held for it, or there is nothing to wait for any more. */
  readonly wake: (hasSlot: boolean) => void
  before: Waiter | null
  after: Waiter | null
  isWaiting: boolean
}

/** What a bulkhead needs to know of its breaker. */
export interface Limited {
  /** Moved by every change. */
  version: number
  readonly core: { readonly turns: Turns }
}

export class Bulkhead {
  /** Calls that hold a slot. */
  inFlight = 0
  queued = 0
  /** Whether the queue is moving on: what frees a slot meanwhile need not see to it. */
  isMoving = false
  // Linked, because any of thousands may leave from the middle at any time.
  #first: Waiter | null = null
  #last: Waiter | null = null
  readonly #breaker: Limited
  readonly #moveOn: () => void

  /** `moveOn` is called when those who wait may have something to come for. */
  constructor(breaker: Limited, moveOn: () => void) {
    this.#breaker = breaker
    this.#moveOn = moveOn
  }

  take(): void {
    this.inFlight++
    this.#breaker.version++
  }

  giveBack(): void {
    this.inFlight--
    this.#breaker.version++
    if (this.queued > 0) this.#moveOn()
  }

  /** Something has changed that those who wait may have waited for. */
  changed(): void {
    if (this.queued > 0) this.#breaker.core.turns.later(this.#moveOn)
  }

  /** The last in the queue. */
  join(wake: (hasSlot: boolean) => void): Waiter {
    const waiter: Waiter = { wake, before: this.#last, after: null, isWaiting: true }
    if (this.#last === null) this.#first = waiter
    else this.#last.after = waiter
    this.#last = waiter
    this.queued++
    this.#breaker.version++
    return waiter
  }

  /** Says whether it was still waiting. */
  leave(waiter: Waiter): boolean {
    if (!waiter.isWaiting) return false
    const { before, after } = waiter
    if (before === null) this.#first = after
    else before.after = after
    if (after === null) this.#last = before
    else after.before = before
    waiter.isWaiting = false
    this.queued--
    this.#breaker.version++
    return true
  }

  /** The first in the queue leaves it; with a slot, it holds that from now on. */
  wakeFirst(hasSlot: boolean): void {
    const first = this.#first
    if (first === null) return
    if (hasSlot) this.take()
    this.leave(first)
    first.wake(hasSlot)
  }
}
