// Tests that came of mutants of the pure layer's reducer which no other test had noticed.
import { describe, expect, it } from 'vitest'
import { resolvePolicy } from '../../src/index.ts'
import { type BreakerEvent, newBreaker, reduce, shouldAllowRequest } from '../../src/pure.ts'

const policy = resolvePolicy({
  failureThreshold: 5,
  failureWindow: '10s',
  failureRate: { threshold: 0.9, minimumCalls: 9, window: { calls: 9 } },
})

const at = 0
const trip: BreakerEvent = { type: 'trip', message: 'maintenance', at }

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen)
}

describe('a breaker of the pure layer', () => {
  it('gives the reason of every command, and of its trial (R08)', () => {
    const reasonAfter = (...events: BreakerEvent[]) =>
      events.reduce((breaker, event) => reduce(breaker, policy, event), newBreaker(policy)).reason
    expect(reasonAfter(trip)).toEqual({ type: 'tripped', message: 'maintenance' })
    expect(reasonAfter(trip, { type: 'elapse', at: policy.openTimeoutMs })).toEqual({ type: 'openTimeElapsed' })
    expect(reasonAfter({ type: 'reset', at })).toEqual({ type: 'reset' })
    expect(reasonAfter({ type: 'isolate', at })).toEqual({ type: 'isolated' })
    expect(reasonAfter({ type: 'disable', at })).toEqual({ type: 'disabled' })
    expect(reasonAfter({ type: 'isolate', at }, { type: 'enable', at })).toEqual({ type: 'enabled' })
  })

  it('takes no notice of the end of a lease that nobody holds (R07)', () => {
    const expired: BreakerEvent = { type: 'leaseExpired', probe: 99, at: policy.openTimeoutMs }
    const tripped = reduce(newBreaker(policy), policy, trip)
    const halfOpen = reduce(tripped, policy, { type: 'elapse', at: policy.openTimeoutMs })
    expect(reduce(halfOpen, policy, expired)).toEqual(halfOpen)
    expect(reduce(newBreaker(policy), policy, { ...expired, at })).toEqual(newBreaker(policy))
  })

  it('is frozen in every part: windows, failures and probes too (R13)', () => {
    const tripped = reduce(newBreaker(policy), policy, trip)
    const probing = shouldAllowRequest(tripped, policy, policy.openTimeoutMs).breaker
    expect(probing.probes).toHaveLength(1)
    const failed: BreakerEvent = { type: 'fail', generation: 0, durationMs: 1, at }
    const counted = reduce(newBreaker(policy), policy, failed)
    expect(counted.tally.failureTimes).toEqual([0])
    for (const breaker of [newBreaker(policy), probing, counted]) expect(isDeeplyFrozen(breaker)).toBe(true)
  })
})
