// Buckets: the parts of a window of time, numbered from the clock's zero; bucket n begins at n * time / buckets.
// All of it is whole numbers that a double holds exactly. A tick is a power of two of a millisecond, so a time becomes
// ticks without an error, and what is one window old by the clock is one window old here, whatever its fractions.

/** The last `calls` outcomes, or the outcomes of the last `timeMs` in `buckets` equal buckets of at least 1 ms each. */
export type WindowSize = { readonly calls: number } | { readonly timeMs: number; readonly buckets: number }

export type TimeSize = Extract<WindowSize, { readonly timeMs: number }>

const TICKS_PER_MS = 1024

/** Buckets in a window: `buckets`, but none is shorter than a tick. */
export function bucketsIn(size: TimeSize): number {
  return Math.min(size.buckets, ticksIn(size))
}

/** Ticks since the clock's zero, rounded down. A clock that gives no number is at its zero. */
export function ticksAt(size: TimeSize, now: number): number {
  const ticks = Math.floor(now * ticksPerMs(size))
  return Number.isFinite(ticks) ? ticks : 0
}

export function msOf(size: TimeSize, ticks: number): number {
  return ticks / ticksPerMs(size)
}

/** The number of the bucket that `ticks` is in; below zero before the clock's zero. */
export function bucketAt(size: TimeSize, ticks: number): number {
  const window = ticksIn(size)
  const buckets = bucketsIn(size)
  const intoWindow = modulo(ticks, window)
  return quotient(ticks, window) * buckets + quotient(intoWindow * buckets, window)
}

/** The first tick of a bucket. */
export function startOf(size: TimeSize, bucket: number): number {
  const window = ticksIn(size)
  const buckets = bucketsIn(size)
  const offset = modulo(bucket, buckets) * window
  const whole = quotient(offset, buckets)
  return quotient(bucket, buckets) * window + (whole * buckets === offset ? whole : whole + 1)
}

/** How many ticks into its round of `buckets` buckets a time is. */
export function phaseAt(size: TimeSize, ticks: number): number {
  return modulo(ticks, ticksIn(size))
}

/** The index of a bucket in a ring of `length`. */
export function ringIndex(bucket: number, length: number): number {
  return modulo(bucket, length)
}

/** Coarser for windows of years in thousands of buckets, so that ticks times buckets stays a whole number. */
function ticksPerMs({ timeMs, buckets }: TimeSize): number {
  let ticks = TICKS_PER_MS
  while (timeMs * ticks * buckets > Number.MAX_SAFE_INTEGER) ticks /= 2
  return ticks
}

/** A window that is no whole number of ticks is rounded down: an event leaves early, never late. */
function ticksIn(size: TimeSize): number {
  return Math.max(1, Math.floor(size.timeMs * ticksPerMs(size)))
}

// Of doubles, `%` alone is exact; what it leaves divides without a rest. It may be -0.
function modulo(dividend: number, divisor: number): number {
  const rest = dividend % divisor
  return rest < 0 ? rest + divisor : Math.abs(rest)
}

function quotient(dividend: number, divisor: number): number {
  return (dividend - modulo(dividend, divisor)) / divisor
}
