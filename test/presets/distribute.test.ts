import { describe, expect, it } from 'vitest'
import { presets, resolvePolicy } from '../../src/index.ts'
import { acquire, fail, hold, rejected, succeed } from '../support/calls.ts'
import { newBreaker, newHalfOpen, newRegistry } from '../support/registries.ts'

describe('the preset distribute', () => {
  it('is its document’s default policy, and ours (R12)', () => {
    expect(resolvePolicy(presets.distribute)).toEqual(resolvePolicy())
    expect(resolvePolicy(presets.distribute)).toMatchObject({
      failureThreshold: 5,
      successThreshold: 2,
      openTimeoutMs: 30_000,
      halfOpenMaxCalls: 1,
    })
  })

  it('opens after 5 consecutive failures (R12)', async () => {
    const { breaker } = newBreaker(presets.distribute)
    await fail(breaker, 4)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
    await rejected(breaker)
  })

  it('clears the failure counter at a success while closed (R12)', async () => {
    const { breaker } = newBreaker(presets.distribute)
    await fail(breaker, 4)
    await succeed(breaker)
    await fail(breaker, 4)
    expect(breaker.state).toBe('closed')
  })

  it('tries one request after 30 s, not before (R05)', async () => {
    const { breaker, clock } = newBreaker(presets.distribute)
    await fail(breaker, 5)
    clock.advance(29_999)
    expect(breaker.allows()).toBe(false)
    clock.advance(1)
    const probe = hold(breaker)
    expect(breaker.allows()).toBe(false)
    await probe.succeed()
    expect(breaker.allows()).toBe(true)
  })

  it('closes after 2 consecutive successes while half-open, and reopens at a failure (R04)', async () => {
    const closing = newHalfOpen(presets.distribute).breaker
    await succeed(closing)
    expect(closing.state).toBe('halfOpen')
    await succeed(closing)
    expect(closing.state).toBe('closed')
    const opening = newHalfOpen(presets.distribute).breaker
    await succeed(opening)
    await fail(opening)
    expect(opening.state).toBe('open')
  })

  it('counts a failure while open, and stays open for no longer (R11b)', () => {
    const { breaker, clock } = newBreaker(presets.distribute)
    for (let failure = 0; failure < 5; failure++) breaker.recordFailure()
    clock.advance(20_000)
    breaker.recordFailure()
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfterMs: 10_000, calls: { failed: 6 } })
  })

  it('checks and then records, per node, as its example does (R11b)', () => {
    const { registry } = newRegistry({ policy: presets.distribute })
    const [down, up] = [registry.breaker('node-1'), registry.breaker('node-2')]
    for (let send = 0; send < 8; send++) {
      if (down.allows()) down.recordFailure()
      if (up.allows()) up.recordSuccess()
    }
    expect(down.stats()).toMatchObject({ state: 'open', calls: { failed: 5 } })
    expect(up.stats()).toMatchObject({ state: 'closed', calls: { succeeded: 8 } })
  })

  it('is closed again by a reset, as a health check may order (R08)', async () => {
    const { breaker, registry } = newBreaker(presets.distribute)
    await fail(breaker, 5)
    registry.reset('a')
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 0 })
  })

  it('limits half-open requests for good: asking does not use up the permit, holding does (R03)', () => {
    const { breaker } = newHalfOpen(presets.distribute)
    for (let question = 0; question < 5; question++) expect(breaker.allows()).toBe(true)
    const permit = acquire(breaker)
    expect(breaker.allows()).toBe(false)
    permit.ignore()
    expect(breaker.allows()).toBe(true)
  })
})
