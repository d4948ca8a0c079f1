// Turns: the one queue. Actors decide in turns, one at a time; code that is not ours (listeners, subscribers, inspectors,
// the clock's timers) is called between turns, so whatever it does begins a turn of its own and cannot harm a running one.

import { Scheduler } from './scheduler.ts'
import { systemClock } from './system-clock.ts'

/** Calls that foreign code may cause by what it does when it is called, before the event loop gets its turn. */
const MOST_CONSEQUENCES = 1_000

export class Turns {
  #isRunning = false
  /** Turns that were asked for inside a turn; only a clock that re-enters from `now()` does that. */
  #waiting: (() => void)[] = []
  #calls: (() => void)[] = []
  /** The next of `#calls`: taking from the front of an array would move all the rest. */
  #next = 0
  #isDelivering = false
  #isScheduled = false
  #isHeld = false
  /** The task in which what was put off is delivered: by the platform's time, for it has nothing to do with the clock's. */
  readonly #tasks = new Scheduler(systemClock, true)
  readonly #arm: (now?: number) => void

  /** `arm` sets the clock's timers to what a turn has left behind; `now` where the time is known. */
  constructor(arm: (now?: number) => void) {
    this.#arm = arm
  }

  /** Other code calls this in passing: timers that may be lost are set again. In a turn, that waits for its end. */
  touch(now?: number): void {
    if (this.#isRunning) return
    this.#arm(now)
    if (this.#isScheduled) this.#tasks.arm()
  }

  /** Runs code that reaches actors, and after it what waits for the turn's end. */
  run(code: () => void): void {
    if (this.#isRunning) {
      this.#waiting.push(code)
      return
    }
    this.#isRunning = true
    try {
      code()
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next()
    } finally {
      this.#isRunning = false
    }
    this.touch()
    this.#deliver()
  }

  /** The events of this code are delivered when all of it is done, in the order in which they were posted. */
  hold(code: () => void): void {
    const wasHeld = this.#isHeld
    this.#isHeld = true
    try {
      code()
    } finally {
      this.#isHeld = wasHeld
    }
    if (!this.#isRunning) this.#deliver()
  }

  /** Calls foreign code when the turn has ended; outside any, now, after what waits already. `call` must not throw. */
  later(call: () => void): void {
    this.#calls.push(call)
    this.#deliver()
  }

  /** The events of a turn are delivered at once, however many. */
  #deliver(): void {
    if (this.#isDelivering || this.#isScheduled || this.#isRunning || this.#isHeld) return
    // Their consequences are not, or a listener that calls an open breaker for each rejection would block the event loop.
    this.#deliverUpTo(this.#calls.length + MOST_CONSEQUENCES)
  }

  #deliverUpTo(end: number): void {
    this.#isDelivering = true
    while (this.#next < this.#calls.length && this.#next < end) {
      const call = this.#calls[this.#next++]
      call?.()
    }
    this.#isDelivering = false
    if (this.#next < this.#calls.length) this.#deliverInAnotherTask()
    else this.#calls.length = 0
    this.#next = 0
  }

  #deliverInAnotherTask(): void {
    this.#calls = this.#calls.slice(this.#next)
    this.#isScheduled = true
    this.#tasks.add(systemClock.now(), () => {
      this.#isScheduled = false
      // So many and no more: where each call causes two, what waits would double from task to task.
      this.#deliverUpTo(MOST_CONSEQUENCES)
    })
    this.#tasks.arm()
  }
}
