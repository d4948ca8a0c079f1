import { describe, expect, it } from 'vitest'
import { addDuration, countsUpTo, latencyOf, newSketch } from '../../../src/core/rules/latency.ts'
import type { Row } from '../../../src/core/runtime/row.ts'
import { takesSample } from '../../../src/core/runtime/settle.ts'
import { resolvePolicy } from '../../../src/index.ts'
import { errorOf, hold, succeed } from '../../support/calls.ts'
import { BOTH_WAYS, newBreaker } from '../../support/registries.ts'

function latencyOfAll(durations: number[]) {
  const sketch = newSketch()
  for (const duration of durations) addDuration(sketch, duration)
  return { ...latencyOf(sketch), bins: sketch.counts.length }
}

describe('a latency sketch', () => {
  it('is empty before the first sample (R13)', () => {
    expect(latencyOf(null)).toEqual({ mean: null, p50: null, p90: null, p99: null, max: null, samples: 0, totalMs: 0 })
    expect(latencyOf(newSketch())).toEqual(latencyOf(null))
  })

  it('gives mean and maximum exactly, quantiles within 5 % (R13)', () => {
    const durations = Array.from({ length: 1_000 }, (_, index) => (index + 1) / 10)
    const { mean, p50, p90, p99, max } = latencyOfAll(durations)
    expect([mean, max]).toEqual([expect.closeTo(50.05, 6), 100])
    for (const [quantile, exact] of [
      [p50, 50],
      [p90, 90],
      [p99, 99],
    ] as const) {
      expect(Math.abs((quantile ?? 0) - exact) / exact).toBeLessThanOrEqual(0.05)
    }
  })

  it('tells p99 from p95, and each quantile from those beside it (R13)', () => {
    // Of 1,000 calls, the shares that take up to 1, 10, … ms: no quantile can pass for another within 5 %.
    const upTo = [
      [500, 1],
      [900, 10],
      [950, 100],
      [990, 1_000],
      [1_000, 10_000],
    ] as const
    const durations = Array.from({ length: 1_000 }, (_, rank) => upTo.find(([share]) => rank < share)?.[1] ?? 0)
    const { p50, p90, p99 } = latencyOfAll(durations)
    for (const [quantile, exact] of [
      [p50, 1],
      [p90, 10],
      [p99, 1_000],
    ] as const) {
      expect(Math.abs((quantile ?? 0) - exact) / exact).toBeLessThanOrEqual(0.05)
    }
  })

  it('takes the quantile that is at least that share of its samples, however few (R13)', () => {
    const { p50, p90, p99 } = latencyOfAll([1, 10, 100])
    expect([Math.round(p50 ?? 0), p90, p99]).toEqual([10, 100, 100].map((ms) => expect.closeTo(ms, -1)))
  })

  it('is the same whatever the order of its samples (R13)', () => {
    const durations = Array.from({ length: 500 }, (_, index) => 1.5 ** (index % 40))
    const { mean, ...forward } = latencyOfAll(durations)
    const { mean: otherMean, ...backward } = latencyOfAll(durations.toReversed())
    expect(backward).toEqual(forward)
    expect(otherMean).toBeCloseTo(mean ?? 0, 6)
  })

  it('is bounded, from nothing to a year (R13)', () => {
    const durations = [0, 1e-9, 0.01, 1, 1e3, 1e6, 31_536e6, Number.MAX_SAFE_INTEGER]
    for (let duration = 1e-6; duration < 1e15; duration *= 1.01) durations.push(duration)
    const { bins, p50, max } = latencyOfAll(durations)
    expect(bins).toBeLessThanOrEqual(220)
    expect(p50).toBeLessThanOrEqual(max ?? 0)
  })

  it('keeps no counters for what never came: one for durations of one length (R13)', () => {
    for (const duration of [0, 1, 1_000]) expect(latencyOfAll([duration, duration]).bins, `${duration} ms`).toBe(1)
  })

  it('never shows a quantile above the maximum (R13)', () => {
    for (const duration of [0, 0.001, 0.0105, 7, 999]) {
      const { p50, p99, max } = latencyOfAll([duration])
      expect(max).toBe(duration)
      expect(p50).toBeLessThanOrEqual(duration)
      expect(p99).toBeLessThanOrEqual(duration)
    }
  })
})

describe('how many calls took at most so long', () => {
  /** The edges of the bins: a tenth further each, from 0.01 ms to 3 hours. */
  const edges = Array.from({ length: 218 }, (_, bin) => 0.01 * 1.1 ** bin)

  it('is within 5 %: a call counts for every time from 5 % above its own, and for none from 5 % below (R13)', () => {
    for (const [bin, edge] of edges.entries()) {
      // At both sides of each edge, and in the middle between two.
      for (const durationMs of [edge * 0.9999, edge * 1.0001, edge * 1.05]) {
        const sketch = newSketch()
        addDuration(sketch, durationMs)
        const bounded = Math.min(Math.max(durationMs, 0.01), 10_800_000)
        const [tooShort, longEnough] = countsUpTo(sketch, [bounded / 1.0501, bounded * 1.0501])
        expect([bin, durationMs, longEnough]).toEqual([bin, durationMs, 1])
        if (bounded > 0.0106) expect([bin, durationMs, tooShort]).toEqual([bin, durationMs, 0])
      }
    }
  })

  it('is all of them for the longest of many, and none below the shortest, whichever bins lie between (R13)', () => {
    for (const durations of [[1], [1, 100], [0.5, 7, 900, 9_000], [10_800_000, 0.01]]) {
      const sketch = newSketch()
      for (const duration of durations) addDuration(sketch, duration)
      const bounds = durations.toSorted((a, b) => a - b).flatMap((duration) => [duration / 1.06, duration * 1.06])
      const expected = durations.flatMap((_, nth) => [nth, nth + 1])
      expect(countsUpTo(sketch, bounds)).toEqual(expected)
    }
    expect(countsUpTo(null, [1, 2])).toEqual([0, 0])
  })

  it('has quantiles within 5 % for a call at either side of every edge (R13)', () => {
    for (const edge of edges) {
      for (const durationMs of [edge * 0.9999, edge * 1.0001]) {
        const { p50 } = latencyOfAll([durationMs, durationMs, 1e7])
        expect(Math.abs((p50 ?? 0) / Math.max(durationMs, 0.01) - 1)).toBeLessThanOrEqual(0.05)
      }
    }
  })
})

describe.each(BOTH_WAYS)('the latency of a breaker, $way', ({ folding }) => {
  it('is sampled one call in 16, the first among them (R13)', async () => {
    const failureRate = { threshold: 1, window: { calls: 9 } } as const
    for (const policy of [{}, { failureRate }]) {
      const { breaker, clock } = newBreaker(policy, { folding })
      for (let call = 0; call < 33; call++) {
        const held = hold(breaker)
        clock.advance(call % 16 === 0 ? 10 + call : 1_000)
        await (call % 2 === 0 ? held.succeed() : held.fail())
      }
      const { mean, max } = breaker.stats().latency
      expect([mean, max], 'calls 1, 17 and 33').toEqual([26, 42])
    }
  })

  it('is sampled at every call with 1, never with 0, failures too (R13)', async () => {
    const every = newBreaker({ latencySampling: 1 }, { folding })
    const never = newBreaker({ latencySampling: 0 }, { folding })
    for (const { breaker, clock } of [every, never]) {
      await breaker.call(() => clock.advance(10))
      await errorOf(
        breaker.call(() => {
          clock.advance(30)
          throw new Error('down')
        }),
      )
    }
    expect(every.breaker.stats().latency).toMatchObject({ mean: 20, max: 30 })
    expect(never.breaker.stats().latency).toMatchObject({ mean: null, max: null })
  })

  it('is never sampled with 0, after 2^30 calls neither (R13)', () => {
    // As the row is when it has counted down that far.
    const row = { untilSample: 1, policy: resolvePolicy({ latencySampling: 0 }) } as Row
    expect([takesSample(row), takesSample(row)]).toEqual([false, false])
  })

  it('is measured from admission to report for a permit (R13)', () => {
    const { breaker, clock } = newBreaker({ latencySampling: 1 }, { folding })
    const permit = breaker.tryAcquire()
    clock.advance(250)
    permit?.success()
    expect(breaker.stats().latency.max).toBe(250)
  })

  it('survives what changes the state (R30)', async () => {
    const { breaker } = newBreaker({ latencySampling: 1 }, { folding })
    await succeed(breaker)
    breaker.trip()
    breaker.reset()
    expect(breaker.stats().latency.max).toBe(0)
  })
})
