import { describe, expect, it } from 'vitest'
import {
  addCall,
  bucketsOf,
  expire,
  newWindow,
  phaseMsOf,
  resizeWindow,
  windowOf,
} from '../../../src/core/rules/window.ts'
import type { WindowSize } from '../../../src/index.ts'
import { fail } from '../../support/calls.ts'
import { newBreaker } from '../../support/registries.ts'

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
    // Slice by bucket this would take a minute.
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
      const numbers = window.counts.length + window.marks.length
      expect(numbers).toBeLessThanOrEqual(200)
      for (let call = 0; call < 100_000; call++) addCall(window, size, call % 2 === 0, call / 7)
      expect(window.counts.length + window.marks.length).toBe(numbers)
      expect(window.marked).toBeLessThanOrEqual(window.calls)
    }
  })

  it('of calls is a bit per call, so that a copy costs next to nothing (R13)', () => {
    const { counts, marks } = newWindow({ calls: 10_000 }, 0)
    expect([counts.length, marks.length]).toEqual([0, 313])
  })

  it('of failures is bounded by the threshold, though there are a thousand within the window (R13)', async () => {
    const policy = { failureThreshold: 1_000, failureWindow: '1d', counting: 'cumulative' } as const
    const { breaker, registry, clock } = newBreaker(policy)
    for (let failure = 0; failure < 900; failure++) breaker.recordFailure()
    clock.advance(864e5)
    for (let failure = 0; failure < 999; failure++) breaker.recordFailure()
    expect(breaker.state, 'those of a day ago are out').toBe('closed')
    expect(registry.snapshot().breakers[0]?.evidence.failureAgesMs.length).toBeLessThanOrEqual(1_000)
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
        const buckets = bucketsOf(window, size, end)
        const phaseMs = phaseMsOf(window, size, end)
        for (const later of [end, end + 5_000, 17, -5, 1.7e12 + 1 / 3]) {
          const again = windowOf(buckets, size, later, phaseMs)
          const where = `${JSON.stringify(size)} at ${later}`
          expect(bucketsOf(again, size, later), where).toEqual(buckets)
          expect(phaseMsOf(again, size, later), where).toBe(phaseMs)
          expect([again.calls, again.marked]).toEqual([window.calls, window.marked])
        }
      }
    }
  })

  it('loses its slices when it would have lost them, to the tick (R25)', () => {
    for (const size of sizes.filter((size) => 'timeMs' in size)) {
      const window = newWindow(size, 12_345)
      for (let call = 0; call < 40; call++) {
        addCall(window, size, true, 12_345 + (call * size.timeMs) / 40)
      }
      const now = 12_345 + (39 * size.timeMs) / 40
      // On a clock that is apart by a whole number of ticks nothing is rounded.
      const apart = 77.5
      const again = windowOf(bucketsOf(window, size, now), size, now + apart, phaseMsOf(window, size, now))
      for (let later = now; later < now + size.timeMs; later += 1 / 8 + size.timeMs / 1024) {
        expire(window, size, later)
        expire(again, size, later + apart)
        expect(again.calls, `${JSON.stringify(size)} at ${later}`).toBe(window.calls)
      }
    }
  })

  it('without knowing how far its newest slice was takes that for full: early, not late (R25)', () => {
    const size = { timeMs: 10_000, buckets: 10 }
    const buckets = Array.from({ length: 10 }, (_, index): [number, number] => [index + 1, index])
    const again = windowOf(buckets, size, 20_500)
    expect(bucketsOf(again, size, 20_500)).toEqual([...buckets.slice(1), [0, 0]])
    const single = windowOf([[5, 5]], { timeMs: 10_000, buckets: 1 }, 20_500)
    expect(single.calls).toBe(0)
  })

  it('on a clock that has stepped back since has only just begun its newest slice (R25)', () => {
    const window = newWindow(tenSeconds, 5_700)
    addCall(window, tenSeconds, true, 5_700)
    expect(phaseMsOf(window, tenSeconds, 5_700)).toBe(5_700)
    expect(phaseMsOf(window, tenSeconds, 3_000)).toBe(5_000)
    expect(phaseMsOf(newWindow({ calls: 5 }, 0), { calls: 5 }, 0)).toBeUndefined()
  })

  it('at the same size is the same, also if it was restored out of step with the clock (R21)', () => {
    const window = windowOf([[3, 2]], { timeMs: 10_000, buckets: 1 }, 20_500, 4_000)
    const same = resizeWindow(window, { timeMs: 10_000, buckets: 1 }, { timeMs: 10_000, buckets: 1 }, 20_500)
    expect(same).toEqual(window)
    expect(same.counts).not.toBe(window.counts)
    const calls = newWindow({ calls: 3 }, 0)
    addCall(calls, { calls: 3 }, true, 0)
    expect(resizeWindow(calls, { calls: 3 }, { calls: 3 }, 0)).toEqual(calls)
  })

  it('at another size, restored out of step with the clock, keeps nothing for too long (R21)', () => {
    const from = { timeMs: 10_000, buckets: 1 }
    const to = { timeMs: 20_000, buckets: 20 }
    const window = windowOf([[3, 2]], from, 20_500, 4_000)
    const resized = resizeWindow(window, from, to, 20_500)
    expire(resized, to, 35_999)
    expect(resized.calls).toBe(3)
    expire(resized, to, 36_500)
    expect(resized.calls).toBe(0)
  })

  it('after its clock stepped back keeps what it holds in the newest slice of the new size (R21)', () => {
    const window = newWindow(tenSeconds, 50_000)
    addCall(window, tenSeconds, true, 50_000)
    const shorter = { timeMs: 5_000, buckets: 5 }
    const resized = resizeWindow(window, tenSeconds, shorter, 1_000)
    expect(resized.calls).toBe(1)
    expire(resized, shorter, 6_000)
    expect(resized.calls).toBe(0)
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

  it('of time, where it was one of calls, has them all happen now: they leave when one window has passed (R21)', () => {
    const window = newWindow({ calls: 5 }, 0)
    for (const marked of [true, false, true]) addCall(window, { calls: 5 }, marked, 0)
    const resized = resizeWindow(window, { calls: 5 }, tenSeconds, 5_500)
    expect(resized).toMatchObject({ calls: 3, marked: 2 })
    expire(resized, tenSeconds, 14_999)
    expect(resized).toMatchObject({ calls: 3, marked: 2 })
    expire(resized, tenSeconds, 15_500)
    expect(resized.calls).toBe(0)
  })

  it('of calls, where it was one of time, has the newest, the marked ones of a slice spread evenly (R21)', () => {
    const window = newWindow(tenSeconds, 0)
    const add = (count: number, marked: boolean, now: number) => {
      for (let call = 0; call < count; call++) addCall(window, tenSeconds, marked, now)
    }
    add(4, true, 0)
    add(10, false, 1_000)
    add(5, true, 1_000)
    add(1, true, 2_000)
    const into = (calls: number, now: number) => resizeWindow(window, tenSeconds, { calls }, now)
    const slots = (calls: number) => bucketsOf(into(calls, 2_000), { calls }, 2_000).map(([, marked]) => marked)
    expect(into(100, 2_000)).toMatchObject({ calls: 20, marked: 10 })
    expect(slots(7)).toEqual([0, 1, 0, 0, 1, 0, 1])
    expect(slots(1)).toEqual([1])
    expect(into(17, 2_000)).toMatchObject({ calls: 17, marked: 7 })
    expect(into(100, 10_500), 'the first slice is out').toMatchObject({ calls: 16, marked: 6 })
    expect(into(100, 60_000).calls).toBe(0)
  })

  it('of calls takes no longer for the millions that a slice may hold (R13, R21)', () => {
    const second = { timeMs: 1_000, buckets: 1 }
    const millions = windowOf([[2e9, 1e9]], second, 500, 500)
    expect(resizeWindow(millions, second, { calls: 100 }, 500)).toMatchObject({ calls: 100, marked: 50 })
    // One by one these would take hours.
    const more = windowOf([[1e13, 0]], second, 500, 500)
    expect(resizeWindow(more, second, { calls: 100 }, 500)).toMatchObject({ calls: 100, marked: 0 })
  })
})
