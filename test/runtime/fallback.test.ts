import { describe, expect, it } from 'vitest'
import { errorOf, promiseOf } from '../support/calls.ts'
import { EVERY_WAY, newBreaker } from '../support/registries.ts'

describe.each(EVERY_WAY)('a fallback, $way', ({ how }) => {
  it('answers instead of a failure, with the error at hand; the failure counts (R10)', async () => {
    const { breaker } = newBreaker({}, how)
    const error = new Error('down')
    const answer = await breaker.call(() => Promise.reject(error), { fallback: (given) => ({ given }) })
    expect(answer).toEqual({ given: error })
    expect(breaker.stats().calls).toMatchObject({ failed: 1 })
  })

  it('answers instead of a rejection, and of a timeout (R02)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, how)
    const fallback = async (error: unknown) => (error as { code: string }).code
    const call = breaker.call(() => promiseOf().promise, { fallback })
    clock.advance(1_000)
    expect(await call).toBe('CALL_TIMEOUT')
    breaker.trip()
    expect(await breaker.call(() => 'ok', { fallback })).toBe('BREAKER_OPEN')
  })

  it('is not asked for a value (R10)', async () => {
    const { breaker } = newBreaker({ isFailure: () => true }, how)
    expect(await breaker.call(() => 'stale', { fallback: () => 'other' })).toBe('stale')
  })

  it('is not asked when the call was cancelled, before or during it, or ignored (R11)', async () => {
    const { breaker } = newBreaker({ ignore: (outcome) => 'error' in outcome }, how)
    const fallback = () => 'other'
    const signal = AbortSignal.abort('enough')
    expect(await errorOf(breaker.call(() => 'ok', { signal, fallback }))).toBe('enough')
    const controller = new AbortController()
    const call = breaker.call(() => promiseOf().promise, { signal: controller.signal, fallback })
    controller.abort('enough')
    expect(await errorOf(call)).toBe('enough')
    expect(await errorOf(breaker.call(() => Promise.reject('ignored'), { fallback }))).toBe('ignored')
  })

  it('that fails gives the caller its own error, and counts for nothing (R10)', async () => {
    const { breaker } = newBreaker({}, how)
    const worse = new Error('worse')
    const fallback = () => {
      throw worse
    }
    expect(await errorOf(breaker.call(() => Promise.reject(new Error('down')), { fallback }))).toBe(worse)
    expect(breaker.stats().calls).toMatchObject({ allowed: 1, failed: 1 })
  })
})
