import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { CallTimeoutError } from '../src/index.ts'
import { errorOf, hold, jobsDone, promiseOf, succeed } from './support/calls.ts'
import { run } from './support/processes.ts'
import { BOTH_WAYS, newBreaker, newHalfOpen } from './support/registries.ts'

describe.each(BOTH_WAYS)('a timeout, $way', ({ folding }) => {
  it('ends the call at its time, not before, even if the function ignores its signal (R11)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, { folding })
    const call = hold(breaker)
    clock.advance(999)
    expect(call.context?.signal.aborted).toBe(false)
    expect(breaker.stats().calls.failed).toBe(0)
    clock.advance(1)
    const error = await errorOf(call.ended)
    expect(error).toBeInstanceOf(CallTimeoutError)
    expect(error).toMatchObject({ code: 'CALL_TIMEOUT', endpoint: 'a', timeoutMs: 1_000 })
    expect(call.context?.signal.reason).toBe(error)
    expect(breaker.stats()).toMatchObject({ consecutiveFailures: 1, calls: { failed: 1 } })
  })

  it('of one call aborts no other call (R11)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, { folding })
    const first = hold(breaker)
    clock.advance(500)
    const second = hold(breaker)
    clock.advance(500)
    expect(first.context?.signal.aborted).toBe(true)
    expect(second.context?.signal.aborted).toBe(false)
    await second.succeed()
    await expect(second.ended).resolves.toBe('ok')
    await expect(first.ended).rejects.toThrow('took longer than its timeout of 1000 ms')
  })

  it('given with the call beats the policy’s, and null means none (R11)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, { folding })
    const short = hold(breaker, { timeout: '100ms' })
    const none = hold(breaker, { timeout: null })
    clock.advance(100)
    await expect(short.ended).rejects.toMatchObject({ timeoutMs: 100 })
    clock.advance(10 ** 9)
    await none.succeed()
    await expect(none.ended).resolves.toBe('ok')
  })

  it('leaves no timer behind, however the call ends (R33)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, { folding })
    await succeed(breaker)
    await errorOf(breaker.call(() => Promise.reject(new Error('down'))))
    const thrower = () => {
      throw new Error('down')
    }
    await errorOf(breaker.call(thrower))
    expect(clock.pending).toEqual([])
  })

  it('counts the call once: what the function does later changes nothing (R11)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s', failureThreshold: 2 }, { folding })
    const [resolving, rejecting] = [hold(breaker), hold(breaker, { timeout: '2s' })]
    clock.advance(1_000)
    await errorOf(resolving.ended)
    await resolving.succeed()
    clock.advance(1_000)
    await errorOf(rejecting.ended)
    await rejecting.fail()
    await jobsDone()
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { failed: 2, succeeded: 0, late: 0 } })
  })

  it('longer than a 32-bit timer holds (R40)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '60d' }, { folding })
    const call = hold(breaker)
    clock.advance(60 * 864e5 - 1)
    expect(call.context?.signal.aborted).toBe(false)
    clock.advance(1)
    await expect(call.ended).rejects.toMatchObject({ code: 'CALL_TIMEOUT' })
  })
})

describe.each(BOTH_WAYS)('a caller’s signal, $way', ({ folding }) => {
  it('aborted before the call: it is neither made nor counted (R11)', async () => {
    const { breaker } = newBreaker({}, { folding })
    let ran = false
    const reason = new Error('changed my mind')
    const fn = () => {
      ran = true
    }
    expect(await errorOf(breaker.call(fn, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(ran).toBe(false)
    expect(breaker.stats().calls).toMatchObject({ allowed: 0, rejected: 0, ignored: 0, failed: 0 })
  })

  it('aborted during the call ends it at once, ignored, even if the function ignores it (R11)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, { folding })
    const controller = new AbortController()
    const call = hold(breaker, { signal: controller.signal })
    controller.abort()
    expect(await errorOf(call.ended)).toBe(controller.signal.reason)
    expect(call.context?.signal.aborted).toBe(true)
    expect(call.context?.signal.reason).toBe(controller.signal.reason)
    await call.fail()
    await jobsDone()
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { allowed: 1, ignored: 1, failed: 0, late: 0 } })
  })

  it('aborted during a probe gives the permit back (R03)', async () => {
    const { breaker, clock } = newHalfOpen({}, { folding })
    const controller = new AbortController()
    const call = hold(breaker, { signal: controller.signal })
    expect(breaker.allows()).toBe(false)
    controller.abort('enough')
    expect(await errorOf(call.ended)).toBe('enough')
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { ignored: 1 } })
    expect(breaker.allows()).toBe(true)
    expect(clock.pending).toEqual([])
  })

  it('aborted, with a function that throws its own AbortError, is ignored too (R11)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, { folding })
    const controller = new AbortController()
    const fn = async () => {
      controller.abort('enough')
      throw new DOMException('aborted by the driver', 'AbortError')
    }
    await errorOf(breaker.call(fn, { signal: controller.signal }))
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { ignored: 1, failed: 0 } })
  })

  it('not aborted: an AbortError of the function is a failure like any other (R11)', async () => {
    const { breaker } = newBreaker({}, { folding })
    const { signal } = new AbortController()
    const fn = () => Promise.reject(new DOMException('not the caller’s', 'AbortError'))
    await errorOf(breaker.call(fn, { signal }))
    await errorOf(breaker.call(fn))
    expect(breaker.stats().calls).toMatchObject({ failed: 2, ignored: 0 })
  })

  it('is left without a listener when the call has ended (R33)', async () => {
    const { breaker } = newBreaker({}, { folding })
    const { signal } = new AbortController()
    for (let call = 0; call < 20; call++) await breaker.call(() => 'ok', { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('and a timeout: whichever comes first (R11)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, { folding })
    const controller = new AbortController()
    const call = hold(breaker, { signal: controller.signal })
    clock.advance(1_000)
    controller.abort()
    await expect(call.ended).rejects.toMatchObject({ code: 'CALL_TIMEOUT' })
    expect(breaker.stats().calls).toMatchObject({ failed: 1, ignored: 0 })
  })
})

describe('a function that aborts its caller’s signal and throws', () => {
  it('ends its call, not the process (R10)', async () => {
    expect(await run('abort-and-throw.ts')).toEqual({ code: 0, output: 'own error\n' })
  })
})

describe.each(BOTH_WAYS)('a fallback, $way', ({ folding }) => {
  it('answers instead of a failure, with the error at hand; the failure counts (R10)', async () => {
    const { breaker } = newBreaker({}, { folding })
    const error = new Error('down')
    const answer = await breaker.call(() => Promise.reject(error), { fallback: (given) => ({ given }) })
    expect(answer).toEqual({ given: error })
    expect(breaker.stats().calls).toMatchObject({ failed: 1 })
  })

  it('answers instead of a rejection, and of a timeout (R02)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, { folding })
    const fallback = async (error: unknown) => (error as { code: string }).code
    const call = breaker.call(() => promiseOf().promise, { fallback })
    clock.advance(1_000)
    expect(await call).toBe('CALL_TIMEOUT')
    breaker.trip()
    expect(await breaker.call(() => 'ok', { fallback })).toBe('BREAKER_OPEN')
  })

  it('is not asked for a value (R10)', async () => {
    const { breaker } = newBreaker({ isFailure: () => true }, { folding })
    expect(await breaker.call(() => 'stale', { fallback: () => 'other' })).toBe('stale')
  })

  it('is not asked when the call was cancelled, before or during it, or ignored (R11)', async () => {
    const { breaker } = newBreaker({ ignore: (outcome) => 'error' in outcome }, { folding })
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
    const { breaker } = newBreaker({}, { folding })
    const worse = new Error('worse')
    const fallback = () => {
      throw worse
    }
    expect(await errorOf(breaker.call(() => Promise.reject(new Error('down')), { fallback }))).toBe(worse)
    expect(breaker.stats().calls).toMatchObject({ allowed: 1, failed: 1 })
  })
})
