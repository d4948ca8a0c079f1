// Clock: the one source of time of a registry, and the check that an injected one is fit.
import { ClockError, describeValue } from './errors.ts'

/** Monotonic milliseconds and timers. Steps of the wall clock must not show in `now()`. */
export interface Clock {
  now(): number
  /** `keepAlive`: somebody awaits this one, so the process must not end before it (the `timeout` of a call). */
  setTimeout(fn: () => void, ms: number, keepAlive?: boolean): unknown
  clearTimeout(id: unknown): void
}

/** setTimeout treats a longer delay as 1 ms. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

interface Timer {
  timeout: NodeJS.Timeout
}

function arm(timer: Timer, fn: () => void, ms: number, keepAlive: boolean): void {
  // Rounded up: Node drops the fraction, and a timer must not fire before its time.
  const fire = ms > LONGEST_DELAY_MS ? () => arm(timer, fn, ms - LONGEST_DELAY_MS, keepAlive) : fn
  timer.timeout = setTimeout(fire, Math.ceil(Math.min(ms, LONGEST_DELAY_MS)))
  // An open breaker must not keep the process alive.
  if (!keepAlive) timer.timeout.unref()
}

// As performance.now(), in three quarters of its time.
const { hrtime } = process

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now() {
    const time = hrtime()
    return time[0] * 1e3 + time[1] * 1e-6
  },
  setTimeout(fn, ms, keepAlive = false) {
    const timer = {} as Timer
    arm(timer, fn, ms, keepAlive)
    return timer
  },
  clearTimeout(timer) {
    clearTimeout((timer as Timer).timeout)
  },
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
