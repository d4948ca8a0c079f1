import { describe, expect, it } from 'vitest'
import { presets, resolvePolicy } from '../../src/index.ts'
import { acquire, fail, hold, rejected, succeed, succeedTimes } from '../support/calls.ts'
import { newBreaker, newHalfOpen } from '../support/registries.ts'

describe('the preset nebula', () => {
  it('is its document’s default configuration (R50)', () => {
    expect(resolvePolicy(presets.nebula)).toMatchObject({
      failureThreshold: 5,
      failureRate: { threshold: 0.5, minimumCalls: 10, window: { timeMs: 60_000 } },
      openTimeoutMs: 30_000,
      halfOpenMaxCalls: 3,
      successThreshold: 3,
    })
  })

  it('opens at 5 consecutive failures, and says so (R12)', async () => {
    const { breaker } = newBreaker(presets.nebula)
    await fail(breaker, 5)
    expect(await rejected(breaker)).toMatchObject({
      reason: { type: 'consecutiveFailures', failures: 5 },
      retryAfterMs: 30_000,
    })
  })

  it('opens when half of at least 10 calls within a minute failed (R12)', async () => {
    const { breaker } = newBreaker(presets.nebula)
    for (let round = 0; round < 4; round++) {
      await succeed(breaker)
      await fail(breaker)
    }
    await succeed(breaker)
    expect(breaker.state, 'after 9 calls').toBe('closed')
    await fail(breaker)
    expect((await rejected(breaker)).reason).toEqual({ type: 'failureRate', rate: 0.5, threshold: 0.5, calls: 10 })
  })

  it('counts successes in its rate: the document’s counter never did, and its rate was always 1 (R12)', async () => {
    const { breaker } = newBreaker(presets.nebula)
    for (let round = 0; round < 10; round++) {
      await succeedTimes(breaker, 9)
      await fail(breaker)
    }
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.1 })
  })

  it('forgets after its window: failures of more than a minute ago are no rate (R12)', async () => {
    const { breaker, clock } = newBreaker(presets.nebula)
    for (let round = 0; round < 4; round++) {
      await fail(breaker)
      await succeed(breaker)
    }
    clock.advance(60_000)
    await succeed(breaker)
    await fail(breaker, 2)
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 2 / 3 })
  })

  it('remembers for its window, less a sixtieth at most (R12)', async () => {
    const { breaker, clock } = newBreaker(presets.nebula)
    clock.advance(58_500)
    await fail(breaker)
    clock.advance(58_999)
    expect(breaker.stats().failureRate).toBe(1)
    clock.advance(1_001)
    expect(breaker.stats().failureRate).toBeNull()
  })

  it('goes half-open after its timeout, a call being the first of three probes (R03)', async () => {
    const { breaker } = newHalfOpen(presets.nebula)
    const probes = [hold(breaker), hold(breaker), hold(breaker)]
    expect(await rejected(breaker)).toMatchObject({ state: 'halfOpen' })
    for (const probe of probes) await probe.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('gets a permit back with each result: the document’s never came back, and it stuck (R03)', async () => {
    const { breaker } = newHalfOpen({ ...presets.nebula, halfOpenMaxCalls: 1 })
    await succeed(breaker)
    await succeed(breaker)
    expect(breaker.state).toBe('halfOpen')
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('reopens after failure_threshold failures while half-open, as its text has it (R04)', async () => {
    const { breaker } = newHalfOpen(presets.nebula)
    await fail(breaker, 4)
    expect(breaker.state).toBe('halfOpen')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('is not closed by a late success while open: in the document it was (R06)', async () => {
    const { breaker } = newBreaker(presets.nebula)
    const call = hold(breaker)
    await fail(breaker, 5)
    await call.succeed()
    breaker.recordSuccess()
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { late: 1 } })
  })

  it('is tripped and reset by hand, with a reason (R08)', async () => {
    const { breaker } = newBreaker(presets.nebula)
    breaker.trip('deploy')
    expect((await rejected(breaker)).reason).toEqual({ type: 'tripped', message: 'deploy' })
    breaker.reset()
    expect(breaker.state).toBe('closed')
  })

  it('measures: calls, rejections, outcomes, latency (R24)', async () => {
    const { breaker, clock } = newBreaker({ ...presets.nebula, latencySampling: 1 })
    for (const durationMs of [10, 30]) {
      const permit = acquire(breaker)
      clock.advance(durationMs)
      permit.success()
    }
    await fail(breaker)
    breaker.trip()
    await rejected(breaker)
    const { calls, latency } = breaker.stats()
    expect(calls).toMatchObject({ allowed: 3, rejected: 1, succeeded: 2, failed: 1 })
    expect(latency).toMatchObject({ mean: 40 / 3, max: 30 })
  })
})
