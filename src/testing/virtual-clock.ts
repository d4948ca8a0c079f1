// VirtualClock: time that moves only when a test says so. It steps to every due time in turn, so that timers that set
// timers fire in the order and at the times they would (XState's SimulatedClock jumps, and misses them).
import type { Clock } from '../core/edge/clock.ts'
import { DURATION_EXPECTED, type Duration, parseDuration } from '../core/edge/duration.ts'
import { ArgumentError } from '../core/edge/errors.ts'
import { newQueue } from './timer-queue.ts'

/** A clock that stands still until you move it. Pass it to whatever takes a `clock`: a registry, an XState actor. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward and fires what is due, in order, each timer at its own time. Timers that these set fire too, if they
   * are due on the way. `advance(0)` fires what is overdue.
   * @param duration milliseconds, at least 0, or a string such as `'10s'`
   * @throws ArgumentError (`INVALID_ARGUMENT`) for anything else; time has not moved then
   */
  advance(duration: Duration): void
  /** Moves time to the next due timer and fires only that one; returns whether there was one. */
  advanceToNext(): boolean
  /**
   * Time passes but no timer fires, as when the event loop is stalled; the next `advance(0)` fires what is overdue.
   * @param duration milliseconds, at least 0, or a string such as `'10s'`
   * @throws ArgumentError (`INVALID_ARGUMENT`) for anything else; time has not moved then
   */
  stall(duration: Duration): void
  /** When each pending timer is due, in ms of this clock, soonest first. */
  readonly pending: readonly number[]
}

/**
 * A clock that reads `startAt` ms (default 0) until it is moved. Timers that are due at the same time fire in the order
 * they were set. A delay that is no number above 0 counts as 0, as in the platform's `setTimeout`.
 * @throws ArgumentError (`INVALID_ARGUMENT`) when `startAt` is no finite number
 */
export function createVirtualClock(startAt = 0): VirtualClock {
  if (!Number.isFinite(startAt)) throw new ArgumentError('startAt', 'milliseconds, as a finite number', startAt)
  const timers = newQueue()
  let now = startAt

  function fireNext(): void {
    const timer = timers.takeFirst()
    if (timer === undefined) return
    now = Math.max(now, timer.dueAt)
    timer.fn()
  }

  return {
    now: () => now,
    setTimeout: (fn, ms) => timers.add(now + (ms > 0 ? ms : 0), fn),
    clearTimeout(id) {
      timers.remove(id)
    },
    advance(duration) {
      const end = now + toMs('advance(duration)', duration)
      while ((timers.first()?.dueAt ?? Number.POSITIVE_INFINITY) <= end) fireNext()
      now = Math.max(now, end)
    },
    advanceToNext() {
      const isThere = timers.first() !== undefined
      fireNext()
      return isThere
    },
    stall(duration) {
      now += toMs('stall(duration)', duration)
    },
    get pending() {
      return timers.dueTimes()
    },
  }
}

/** Unlike a duration of a policy it may be 0. */
function toMs(where: string, duration: unknown): number {
  const ms = duration === 0 ? 0 : parseDuration(duration)
  if (ms === undefined) throw new ArgumentError(where, `0 or ${DURATION_EXPECTED}`, duration)
  return ms
}
