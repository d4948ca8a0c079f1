// Clock: the one source of time of a registry, and its check.
import { describeValue, isThenable } from './describe-value.ts'
import { ClockError } from './errors.ts'

/** The time of a registry: monotonic milliseconds and timers. Steps of the wall clock must not show in `now()`. */
export interface Clock {
  /** Milliseconds of at least 0 since any moment; fractions are allowed. */
  now(): number
  /**
   * Calls `fn` once, after `ms` milliseconds, and returns what `clearTimeout` takes. With `keepAlive` somebody awaits the
   * timer (the `timeout` of a call), so the process must not end before it.
   */
  setTimeout(fn: () => void, ms: number, keepAlive?: boolean): unknown
  /** Keeps a timer from firing. A timer that has fired is left alone. */
  clearTimeout(id: unknown): void
}

/** @throws ClockError unless `clock` has the three functions and `now()` returns a finite number of at least 0. */
export function checkClock(clock: unknown): asserts clock is Clock {
  if (typeof clock !== 'object' || clock === null || isThenable(clock)) {
    throw new ClockError(`clock: expected { now, setTimeout, clearTimeout }, received ${describeValue(clock)}`)
  }
  for (const name of ['now', 'setTimeout', 'clearTimeout']) {
    const member = (clock as Record<string, unknown>)[name]
    if (typeof member !== 'function') {
      throw new ClockError(`clock.${name}: expected a function, received ${describeValue(member)}`)
    }
  }
  const now = (clock as Clock).now()
  if (!Number.isFinite(now) || now < 0) {
    throw new ClockError(`clock.now(): expected milliseconds of at least 0, received ${describeValue(now)}`)
  }
}
