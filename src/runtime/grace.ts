// Grace: what fell due while the event loop was stalled waits until pending I/O had one turn of the loop, because the answer
// may have come in long ago. Asked before a timeout or a lease is judged; one for each registry, told by its agendas.
import { timersNow } from './platform-timers.ts'
import { SLICE_MS } from './slices.ts'

export class Grace {
  /** Whether time passes by itself. Where a test moves it there is no I/O to wait for, and no stall but the one it asks for. */
  readonly #isLive: boolean
  /** What was due by then has waited: I/O had its turn since. */
  #givenUntil = Number.NEGATIVE_INFINITY

  constructor(isLive: boolean) {
    this.#isLive = isLive
  }

  /** Whether what was due at `dueAt` must wait: it is later than the agenda's own work makes it, and I/O had no turn since. */
  isOwed(dueAt: number, now: number): boolean {
    return this.#isLive && now - dueAt > SLICE_MS && dueAt > this.#givenUntil && !Number.isNaN(timersNow())
  }

  /** I/O has had its turn since `at`. */
  given(at: number): void {
    this.#givenUntil = Math.max(this.#givenUntil, at)
  }
}
