// The arithmetic of buckets against that of big integers, and what it is for: no event stays longer than its window.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketAt, bucketsIn, phaseAt, startOf, type TimeSize, ticksAt } from '../../../src/core/rules/buckets.ts'
import { addCall, expire, newWindow } from '../../../src/core/rules/window.ts'
import { RUNS, SEED } from '../../property/seed.ts'

const EPOCH = 1_700_000_000_000

const sizes: readonly TimeSize[] = [
  { timeMs: 10_000, buckets: 10 },
  { timeMs: 1_000, buckets: 7 },
  { timeMs: 60_000, buckets: 1 },
  { timeMs: 100, buckets: 3 },
  { timeMs: 0.7, buckets: 3 },
  { timeMs: 86_400_000, buckets: 99_999 },
  { timeMs: 31_557_600_000, buckets: 100_000 },
  // Buckets shorter than any clock can tell.
  { timeMs: 10, buckets: 100_000 },
  { timeMs: 1e-9, buckets: 10 },
]

const size = fc.constantFrom(...sizes)
/** Made at every run. A window shorter than a tick lasts a tick. */
const light = sizes.filter(({ timeMs, buckets }) => timeMs > 0.1 && buckets < 1_000)
const time = fc.oneof(
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  fc.double({ min: EPOCH, max: 2 * EPOCH, noNaN: true }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.integer({ min: 0, max: 1e9 }).map((microseconds) => microseconds / 1_000),
  fc.integer({ min: 0, max: 1e6 }),
)
const holds = (property: fc.IRawProperty<unknown>) => fc.assert(property, { numRuns: 50 * RUNS, seed: SEED })

/** Floor of a quotient of big integers. */
const quotient = (dividend: bigint, divisor: bigint) =>
  dividend / divisor - (dividend % divisor !== 0n && dividend < 0n ? 1n : 0n)

describe('a call in a window of time', () => {
  it('is out one window later, whatever the fractions of the clock, and on an epoch clock too (R12)', () => {
    holds(
      fc.property(fc.constantFrom(...light), time, (size, at) => {
        const window = newWindow(size, at)
        addCall(window, size, true, at)
        expect(window.calls).toBe(1)
        expire(window, size, at + size.timeMs)
        expect([window.calls, window.marked]).toEqual([0, 0])
      }),
    )
  })

  it('of 1,000 ms in 7 slices is out where the quotient was rounded up: at 17,142.857 (R12)', () => {
    for (const at of [17_142.857, 17_142.857142857141, 17_142.857142857145, EPOCH + 1 / 7]) {
      const window = newWindow({ timeMs: 1_000, buckets: 7 }, at)
      addCall(window, { timeMs: 1_000, buckets: 7 }, true, at)
      expire(window, { timeMs: 1_000, buckets: 7 }, at + 1_000)
      expect(window.calls, `at ${at}`).toBe(0)
    }
  })

  it('stays for all of its window but a slice, at least (R12)', () => {
    const long = fc.constantFrom(...light.filter(({ timeMs }) => timeMs >= 100))
    holds(
      fc.property(long, time, (size, at) => {
        const window = newWindow(size, at)
        addCall(window, size, true, at)
        // Two ticks more, for both ends are rounded.
        expire(window, size, at + size.timeMs - size.timeMs / size.buckets - 2 / 1024)
        expect(window.calls).toBe(1)
      }),
    )
  })
})

describe('the number of a slice', () => {
  it('is the floor of time times buckets by the time of the window, as big integers have it (R13)', () => {
    const exact = fc.constantFrom(...sizes.filter(({ timeMs }) => Number.isInteger(timeMs) && timeMs >= 100))
    holds(
      fc.property(exact, time, (size, at) => {
        const ticks = ticksAt(size, at)
        const ticksPerMs = size.timeMs > 1e10 ? 2n : 1024n
        expect(BigInt(ticks)).toBe(BigInt(Math.floor(at * Number(ticksPerMs))))
        const number = quotient(BigInt(ticks) * BigInt(size.buckets), BigInt(size.timeMs) * ticksPerMs)
        expect(BigInt(bucketAt(size, ticks))).toBe(number)
      }),
    )
  })

  it('changes exactly where a slice begins (R13)', () => {
    holds(
      fc.property(size, fc.integer({ min: -100_000, max: 1_000_000 }), (size, bucket) => {
        const start = startOf(size, bucket)
        expect([bucketAt(size, start), bucketAt(size, start - 1)]).toEqual([bucket, bucket - 1])
        expect(Number.isSafeInteger(start)).toBe(true)
      }),
    )
  })

  it('is a whole round of slices further one window later, and as far into its round (R13)', () => {
    holds(
      fc.property(size, time, (size, at) => {
        const ticks = ticksAt(size, at)
        const later = startOf(size, bucketsIn(size)) + ticks
        expect(bucketAt(size, later)).toBe(bucketAt(size, ticks) + bucketsIn(size))
        expect(phaseAt(size, later)).toBe(phaseAt(size, ticks))
      }),
    )
  })
})

describe('a clock that misbehaves', () => {
  it('far ahead, without a number or behind costs no more than the slices there are (R13)', () => {
    for (const size of sizes) {
      const window = newWindow(size, 5)
      for (const now of [EPOCH, Number.NaN, 1e15, 1e300, Number.MAX_VALUE, Number.POSITIVE_INFINITY, -1e300, 0]) {
        addCall(window, size, true, now)
        expire(window, size, now)
        expect(window.counts.length).toBeLessThanOrEqual(size.buckets)
        expect(window.counts.reduce((sum, calls) => sum + calls, 0)).toBe(window.calls)
        expect(window.calls, `${JSON.stringify(size)} at ${now}`).toBeGreaterThanOrEqual(0)
      }
    }
  })

  it('without a number for once takes nothing from the window, and gives no window without an end (R13)', () => {
    const tenSeconds = { timeMs: 10_000, buckets: 10 }
    const window = newWindow(tenSeconds, Number.NaN)
    addCall(window, tenSeconds, true, 5_000)
    addCall(window, tenSeconds, true, Number.NaN)
    expect(window.calls).toBe(2)
    expire(window, tenSeconds, 15_000)
    expect(window.calls).toBe(0)
  })

  it('behind adds to the newest slice (R13)', () => {
    const tenSeconds = { timeMs: 10_000, buckets: 10 }
    const window = newWindow(tenSeconds, 5_000)
    addCall(window, tenSeconds, true, 5_000)
    addCall(window, tenSeconds, true, 1_000)
    expire(window, tenSeconds, 14_999)
    expect(window.calls).toBe(2)
    expire(window, tenSeconds, 15_000)
    expect(window.calls).toBe(0)
  })
})
