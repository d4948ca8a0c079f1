// Places: who runs and who waits under the concurrency limit of a breaker. Kept in the chronicle of those breakers alone that
// have, or had, a limit. Written by limit.ts; a permit that holds a place gives it back.
import type { Turns } from './turns.ts'

/** A call that waits for its turn: one link of the queue. */
export interface Waiting {
  /** Called when it has left the queue because its turn has come. */
  readonly come: () => void
  before: Waiting | null
  after: Waiting | null
  isWaiting: boolean
}

export class Places {
  /** Places that are held: calls in flight. */
  inFlight = 0
  queued = 0
  /** Grows with whatever changes the two. */
  moves = 0
  /** Whether the queue is moving on: what frees a place meanwhile need not see to it. */
  isMoving = false
  // Linked, because any of thousands may leave from the middle at any time.
  #first: Waiting | null = null
  #last: Waiting | null = null
  readonly #moveOn: () => void

  /** `moveOn` is called when a place has become free. */
  constructor(moveOn: () => void) {
    this.#moveOn = moveOn
  }

  take(): void {
    this.inFlight++
    this.moves++
  }

  giveBack(): void {
    this.inFlight--
    this.moves++
    if (this.queued > 0) this.#moveOn()
  }

  /** Something has changed that those who wait may have waited for. */
  changed(turns: Turns): void {
    if (this.queued > 0) turns.later(this.#moveOn)
  }

  /** The last in the queue. */
  join(come: () => void): Waiting {
    const waiting: Waiting = { come, before: this.#last, after: null, isWaiting: true }
    if (this.#last === null) this.#first = waiting
    else this.#last.after = waiting
    this.#last = waiting
    this.queued++
    this.moves++
    return waiting
  }

  /** Says whether it was still waiting. */
  leave(waiting: Waiting): boolean {
    if (!waiting.isWaiting) return false
    const { before, after } = waiting
    if (before === null) this.#first = after
    else before.after = after
    if (after === null) this.#last = before
    else after.before = before
    waiting.isWaiting = false
    this.queued--
    this.moves++
    return true
  }

  /** The first in the queue, which leaves it. */
  next(): Waiting | null {
    const first = this.#first
    if (first !== null) this.leave(first)
    return first
  }
}
