import { describe, expect, it } from 'vitest'
import { acquire, fail, hold, rejected, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newHalfOpen } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a half-open breaker, $way', ({ how }) => {
  it('admits halfOpenMaxCalls probes and rejects the next (R03)', async () => {
    const { breaker } = newHalfOpen({ halfOpenMaxCalls: 3 }, how)
    const probes = [hold(breaker), hold(breaker), hold(breaker)]
    expect(breaker.allows()).toBe(false)
    expect(await rejected(breaker)).toMatchObject({ code: 'BREAKER_OPEN', state: 'halfOpen' })
    expect(breaker.tryAcquire()).toBeUndefined()
    await probes[1]?.succeed()
    expect(breaker.allows()).toBe(true)
    hold(breaker)
    expect(await rejected(breaker)).toMatchObject({ state: 'halfOpen' })
  })

  it('keeps the limit with 1,000 probes at once (R03)', async () => {
    const limits = { halfOpenMaxCalls: 1_000, successThreshold: 1_000 }
    const { breaker } = newHalfOpen(limits, how)
    const probes = Array.from({ length: 1_000 }, () => hold(breaker))
    await rejected(breaker)
    expect(breaker.stats().calls).toMatchObject({ allowed: 1_000, rejected: 1 })
    for (const probe of probes.slice(0, 999)) await probe.succeed()
    expect(breaker.state).toBe('halfOpen')
    await probes[999]?.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('gets a permit back on success, failure, ignore and disposal, each once (R03)', () => {
    const { breaker } = newHalfOpen({ successThreshold: 9, halfOpenFailureThreshold: 9 }, how)
    const reports = ['success', 'failure', 'ignore', Symbol.dispose] as const
    for (const report of reports) {
      const permit = acquire(breaker)
      expect(breaker.allows()).toBe(false)
      permit[report]()
      expect(breaker.allows()).toBe(true)
      const next = acquire(breaker)
      permit[report]()
      expect(breaker.allows(), 'a second report frees no other permit').toBe(false)
      next.ignore()
    }
  })

  it('counts a probe that reports twice once (R04)', () => {
    const { breaker } = newHalfOpen({ successThreshold: 2, halfOpenMaxCalls: 2 }, how)
    const permit = acquire(breaker)
    permit.success()
    permit.success()
    expect(breaker.state).toBe('halfOpen')
    acquire(breaker).success()
    expect(breaker.state).toBe('closed')
  })

  it('closes after successThreshold successes, not one before (R04)', async () => {
    const { breaker, registry } = newHalfOpen({ successThreshold: 3 }, how)
    const transitions = hear(registry, 'transition')
    await succeed(breaker)
    await succeed(breaker)
    expect(breaker.state).toBe('halfOpen')
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    expect(transitions).toMatchObject([{ reason: { type: 'probeSuccesses', successes: 3, threshold: 3 } }])
  })

  it('reopens at the first failure by default, for the whole open time (R04)', async () => {
    const { breaker, clock } = newHalfOpen({}, how)
    clock.advance(5_000)
    await fail(breaker)
    expect(breaker.state).toBe('open')
    expect(await rejected(breaker)).toMatchObject({
      retryAfterMs: 30_000,
      reason: { type: 'probeFailures', failures: 1, threshold: 1 },
    })
  })

  it('reopens after halfOpenFailureThreshold failures, not one before (R04)', async () => {
    const { breaker } = newHalfOpen({ halfOpenFailureThreshold: 3, successThreshold: 3 }, how)
    await fail(breaker, 2)
    await succeed(breaker)
    expect(breaker.state).toBe('halfOpen')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('can always leave, whatever the limits (R04)', async () => {
    const limits = [1, 2, 5]
    for (const halfOpenMaxCalls of limits) {
      for (const successThreshold of limits) {
        for (const halfOpenFailureThreshold of limits) {
          const policy = { halfOpenMaxCalls, successThreshold, halfOpenFailureThreshold }
          const closing = newHalfOpen(policy, how).breaker
          for (let probe = 0; probe < successThreshold; probe++) await succeed(closing)
          expect(closing.state, JSON.stringify(policy)).toBe('closed')
          const opening = newHalfOpen(policy, how).breaker
          await fail(opening, halfOpenFailureThreshold)
          expect(opening.state, JSON.stringify(policy)).toBe('open')
        }
      }
    }
  })

  it('begins each trial with no successes and no failures (R04)', async () => {
    const policy = { successThreshold: 2, halfOpenFailureThreshold: 2 }
    const { breaker, clock } = newHalfOpen(policy, how)
    await succeed(breaker)
    await fail(breaker, 2)
    clock.advance(30_000)
    await succeed(breaker)
    await fail(breaker)
    expect(breaker.state).toBe('halfOpen')
  })

  it('tells of each probe, with those in flight, and when that was (R03, R60)', () => {
    const { breaker, clock, registry } = newHalfOpen({ halfOpenMaxCalls: 2 }, how)
    const probes = hear(registry, 'probe')
    const { generation } = breaker
    hold(breaker)
    hold(breaker)
    expect(probes).toEqual([
      { endpoint: 'a', generation, inFlight: 1, at: clock.now() },
      { endpoint: 'a', generation, inFlight: 2, at: clock.now() },
    ])
  })

  it('promises no wait while a permit is free, as allows says (R24)', () => {
    const { breaker } = newHalfOpen({ halfOpenMaxCalls: 2 }, how)
    hold(breaker)
    expect(breaker.allows()).toBe(true)
    expect(breaker.stats().retryAfterMs).toBeNull()
    hold(breaker)
    expect(breaker.stats().retryAfterMs).toBe(30_000)
  })
})

describe.each(EVERY_WAY)("half-open under probes: 'reports', $way", ({ how }) => {
  it('admits no call, says so, and does not say when (R03)', async () => {
    const { breaker } = newHalfOpen({ probes: 'reports' }, how)
    expect(breaker.allows()).toBe(false)
    expect(breaker.tryAcquire()).toBeUndefined()
    const error = await rejected(breaker)
    expect(error).toMatchObject({ state: 'halfOpen', retryAfterMs: undefined })
    expect(error.message).toBe('circuit "a" is half-open and no call may probe: the open time has passed')
  })

  it('closes after enough reported successes, and opens again by a reported failure (R04, R11b)', () => {
    const { breaker } = newHalfOpen({ probes: 'reports', successThreshold: 2 }, how)
    breaker.recordSuccess()
    expect(breaker.state).toBe('halfOpen')
    breaker.recordFailure(new Error('not yet'))
    expect(breaker.state).toBe('open')
    breaker.probe()
    breaker.recordSuccess()
    breaker.recordSuccess()
    expect(breaker.state).toBe('closed')
  })
})
