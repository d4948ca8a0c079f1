// The default clock of links: the platform's monotonic time. Its timers keep the process alive, because code waits for each
// answer.

import { hasFunctions } from '../core/options/index.ts'
import { ArgumentError, type Clock } from '../index.ts'

export const platformClock: Clock = {
  now: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, Math.ceil(ms)),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout),
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkClock(where: string, clock: unknown): Clock {
  if (clock === undefined) return platformClock
  if (hasFunctions(clock, 'now', 'setTimeout', 'clearTimeout')) return clock as Clock
  throw new ArgumentError(where, 'a clock: { now, setTimeout, clearTimeout }', clock)
}
