// Tests that came of mutants of the pure layer's reducer which no other test had noticed.
import { describe, expect, it } from 'vitest'
import { resolvePolicy } from '../../../src/index.ts'
import { type BreakerEvent, newBreaker, reduce, shouldAllowRequest } from '../../../src/pure.ts'

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

  it('counts what is ignored neither way while half-open, and closes by successes (R04, R11)', () => {
    const easy = { ...policy, successThreshold: 2 }
    const tripped = reduce(newBreaker(easy), easy, trip)
    const halfOpen = reduce(tripped, easy, { type: 'elapse', at: easy.openTimeoutMs })
    const { generation } = halfOpen
    const report = { generation, durationMs: 1, at: easy.openTimeoutMs }
    const ignored = reduce(halfOpen, easy, { type: 'ignore', ...report })
    expect(ignored).toEqual({ ...halfOpen, calls: { ...halfOpen.calls, ignored: 1 } })
    const once = reduce(ignored, easy, { type: 'succeed', ...report })
    expect(once).toMatchObject({ state: 'halfOpen', probeSuccesses: 1 })
    expect(reduce(once, easy, { type: 'succeed', ...report }).state).toBe('closed')
  })

  it('has its open time begun anew by a failure where that counts from the last one, else not (R11b)', () => {
    for (const [openTimeoutFrom, deadline] of [
      ['opened', 30_000],
      ['lastFailure', 40_000],
    ] as const) {
      const given = { ...policy, openTimeoutFrom }
      const open = reduce(newBreaker(given), given, trip)
      const report = { generation: open.generation, durationMs: 1, at: 10_000 }
      expect(reduce(open, given, { type: 'fail', ...report }).deadline).toBe(deadline)
      expect(reduce(open, given, { type: 'succeed', ...report }).deadline).toBe(30_000)
      const held = reduce(open, given, { type: 'isolate', at: 1 })
      const failed = reduce(held, given, { type: 'fail', ...report, generation: held.generation })
      expect(failed).toMatchObject({ state: 'forcedOpen', deadline: null })
    }
  })

  it('is frozen in every part: windows, failures and probes too (R13)', () => {
    const tripped = reduce(newBreaker(policy), policy, trip)
    const probing = shouldAllowRequest(tripped, policy, policy.openTimeoutMs).breaker
    expect(probing.probes).toHaveLength(1)
    const failed: BreakerEvent = { type: 'fail', generation: 0, durationMs: 1, at }
    const counted = reduce(newBreaker(policy), policy, failed)
    expect(counted.evidence.failureTimes).toEqual([0])
    for (const breaker of [newBreaker(policy), probing, counted]) expect(isDeeplyFrozen(breaker)).toBe(true)
  })
})
