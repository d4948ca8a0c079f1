// PlatformTimers: whose timers and clocks the platform's are now. Fakes of test runners replace them and go again, and
// timers set with them are lost without a word. Read by the system clock, and by the scheduler, which sets timers again
// that may be lost.

/** As they were when this was loaded. */
export const first = Object.freeze({ Date, setTimeout, clearTimeout, now: performance.now })

/** Fakes that were here before us say so: those of sinon do, of which vitest's and Jest's are made. */
const own = 'clock' in first.setTimeout ? undefined : first.setTimeout

const latest: { setTimeout: unknown; changes: number } = { setTimeout: first.setTimeout, changes: 0 }

/**
 * A number for the timers there are now, another whenever others are come across: a timer is sure to come while it stays the
 * same. NaN, which equals nothing, where time is faked: those timers may be cleared behind our back (`clearAllTimers`).
 */
export function timersNow(): number {
  const { setTimeout } = globalThis
  if (setTimeout !== latest.setTimeout) {
    latest.setTimeout = setTimeout
    latest.changes++
  }
  return setTimeout === own || !isTimeFaked() ? latest.changes : Number.NaN
}

/** Where timers alone are faked, or wrapped by who watches them, what has passed of one is known to itself only: it must stay. */
function isTimeFaked(): boolean {
  return own === undefined || performance.now !== first.now || Date !== first.Date
}
