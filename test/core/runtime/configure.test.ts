import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { PolicyOptions } from '../../../src/index.ts'
import { acquire, fail, succeed, succeedTimes } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newRegistry } from '../../support/registries.ts'

describe.each(EVERY_WAY)('the policy of a breaker, $way', ({ how }) => {
  it('binds when it is given: another one later is not applied, and is reported once (R21)', () => {
    const { registry } = newRegistry(how)
    const ignored = hear(registry, 'policyIgnored')
    const breaker = registry.breaker('a', { failureThreshold: 3 })
    registry.breaker('a', { failureThreshold: 9 })
    registry.breaker('a', { failureThreshold: 8 })
    registry.breaker('a')
    expect(breaker.policy.failureThreshold).toBe(3)
    expect(ignored).toEqual([{ endpoint: 'a' }])
  })

  it('is no other policy when it is given again in the same words (R21)', () => {
    const { registry } = newRegistry(how)
    const ignored = hear(registry, 'policyIgnored')
    for (let time = 0; time < 3; time++) {
      registry.breaker('a', { openTimeout: time === 1 ? '30s' : 30_000, isFailure: () => true })
    }
    expect(ignored).toEqual([])
  })

  it('binds once for each breaker: a new one of the name may have another (R21)', () => {
    const { registry } = newRegistry(how)
    const ignored = hear(registry, 'policyIgnored')
    registry.breaker('a', { failureThreshold: 3 })
    registry.delete('a')
    expect(registry.breaker('a', { failureThreshold: 9 }).policy.failureThreshold).toBe(9)
    expect(ignored).toEqual([])
  })

  it('binds for a new one of the name also where the old one had a policy that was not applied (R21)', () => {
    const { registry } = newRegistry(how)
    const ignored = hear(registry, 'policyIgnored')
    registry.breaker('a', { failureThreshold: 3 })
    registry.breaker('a', { failureThreshold: 4 })
    registry.delete('a')
    expect(registry.breaker('a', { failureThreshold: 9 }).policy.failureThreshold).toBe(9)
    expect(ignored).toHaveLength(1)
    registry.breaker('a', { failureThreshold: 10 })
    expect(ignored, 'and tells of it again').toHaveLength(2)
  })

  it('stays bound when a deleted breaker is used again through its handle (R21)', () => {
    const { registry } = newRegistry(how)
    const breaker = registry.breaker('a', { failureThreshold: 3 })
    registry.delete('a')
    expect(breaker.policy.failureThreshold).toBe(3)
  })

  it('comes by name before pattern, first pattern first, over the registry’s own (R21)', () => {
    const { registry } = newRegistry({
      ...how,
      policy: { failureThreshold: 2, successThreshold: 7 },
      policies: {
        'db-*': { failureThreshold: 3 },
        '*-main': { failureThreshold: 4 },
        'db-main': { failureThreshold: 5 },
      },
    })
    const thresholds = ['x', 'db-x', 'x-main', 'db-y-main', 'db-main', 'DB-x', 'my-db-x'].map(
      (name) => registry.breaker(name).policy.failureThreshold,
    )
    expect(thresholds).toEqual([2, 3, 4, 3, 5, 2, 2])
    expect(registry.breaker('db-x').policy.successThreshold).toBe(7)
  })

  it('matches a pattern as text: nothing in it but * is special (R23)', () => {
    const { registry } = newRegistry({ ...how, policies: { 'a.b.*': { failureThreshold: 3 }, '*': {} } })
    const thresholds = ['a.b.c', 'a.b.', 'a.b.*', 'a.b.c\nd', 'aXb.c', 'a.b'].map(
      (name) => registry.breaker(name).policy.failureThreshold,
    )
    expect(thresholds).toEqual([3, 3, 3, 3, 5, 5])
  })

  it('changes by configure, which keeps state and evidence (R21)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 5 }, how)
    const transitions = hear(registry, 'transition')
    await fail(breaker, 4)
    const { generation } = breaker
    registry.configure('a', { failureThreshold: 3 })
    expect(breaker.stats()).toMatchObject({ state: 'closed', generation, consecutiveFailures: 4 })
    expect(breaker.policy.failureThreshold).toBe(3)
    expect(transitions, 'it never opens by itself').toEqual([])
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('changed while open keeps the deadline it was opened with (R21)', () => {
    const { breaker, registry, clock } = newBreaker({ openTimeout: '30s' }, how)
    breaker.trip()
    clock.advance(10_000)
    registry.configure('a', { openTimeout: '1s' })
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfterMs: 20_000 })
    clock.advance(20_000)
    expect(breaker.state).toBe('halfOpen')
    breaker.recordFailure()
    expect(breaker.stats().retryAfterMs).toBe(1_000)
  })

  it('changed while half-open neither closes nor loses a probe, and the next outcome is judged by it (R21)', () => {
    const policy = { successThreshold: 3, halfOpenMaxCalls: 2 }
    const { breaker, registry, clock } = newBreaker(policy, how)
    breaker.trip()
    clock.advance(30_000)
    acquire(breaker).success()
    const probe = acquire(breaker)
    registry.configure('a', { successThreshold: 1, halfOpenMaxCalls: 1 })
    expect(breaker.state).toBe('halfOpen')
    expect(breaker.allows()).toBe(false)
    probe.success()
    expect(breaker.state).toBe('closed')
  })

  it('changed from one window to another keeps what fits (R21)', async () => {
    const rate = (calls: number): PolicyOptions => ({
      failureThreshold: null,
      failureRate: { threshold: 0.5, minimumCalls: calls, window: { calls } },
    })
    const { breaker, registry } = newBreaker(rate(10), how)
    await succeedTimes(breaker, 3)
    await fail(breaker, 3)
    registry.configure('a', rate(4))
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.75 })
    await succeed(breaker)
    expect(breaker.state, 'at 3 of 4').toBe('open')
  })

  it('changed keeps the newest failures of a window (R21)', async () => {
    const policy = { failureThreshold: 5, failureWindow: '10s' } as const
    const { breaker, registry, clock } = newBreaker(policy, how)
    await fail(breaker)
    clock.advance(6_000)
    await fail(breaker, 2)
    registry.configure('a', { failureThreshold: 4, failureWindow: '10s' })
    clock.advance(5_000)
    await fail(breaker)
    expect(breaker.state, 'the first is out by now').toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('changed is applied in every part, latency sampling too (R21)', async () => {
    const { breaker, registry } = newBreaker({ latencySampling: 0 }, how)
    await succeedTimes(breaker, 3)
    expect(breaker.stats().latency.max).toBeNull()
    registry.configure('a', { latencySampling: 1 })
    await succeed(breaker)
    expect(breaker.stats().latency.max).toBe(0)
  })

  it('changed for a name that has no breaker makes one with it (R21)', () => {
    const { registry } = newRegistry(how)
    const ignored = hear(registry, 'policyIgnored')
    registry.configure('a', { failureThreshold: 3 })
    expect(registry.breaker('a').policy.failureThreshold).toBe(3)
    registry.breaker('a', { failureThreshold: 4 })
    expect(registry.breaker('a').policy.failureThreshold).toBe(3)
    expect(ignored).toHaveLength(1)
  })

  it('that is wrong changes nothing (R50)', () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 3 }, how)
    expect(() => registry.configure('a', { failureThreshold: 0 })).toThrow('expected a whole number of at least 1')
    expect(() => registry.configure('b', { failureThreshold: 0 })).toThrow('policy.failureThreshold')
    expect(breaker.policy.failureThreshold).toBe(3)
    expect(registry.has('b')).toBe(false)
  })
})

describe('a policy that is not applied', () => {
  it('is a warning of the process where nobody listens (R21)', async () => {
    const { registry } = newRegistry()
    const warned = once(process, 'warning')
    registry.breaker('a "b"', { failureThreshold: 3 })
    registry.breaker('a "b"', { failureThreshold: 4 })
    const [warning] = await warned
    expect(warning).toMatchObject({ code: 'SWITCHGEAR_POLICY_IGNORED' })
    expect(String(warning)).toContain('breaker "a \\"b\\"" has a policy; use configure()')
  })
})
