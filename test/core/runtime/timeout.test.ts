import { describe, expect, it } from 'vitest'
import { CallTimeoutError } from '../../../src/index.ts'
import { errorOf, hold, jobsDone, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a timeout, $way', ({ how }) => {
  it('ends the call at its time, not before, even if the function ignores its signal (R11)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, how)
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
    const { breaker, clock } = newBreaker({ timeout: '1s' }, how)
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
    const { breaker, clock } = newBreaker({ timeout: '1s' }, how)
    const short = hold(breaker, { timeout: '100ms' })
    const none = hold(breaker, { timeout: null })
    clock.advance(100)
    await expect(short.ended).rejects.toMatchObject({ timeoutMs: 100 })
    clock.advance(10 ** 9)
    await none.succeed()
    await expect(none.ended).resolves.toBe('ok')
  })

  it('leaves no timer behind and nothing to complain of, however the call ends (R32, R33)', async () => {
    const { breaker, clock, registry } = newBreaker({ timeout: '1s' }, how)
    const errors = hear(registry, 'error')
    await succeed(breaker)
    await errorOf(breaker.call(() => Promise.reject(new Error('down'))))
    const thrower = () => {
      throw new Error('down')
    }
    await errorOf(breaker.call(thrower))
    expect([clock.pending, errors]).toEqual([[], []])
  })

  it('counts the call once: what the function does later changes nothing (R11)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s', failureThreshold: 2 }, how)
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
    const { breaker, clock } = newBreaker({ timeout: '60d' }, how)
    const call = hold(breaker)
    clock.advance(60 * 864e5 - 1)
    expect(call.context?.signal.aborted).toBe(false)
    clock.advance(1)
    await expect(call.ended).rejects.toMatchObject({ code: 'CALL_TIMEOUT' })
  })
})
