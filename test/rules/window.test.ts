import { describe, expect, it } from 'vitest'
import type { WindowSize } from '../../src/index.ts'
import { addCall, expire, newWindow, resizeWindow, slicesOf, windowOf } from '../../src/rules/window.ts'
import { fail } from '../support/calls.ts'
import { newBreaker } from '../support/registries.ts'

const tenSeconds = { timeMs: 10_000, buckets: 10 }

describe('a window of calls', () => {
  it('holds the last N calls: the one after pushes the oldest out (R12)', () => {
    const size = { calls: 3 }
    const window = newWindow(size, 0)
    for (const marked of [true, true, false]) addCall(window, size, marked, 0)
    expect(window).toMatchObject({ calls: 3, marked: 2 })
    addCall(window, size, false, 0)
    expect(window).toMatchObject({ calls: 3, marked: 1 })
    addCall(window, size, false, 0)
    expect(window).toMatchObject({ calls: 3, marked: 0 })
  })

  it('of one call holds that call (R12)', () => {
    const size = { calls: 1 }
    const window = newWindow(size, 0)
    addCall(window, size, true, 0)
    addCall(window, size, false, 0)
    expect(window).toMatchObject({ calls: 1, marked: 0 })
  })
})

describe('a window of time', () => {
  it('holds a call that is 1 ms younger than the window, not one exactly as old (R12)', () => {
    const window = newWindow(tenSeconds, 0)
    addCall(window, tenSeconds, true, 0)
    expire(window, tenSeconds, 9_999)
    expect(window).toMatchObject({ calls: 1, marked: 1 })
    expire(window, tenSeconds, 10_000)
    expect(window).toMatchObject({ calls: 0, marked: 0 })
  })

  it('never holds a call for longer than itself, whenever it came (R12)', () => {
    for (const size of [tenSeconds, { timeMs: 1_000, buckets: 7 }, { timeMs: 60_000, buckets: 1 }]) {
      for (let at = 0; at < 2 * size.timeMs; at += size.timeMs / 13) {
        const window = newWindow(size, at)
        addCall(window, size, true, at)
        expire(window, size, at + size.timeMs)
        expect(window.calls, `at ${at}`).toBe(0)
      }
    }
  })

  it('lets slice after slice go as time passes (R12)', () => {
    const window = newWindow(tenSeconds, 0)
    for (let second = 0; second < 10; second++) addCall(window, tenSeconds, second < 5, second * 1_000)
    expect(window).toMatchObject({ calls: 10, marked: 5 })
    expire(window, tenSeconds, 12_500)
    expect(window).toMatchObject({ calls: 7, marked: 2 })
  })

  it('is empty after any silence, and reading it costs no more for that (R13)', () => {
    const window = newWindow(tenSeconds, 0)
    addCall(window, tenSeconds, true, 0)
    // Slice by slice this would take a minute.
    expire(window, tenSeconds, 1e15)
    expect(window.calls).toBe(0)
    addCall(window, tenSeconds, true, 1e15)
    expect(window).toMatchObject({ calls: 1, marked: 1 })
  })
})

describe('the memory of a window', () => {
  it('is fixed by its size, whatever the traffic (R13)', () => {
    for (const size of [{ calls: 100 }, { timeMs: 1_000, buckets: 100 }] as WindowSize[]) {
      const window = newWindow(size, 0)
      for (let call = 0; call < 100_000; call++) addCall(window, size, call % 2 === 0, call / 7)
      expect([window.counts.length, window.marks.length]).toEqual([100, 100])
      expect(window.marked).toBeLessThanOrEqual(window.calls)
    }
  })

  it('of failures is bounded by the threshold, though there are a thousand within the window (R13)', async () => {
    const policy = { failureThreshold: 1_000, failureWindow: '1d', counting: 'cumulative' } as const
    const { breaker, registry, clock } = newBreaker(policy)
    for (let failure = 0; failure < 900; failure++) breaker.recordFailure()
    clock.advance(864e5)
    for (let failure = 0; failure < 999; failure++) breaker.recordFailure()
    expect(breaker.state, 'those of a day ago are out').toBe('closed')
    expect(registry.snapshot().breakers[0]?.tally.failureAgesMs.length).toBeLessThanOrEqual(1_000)
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('makes no call slower than the first: a million calls in a window of 100,000 (R13)', () => {
    const size = { calls: 100_000 }
    const window = newWindow(size, 0)
    // Were it to walk the window at each call, this would take minutes.
    for (let call = 0; call < 1_000_000; call++) addCall(window, size, true, 0)
    expect(window).toMatchObject({ calls: 100_000, marked: 100_000 })
  })
})

describe('a window taken apart and put together', () => {
  const sizes: WindowSize[] = [
    { calls: 5 },
    tenSeconds,
    { timeMs: 1_000, buckets: 7 },
    { timeMs: 100, buckets: 3 },
    { timeMs: 60_000, buckets: 60 },
  ]

  it('is the same (R25)', () => {
    for (const size of sizes) {
      for (const now of [0, 3, 777, 12_345, 1_234_567]) {
        const window = newWindow(size, now)
        const step = 'timeMs' in size ? size.timeMs / size.buckets / 2 : 1
        for (let call = 0; call < 40; call++) addCall(window, size, call % 3 === 0, now + call * step)
        const end = now + 39 * step
        const slices = slicesOf(window, size, end)
        for (const later of [end, end + 5_000, 17]) {
          const again = windowOf(slices, size, later)
          expect(slicesOf(again, size, later), `${JSON.stringify(size)} at ${later}`).toEqual(slices)
        }
      }
    }
  })

  it('at another size keeps the newest calls (R21)', () => {
    const window = newWindow({ calls: 5 }, 0)
    for (const marked of [true, true, false, false, true]) addCall(window, { calls: 5 }, marked, 0)
    expect(resizeWindow(window, { calls: 5 }, { calls: 2 }, 0)).toMatchObject({ calls: 2, marked: 1 })
    expect(resizeWindow(window, { calls: 5 }, { calls: 9 }, 0)).toMatchObject({ calls: 5, marked: 3 })
  })

  it('at another length of time keeps what is young enough, and nothing for too long (R21)', () => {
    const window = newWindow(tenSeconds, 0)
    for (let second = 0; second < 10; second++) addCall(window, tenSeconds, true, second * 1_000)
    const shorter = { timeMs: 5_000, buckets: 5 }
    const resized = resizeWindow(window, tenSeconds, shorter, 9_500)
    expect(resized).toMatchObject({ calls: 5, marked: 5 })
    expire(resized, shorter, 14_000)
    expect(resized.calls).toBe(0)
    const longer = { timeMs: 60_000, buckets: 6 }
    expect(resizeWindow(window, tenSeconds, longer, 9_500).calls).toBe(10)
  })

  it('as the other kind starts empty: calls and time have no common measure (R21)', () => {
    const window = newWindow({ calls: 5 }, 0)
    addCall(window, { calls: 5 }, true, 0)
    expect(resizeWindow(window, { calls: 5 }, tenSeconds, 0).calls).toBe(0)
  })
})
