// SystemClock: the machine's monotonic clock, with timers that keep no process alive.
import type { Clock } from '../edge/clock.ts'

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
