// VirtualClock: time that moves only when a test says so. It steps to every due time in turn, so that timers that set
// timers fire in the order and at the times they would (XState's SimulatedClock jumps, and misses them).
import type { Clock } from '../edge/clock.ts'
import { ArgumentError } from '../edge/errors.ts'

export interface VirtualClock extends Clock {
  /** Moves time on by `ms` and fires what falls due, in order. */
  advance(ms: number): void
  /** Moves time on to the next due timer and fires it; says whether there was one. */
  advanceToNext(): boolean
  /** Time passes but no timer fires, as when the event loop is stalled; the next `advance(0)` fires what is overdue. */
  stall(ms: number): void
  /** When each pending timer is due, soonest first. */
  readonly pending: readonly number[]
}

interface Timer {
  readonly id: number
  readonly dueAt: number
  readonly fn: () => void
}

/** A clock at `startAt` ms. It drives whatever takes a `clock`, XState's actors among it. */
export function createVirtualClock(startAt = 0): VirtualClock {
  const timers = new Map<number, Timer>()
  let now = startAt
  let lastId = 0

  const inOrder = () => [...timers.values()].sort((left, right) => left.dueAt - right.dueAt || left.id - right.id)

  function fire(timer: Timer): void {
    timers.delete(timer.id)
    now = Math.max(now, timer.dueAt)
    timer.fn()
  }

  function checkDuration(where: string, ms: number): void {
    if (!(typeof ms === 'number' && ms >= 0 && ms < Number.POSITIVE_INFINITY))
      throw new ArgumentError(where, 'milliseconds of at least 0', ms)
  }

  return {
    now: () => now,
    setTimeout(fn, ms) {
      const id = ++lastId
      timers.set(id, { id, dueAt: now + Math.max(0, ms), fn })
      return id
    },
    clearTimeout(id) {
      timers.delete(id as number)
    },
    advance(ms) {
      checkDuration('advance(ms)', ms)
      const end = now + ms
      for (let [next] = inOrder(); next !== undefined && next.dueAt <= end; [next] = inOrder()) fire(next)
      now = Math.max(now, end)
    },
    advanceToNext() {
      const [next] = inOrder()
      if (next !== undefined) fire(next)
      return next !== undefined
    },
    stall(ms) {
      checkDuration('stall(ms)', ms)
      now += ms
    },
    get pending() {
      return inOrder().map(({ dueAt }) => dueAt)
    },
  }
}
