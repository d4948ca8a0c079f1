// Grace: what fell due while the event loop was stalled waits until pending I/O had one turn of the loop, because the answer
// may have come in long ago. Asked before a timeout or a lease is judged; one for each registry, told by its schedulers.
import { first, timersNow } from './platform-timers.ts'

/** How long work of ours may go on before others get their turn, in ms of the clock. What makes a timer later is a stall. */
export const BATCH_MS = 5

const { setImmediate } = globalThis as { setImmediate?: (fn: () => void) => unknown }
/** Called as a function: a browser's refuses to be a method of any object but its window. */
const { setTimeout: setFirstTimeout } = first
/** Runs code after the loop's next look at I/O. In Node a timer of 0 ms may fire before that, an immediate does not. */
const afterTurn = setImmediate ?? ((fn: () => void) => setFirstTimeout(fn, 0))

export class Grace {
  /** Whether time passes by itself. Where a test moves it there is no I/O to wait for, and no stall but the one it asks for. */
  readonly #isLive: boolean
  /** What was due by then has waited: I/O had its turn since. */
  #givenUntil = Number.NEGATIVE_INFINITY
  #isBeingGiven = false

  constructor(isLive: boolean) {
    this.#isLive = isLive
  }

  /** Whether what was due at `dueAt` must wait: it is later than the scheduler's own work makes it, and I/O had no turn since. */
  isOwed(dueAt: number, now: number): boolean {
    return this.#isLive && now - dueAt > BATCH_MS && dueAt > this.#givenUntil && !Number.isNaN(timersNow())
  }

  /** Gives I/O its turn for what is due by now. */
  give(now: number): void {
    if (this.#isBeingGiven) return
    this.#isBeingGiven = true
    afterTurn(() => {
      this.#isBeingGiven = false
      this.#givenUntil = now
    })
  }
}
