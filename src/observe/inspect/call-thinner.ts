// CallThinner: of a busy breaker's calls only so many a second are shown. What an event led to is known only after it, so
// an event that may be left out waits for its snapshot: one that changed the breaker is always shown.
import type { AnyEventObject } from 'xstate'

const CALL_EVENTS = ['admit', 'succeed', 'fail', 'ignore']

export class CallThinner {
  readonly #perSecond: number
  #second = Number.NEGATIVE_INFINITY
  #admissions = 0
  #outcomes = 0
  /** The event that waits. */
  #waiting: AnyEventObject | null = null

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Whether to leave it out, unless its snapshot decides otherwise. */
  holdsBack(event: AnyEventObject): boolean {
    if (!CALL_EVENTS.includes(event.type)) return false
    // The registry's own clock has read the time already.
    const second = Math.floor(event['at'] / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#admissions = 0
      this.#outcomes = 0
    }
    const count = event.type === 'admit' ? ++this.#admissions : ++this.#outcomes
    if (count <= this.#perSecond) return false
    this.#waiting = event
    return true
  }

  /** The event that was held back, which from now on is not. */
  take(): AnyEventObject | null {
    const waiting = this.#waiting
    this.#waiting = null
    return waiting
  }
}
