// Tests that came of mutants of the rules of a stay which no other test had noticed.
import { describe, expect, it } from 'vitest'
import { describeReason, type PolicyOptions, resolvePolicy } from '../../src/index.ts'
import { defaultPolicy, getMetrics, newBreaker, recordFailure, recordSuccess } from '../../src/pure.ts'
import { isDue, newDecision, overdueEvent, type Probe } from '../../src/rules/decide.ts'
import { addDuration, latencyOf, newSketch } from '../../src/rules/latency.ts'

const halfOpen = (...probes: Probe[]) => ({ ...newDecision(defaultPolicy(), 0), probes })

describe('of leases that a stalled event loop kept from ending', () => {
  it('the one that ends first comes first, whoever was admitted first (R07)', () => {
    const early = { id: 1, expiresAt: 10 }
    const late = { id: 2, expiresAt: 20 }
    const expected = { type: 'leaseExpired', probe: 1, at: 10 }
    expect(overdueEvent('halfOpen', halfOpen(early, late), 30)).toEqual(expected)
    expect(overdueEvent('halfOpen', halfOpen(late, early), 30)).toEqual(expected)
  })

  it('two that end together come in the order of their admission (R07)', () => {
    const probes = halfOpen({ id: 1, expiresAt: 10 }, { id: 2, expiresAt: 10 })
    expect(overdueEvent('halfOpen', probes, 10)).toMatchObject({ probe: 1 })
  })
})

describe('a new breaker', () => {
  it('has no probe in flight, and no deadline that could pass (R01, R03)', () => {
    expect(getMetrics(newBreaker())).toMatchObject({ probesInFlight: 0, generation: 0 })
    expect(isDue(newDecision(defaultPolicy(), 0), 1e12)).toBe(false)
  })
})

describe('under a policy whose threshold was lowered', () => {
  it('a success does not open for the failures before it (R12, R21)', () => {
    const of = (failureThreshold: number) => resolvePolicy({ counting: 'cumulative', failureThreshold })
    let breaker = newBreaker(of(5))
    for (let failure = 0; failure < 3; failure++) breaker = recordFailure(breaker, of(5), 0)
    breaker = recordSuccess(breaker, of(2), 0)
    expect(breaker.state).toBe('closed')
    expect(recordFailure(breaker, of(2), 0).state).toBe('open')
  })
})

describe('a breaker made under one policy and judged by another', () => {
  const window = { time: '10s', buckets: 10 } as const
  const rates: PolicyOptions = {
    failureThreshold: null,
    failureRate: { threshold: 0.5, minimumCalls: 2, window },
    slowCalls: { slowerThan: 100, threshold: 0.5, minimumCalls: 2, window },
  }

  for (const [from, to] of [
    ['without', 'with'],
    ['with', 'without'],
  ]) {
    it(`counts failures ${from} windows, then ${to} them (R12, R13)`, () => {
      const policy = {
        with: resolvePolicy({ ...rates, failureThreshold: 2 }),
        without: resolvePolicy({ failureThreshold: 2 }),
      }
      const [first, then] = from === 'with' ? [policy.with, policy.without] : [policy.without, policy.with]
      const succeeded = recordSuccess(newBreaker(first), then, 0, { durationMs: 500 })
      const failed = recordFailure(succeeded, then, 0, { durationMs: 500 })
      expect([failed.state, failed.tally.consecutiveFailures]).toEqual(['closed', 1])
      expect(recordFailure(failed, then, 0).state).toBe('open')
    })
  }
})

describe('a reason in words', () => {
  it('tells what the probes came to, with its figures (R12)', () => {
    expect(describeReason({ type: 'probeFailures', failures: 2, threshold: 3 })).toBe(
      '2 failed while half-open (threshold 3)',
    )
    expect(describeReason({ type: 'probeSuccesses', successes: 4, threshold: 5 })).toBe(
      '4 succeeded while half-open (threshold 5)',
    )
  })

  it('tells an operator’s command by its name (R08)', () => {
    for (const type of ['reset', 'isolated', 'disabled', 'enabled'] as const)
      expect(describeReason({ type })).toBe(type)
  })
})

describe('a quantile', () => {
  it('is the call at its rank, not the one after it (R13)', () => {
    const sketch = newSketch()
    addDuration(sketch, 1)
    addDuration(sketch, 1_000)
    expect(latencyOf(sketch).p50).toBeLessThan(2)
  })
})
