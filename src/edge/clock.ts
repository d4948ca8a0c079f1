// Clock: the one source of time of a registry, and the check that one handed in is fit.
import { ClockError, describeValue } from './errors.ts'

/** Monotonic milliseconds and timers. Steps of the wall clock must not show in `now()`. */
export interface Clock {
  now(): number
  /** `keepAlive`: somebody awaits this one, so the process must not end before it (the `timeout` of a call). */
  setTimeout(fn: () => void, ms: number, keepAlive?: boolean): unknown
  clearTimeout(id: unknown): void
}

/** @throws ClockError unless `clock` has the three functions and `now()` gives a finite number of at least 0. */
export function checkClock(clock: unknown): asserts clock is Clock {
  for (const name of ['now', 'setTimeout', 'clearTimeout']) {
    const member = (clock as Record<string, unknown> | null)?.[name]
    if (typeof member !== 'function') {
      throw new ClockError(`clock.${name}: expected a function, received ${describeValue(member)}`)
    }
  }
  const now = (clock as Clock).now()
  if (!Number.isFinite(now) || now < 0) {
    throw new ClockError(`clock.now(): expected milliseconds of at least 0, received ${describeValue(now)}`)
  }
}
