import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { RegistryOptions } from '../../../src/index.ts'
import { errorOf, hold, jobsDone } from '../../support/calls.ts'
import { run } from '../../support/processes.ts'
import { EVERY_WAY, newBreaker, newHalfOpen } from '../../support/registries.ts'

function newOpen(how: RegistryOptions) {
  const made = newBreaker({}, how)
  made.breaker.trip()
  return made
}

describe.each(EVERY_WAY)('a caller’s signal, $way', ({ how }) => {
  it('aborted before the call: it is neither made nor counted (R11)', async () => {
    const { breaker } = newBreaker({}, how)
    let ran = false
    const reason = new Error('changed my mind')
    const fn = () => {
      ran = true
    }
    expect(await errorOf(breaker.call(fn, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(ran).toBe(false)
    expect(breaker.stats().calls).toMatchObject({ allowed: 0, rejected: 0, ignored: 0, failed: 0 })
  })

  it('aborted before the call is the reason, whatever the state: no probe is taken, no rejection counted (R11)', async () => {
    const reason = new Error('changed my mind')
    const options = { signal: AbortSignal.abort(reason), fallback: () => 'instead' }
    for (const { breaker } of [newOpen(how), newHalfOpen({}, how)]) {
      expect(await errorOf(breaker.call(() => 'ran', options)), breaker.state).toBe(reason)
      expect(breaker.stats().calls).toMatchObject({ allowed: 0, rejected: 0, ignored: 0 })
    }
  })

  it('aborted during the call ends it at once, ignored, even if the function ignores it (R11)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, how)
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

  it('that is never aborted lets the call take as long as it takes (R11)', async () => {
    const { breaker, clock } = newBreaker({}, how)
    const call = hold(breaker, { signal: new AbortController().signal })
    expect(clock.pending).toEqual([])
    clock.advance('1h')
    await call.succeed('at last')
    expect(await call.ended).toBe('at last')
  })

  it('aborted during a probe gives the permit back (R03)', async () => {
    const { breaker, clock } = newHalfOpen({}, how)
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
    const { breaker } = newBreaker({ failureThreshold: 1 }, how)
    const controller = new AbortController()
    const fn = async () => {
      controller.abort('enough')
      throw new DOMException('aborted by the driver', 'AbortError')
    }
    await errorOf(breaker.call(fn, { signal: controller.signal }))
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { ignored: 1, failed: 0 } })
  })

  it('that is a deadline which passed is no change of mind: the call has failed (R11)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 2 }, how)
    const never = () => new Promise(() => {})
    const byItself = await errorOf(breaker.call(never, { signal: AbortSignal.timeout(1) }))
    expect(byItself).toMatchObject({ name: 'TimeoutError' })
    const controller = new AbortController()
    const any = AbortSignal.any([controller.signal, AbortSignal.timeout(1)])
    const fallback = breaker.call(never, { signal: any, fallback: () => 'instead' })
    expect(await fallback).toBe('instead')
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { failed: 2, ignored: 0 } })
  })

  it('serves any number of calls with one listener, and leaves none (R11)', async () => {
    const { breaker } = newBreaker({}, how)
    const controller = new AbortController()
    const { signal } = controller
    const calls = Array.from({ length: 2_000 }, () => hold(breaker, { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await calls[0]?.succeed()
    await calls[1]?.succeed()
    controller.abort('enough')
    const ends = await Promise.all(calls.map(({ ended }) => ended.catch((error) => error)))
    expect(ends.filter((end) => end === 'enough')).toHaveLength(1_998)
    await jobsDone()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(breaker.stats().calls).toMatchObject({ succeeded: 2, ignored: 1_998 })
  })

  it('aborted by a listener of the probe ends it before it is made (R03)', async () => {
    const { breaker, registry } = newHalfOpen({}, how)
    const controller = new AbortController()
    registry.on('probe', () => controller.abort('enough'))
    let ran = false
    const fn = () => {
      ran = true
    }
    expect(await errorOf(breaker.call(fn, { signal: controller.signal }))).toBe('enough')
    expect(ran).toBe(false)
    expect(breaker.allows()).toBe(true)
  })

  it('not aborted: an AbortError of the function is a failure like any other (R11)', async () => {
    const { breaker } = newBreaker({}, how)
    const { signal } = new AbortController()
    const fn = () => Promise.reject(new DOMException('not the caller’s', 'AbortError'))
    await errorOf(breaker.call(fn, { signal }))
    await errorOf(breaker.call(fn))
    expect(breaker.stats().calls).toMatchObject({ failed: 2, ignored: 0 })
  })

  it('is left without a listener when the call has ended (R33)', async () => {
    const { breaker } = newBreaker({}, how)
    const { signal } = new AbortController()
    for (let call = 0; call < 20; call++) await breaker.call(() => 'ok', { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('and a timeout: whichever comes first (R11)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, how)
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
