// Percentiles by definition, against the sketch that a breaker keeps of them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newBreaker } from '../support/registries.ts'
import { percentileOf } from './exact.ts'
import { RUNS, SEED } from './seed.ts'

/** As documented: within 5 % of the true one, from 10 µs to 3 hours. */
const TOLERANCE = 0.05

const durations = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 1, max: 10_800_000 }),
  fc.constantFrom(0.01, 0.5, 1, 10, 100, 1_000, 10_000),
)

describe('the latency of a breaker', () => {
  it('has its mean and maximum exactly, and each percentile within 5 % of the call at its rank (R13)', () => {
    const property = fc.property(fc.array(durations, { minLength: 1, maxLength: 400, size: 'max' }), (taken) => {
      const { breaker, clock } = newBreaker({ latencySampling: 1 })
      for (const durationMs of taken) {
        // Each from a whole time on, so that its duration is what it was.
        const permit = breaker.tryAcquire()
        clock.advance(durationMs)
        permit?.success()
        clock.advance(1 - (clock.now() % 1))
      }
      const { mean, p50, p90, p99, max } = breaker.stats().latency
      expect(max).toBeCloseTo(Math.max(...taken), 6)
      expect((mean ?? 0) * taken.length).toBeCloseTo(
        taken.reduce((sum, ms) => sum + ms, 0),
        3,
      )
      for (const [hundredths, told] of [
        [50, p50],
        [90, p90],
        [99, p99],
      ] as const) {
        const exact = percentileOf(taken, hundredths)
        expect(Math.abs((told ?? 0) - exact) / exact, `p${hundredths} of ${exact}`).toBeLessThan(TOLERANCE + 1e-6)
      }
    })
    fc.assert(property, { numRuns: RUNS, seed: SEED })
  })
})
