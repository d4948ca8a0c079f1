import { describe, expect, it } from 'vitest'
import { acquire, hold, rejected, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newHalfOpen } from '../../support/registries.ts'

describe.each(EVERY_WAY)('the lease of a probe, $way', ({ how }) => {
  it('ends after probeTimeout: the probe counts as a failure, and no sooner (R07)', () => {
    const { breaker, clock, registry } = newHalfOpen({ probeTimeout: '10s' }, how)
    const transitions = hear(registry, 'transition')
    hold(breaker)
    clock.advance(9_999)
    expect(breaker.state).toBe('halfOpen')
    clock.advance(1)
    expect(breaker.state).toBe('open')
    expect(transitions).toMatchObject([{ reason: { type: 'probeFailures', failures: 1, threshold: 1 } }])
  })

  it('is 30 s by default (R07)', () => {
    const { breaker, clock } = newHalfOpen({}, how)
    acquire(breaker)
    clock.advance(29_999)
    expect(breaker.state).toBe('halfOpen')
    clock.advance(1)
    expect(breaker.state).toBe('open')
  })

  it('gives the permit back when it ends (R03)', async () => {
    const policy = { halfOpenFailureThreshold: 2, successThreshold: 1 }
    const { breaker, clock } = newHalfOpen(policy, how)
    hold(breaker)
    await rejected(breaker)
    clock.advance(30_000)
    expect(breaker.state).toBe('halfOpen')
    expect(breaker.allows()).toBe(true)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('makes what comes after it late: neither success nor failure counts (R07)', async () => {
    const policy = { halfOpenFailureThreshold: 2, successThreshold: 1, halfOpenMaxCalls: 2 }
    const { breaker, clock, registry } = newHalfOpen(policy, how)
    const late = hear(registry, 'late')
    const [success, failure] = [hold(breaker), acquire(breaker)]
    clock.advance(30_000)
    expect(breaker.state).toBe('open')
    clock.advance(30_000)
    const { generation } = breaker
    await success.succeed()
    failure.failure()
    expect(breaker.stats()).toMatchObject({
      state: 'halfOpen',
      generation,
      calls: { succeeded: 0, failed: 0, late: 2 },
    })
    expect(late).toHaveLength(2)
  })

  it('makes the result late even in the same trial (R06)', async () => {
    const policy = { halfOpenFailureThreshold: 3, successThreshold: 1 }
    const { breaker, clock } = newHalfOpen(policy, how)
    const success = acquire(breaker)
    clock.advance(30_000)
    const failure = acquire(breaker)
    clock.advance(30_000)
    success.success()
    failure.failure()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { succeeded: 0, failed: 0, late: 2 } })
  })

  it('that ended in a stall makes the result late, though no timer has told (R07)', async () => {
    const { breaker, clock } = newHalfOpen({ successThreshold: 1, openTimeout: '1m' }, how)
    const probe = hold(breaker)
    clock.stall(30_000)
    await probe.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { succeeded: 0, late: 1 } })
  })

  it('that did not end in a stall of 1 ms less counts (R07)', async () => {
    const { breaker, clock } = newHalfOpen({ successThreshold: 1 }, how)
    const probe = hold(breaker)
    clock.stall(29_999)
    await probe.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { succeeded: 1, late: 0 } })
  })

  it('that ends with others in a stall has ended with them for the first who looks (R05, R07)', () => {
    const { breaker, clock } = newHalfOpen({ halfOpenMaxCalls: 3, halfOpenFailureThreshold: 3 }, how)
    for (const _ of [1, 2, 3]) acquire(breaker)
    clock.stall(30_000)
    expect(breaker.state).toBe('open')
  })

  it('of one probe leaves those of the others (R07)', () => {
    const policy = { halfOpenMaxCalls: 2, halfOpenFailureThreshold: 2, successThreshold: 1 }
    const { breaker, clock } = newHalfOpen(policy, how)
    acquire(breaker)
    clock.advance(15_000)
    const second = acquire(breaker)
    clock.advance(15_000)
    expect(breaker.allows()).toBe(true)
    second.success()
    expect(breaker.state).toBe('closed')
  })

  it('ends with the report: no timer is left of it (R08)', () => {
    for (const report of ['success', 'failure', 'ignore'] as const) {
      const { breaker, clock } = newHalfOpen({ successThreshold: 9, halfOpenFailureThreshold: 9 }, how)
      const permit = acquire(breaker)
      expect(clock.pending).toHaveLength(1)
      permit[report]()
      expect(clock.pending).toEqual([])
    }
  })

  it('ends with the trial: no timer is left of it (R08)', () => {
    const { breaker, clock } = newHalfOpen({ halfOpenMaxCalls: 3, successThreshold: 1 }, how)
    const [first] = [acquire(breaker), acquire(breaker), acquire(breaker)]
    expect(clock.pending).toHaveLength(1)
    first?.success()
    expect(breaker.state).toBe('closed')
    expect(clock.pending).toEqual([])
  })

  it('that ends during a stall reopens for the time it then promises (R05)', () => {
    const { breaker, clock } = newHalfOpen({ probeTimeout: '10s', openTimeout: '30s' }, how)
    acquire(breaker)
    clock.stall(25_000)
    clock.advance(0)
    expect(breaker.state).toBe('open')
    const wait = breaker.stats().retryAfterMs ?? 0
    expect(wait).toBeGreaterThan(0)
    clock.advance(wait)
    expect(breaker.state, `${wait} ms later, without a call`).toBe('halfOpen')
  })
})
