import { describe, expect, it } from 'vitest'
import { presets } from '../../src/index.ts'
import { errorOf, fail, hold, rejected, succeed } from '../support/calls.ts'
import { newBreaker, newHalfOpen } from '../support/registries.ts'

describe('the preset snakepit', () => {
  it('opens at the fifth failure, the default of failure_threshold (R12)', async () => {
    const { breaker } = newBreaker(presets.snakepit)
    await fail(breaker, 4)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect((await rejected(breaker)).reason).toEqual({ type: 'cumulativeFailures', failures: 5, threshold: 5 })
  })

  it('keeps its failure count at a success (R12)', async () => {
    const { breaker } = newBreaker(presets.snakepit)
    for (let round = 0; round < 5; round++) {
      expect(breaker.state).toBe('closed')
      await succeed(breaker)
      await fail(breaker)
    }
    expect(breaker.state).toBe('open')
  })

  it('starts counting anew once it has closed (R12)', async () => {
    const { breaker, clock } = newBreaker(presets.snakepit)
    await fail(breaker, 5)
    clock.advance(30_000)
    await succeed(breaker)
    await fail(breaker, 4)
    expect(breaker.state).toBe('closed')
  })

  it('is half-open reset_timeout_ms after the last failure: one reported while open extends it (R05)', async () => {
    const { breaker, clock } = newBreaker(presets.snakepit)
    await fail(breaker, 5)
    clock.advance(20_000)
    breaker.recordFailure()
    clock.advance(29_999)
    expect(breaker.state).toBe('open')
    clock.advance(1)
    expect(breaker.state).toBe('halfOpen')
  })

  it('is not kept open by a late result of before it opened (R06)', async () => {
    const { breaker, clock } = newBreaker(presets.snakepit)
    const call = hold(breaker)
    await fail(breaker, 5)
    clock.advance(20_000)
    await call.fail()
    expect(breaker.stats().retryAfterMs).toBe(10_000)
  })

  it('allows one call while half-open, closes at its success and reopens at its failure (R04)', async () => {
    const { breaker } = newHalfOpen(presets.snakepit)
    const probe = hold(breaker)
    expect(breaker.allows()).toBe(false)
    await probe.succeed()
    expect(breaker.state).toBe('closed')
    const opening = newHalfOpen(presets.snakepit).breaker
    await fail(opening)
    expect(opening.state).toBe('open')
  })

  it('counts half-open calls in flight, so a probe that never reports does not stick it (R07)', () => {
    const { breaker, clock } = newHalfOpen(presets.snakepit)
    hold(breaker)
    clock.advance(30_000)
    expect(breaker.state).toBe('open')
    clock.advance(30_000)
    expect(breaker.allows()).toBe(true)
  })

  it('gives its result, its rejection or its error to the caller (R10)', async () => {
    const { breaker } = newBreaker(presets.snakepit)
    expect(await breaker.call(() => ({ ok: 'result' }))).toEqual({ ok: 'result' })
    expect(await errorOf(breaker.call(() => Promise.reject('reason')))).toBe('reason')
    breaker.trip()
    expect(await rejected(breaker)).toMatchObject({ code: 'BREAKER_OPEN' })
  })

  it('has its functions: allows, recordSuccess, recordFailure, reset, state, stats (R11b)', () => {
    const { breaker } = newBreaker(presets.snakepit)
    breaker.recordSuccess()
    for (let failure = 0; failure < 5; failure++) breaker.recordFailure()
    expect(breaker.allows()).toBe(false)
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { succeeded: 1, failed: 5 } })
    breaker.reset()
    expect(breaker.state).toBe('closed')
  })
})
