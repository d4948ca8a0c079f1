// Dates: times of a registry's clock as dates, for people and logs. Every event that has a date has it from here.
import type { Clock } from '../edge/clock.ts'

const MOST_READINGS = 3

/** From each clock's time to ms since 1970: kept, because the wall clock's whole ms and the clock's fractions would jitter. */
const offsets = new WeakMap<Clock, number>()

/** A time of this clock as a date, in whole ms: what is later is dated no earlier, unless the wall clock was set back. */
export function dateAt(clock: Clock, at: number): number {
  const found = readOffset(clock)
  const known = offsets.get(clock)
  // The wall clock drops its fraction, so what is found is too low by less than 1 ms: within that it is the same.
  const offset = known !== undefined && found <= known && found > known - 1 ? known : found
  if (offset !== known) offsets.set(clock, offset)
  return Math.floor(at + offset)
}

function readOffset(clock: Clock): number {
  for (let readings = 1; ; readings++) {
    const wallMs = Date.now()
    const offset = wallMs - clock.now()
    // In another ms somebody else ran in between, and there is no telling how far the two readings are apart.
    if (Date.now() === wallMs || readings === MOST_READINGS) return offset
  }
}
