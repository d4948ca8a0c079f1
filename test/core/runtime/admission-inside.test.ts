import { describe, expect, it } from 'vitest'
import type { CallContext, Override } from '../../../src/index.ts'
import { acquire, hold, jobsDone, promiseOf } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

const reason: Override['reason'] = {
  ...{ type: 'fleet', decision: 'failureRate', rate: 0.5, calls: 8, reporters: 2, version: 1, message: '' },
}

describe.each(EVERY_WAY)('a call that is given the context of a call around it, $way', ({ how }) => {
  it('counts by itself where that holds nothing, with a timeout and a signal, too (R14)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const nested = hear(registry, 'nested')
    const { signal } = new AbortController()
    for (const options of [{}, { signal }, { timeout: 50 }]) {
      await breaker.call((context) => breaker.call(() => 'ok', { context }), options)
    }
    expect(breaker.stats().calls).toMatchObject({ allowed: 6, succeeded: 6 })
    expect(nested).toEqual([])
  })

  it('runs under what that runs under, for as long as that is in force (R14)', async () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 1 }, how)
    const nested = hear(registry, 'nested')
    const outer = hold(breaker)
    const { promise, resolve } = promiseOf<void>()
    let context: CallContext | undefined
    const middle = breaker.call(
      (given) => {
        context = given
        return promise
      },
      { context: outer.context },
    )
    await breaker.call(() => 'ok', { context })
    expect(nested).toHaveLength(1)
    await outer.succeed()
    // The slot is free, and there is one: of two more calls one has it.
    const other = acquire(breaker)
    const refused = breaker.call(() => 'ok', { context })
    await expect(refused).rejects.toMatchObject({ code: 'CONCURRENCY_LIMIT' })
    other.success()
    await breaker.call(() => 'ok', { context })
    expect(breaker.stats()).toMatchObject({ calls: { allowed: 3, limited: 1 }, concurrency: { inFlight: 0 } })
    resolve()
    await middle
    expect(nested).toHaveLength(2)
  })

  it('has those inside it find what it runs under by themselves (R14)', async () => {
    const { breaker } = newHalfOpen({}, how)
    const outer = hold(breaker)
    const asked = breaker.call(() => breaker.call(() => 'ok'), { context: outer.context })
    expect(await asked).toBe('ok')
    await outer.succeed()
    expect(breaker.stats().calls).toMatchObject({ allowed: 1, rejected: 0 })
  })
})

describe.each(EVERY_WAY)('code that two permits run, one in the other, $way', ({ how }) => {
  it('is inside the outer one when the inner one has ended (R14)', () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 2 }, how)
    const nested = hear(registry, 'nested')
    const [outer, inner] = [acquire(breaker), acquire(breaker)]
    outer.run(() =>
      inner.run(() => {
        inner.success()
        acquire(breaker).success()
        expect(breaker.stats()).toMatchObject({ concurrency: { inFlight: 1 }, calls: { allowed: 2 } })
        outer.success()
        const next = acquire(breaker)
        expect(breaker.stats()).toMatchObject({ concurrency: { inFlight: 1 }, calls: { allowed: 3 } })
        next.success()
      }),
    )
    expect(nested).toHaveLength(1)
  })
})

describe.each(EVERY_WAY)('who waits for a slot, $way', ({ how }) => {
  it('is refused when the fleet’s only probe is taken by who was before him (R19)', async () => {
    const { breaker, registry } = newBreaker({ maxConcurrent: 1, maxQueued: 2 }, how)
    const rejected = hear(registry, 'rejected')
    const first = acquire(breaker)
    breaker.override({ state: 'halfOpen', reason, probe: () => () => {} })
    const { promise, resolve } = promiseOf<void>()
    const second = breaker.call(() => promise)
    const third = breaker.call(() => 'never').catch(({ code }) => code)
    first.success()
    await jobsDone()
    expect(rejected).toMatchObject([{ by: 'fleet' }])
    expect(await third).toBe('BREAKER_OPEN')
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 0 })
    resolve()
    await second
  })
})

describe.each(EVERY_WAY)('while the only probe holds the only place, $way', ({ how }) => {
  it('the breaker refuses calls, not the bulkhead; a service for which it is critical is degraded, not down (R63)', () => {
    const { breaker, registry } = newHalfOpen({ maxConcurrent: 1 }, how)
    const by = hear(registry, 'rejected')
    acquire(breaker)
    const said = breaker.admission()
    expect(said).toMatchObject({ admits: 'some', refusedBy: 'breaker', permits: 0, queue: null })
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(by).toMatchObject([{ by: said.refusedBy }])
    expect(registry.health({ critical: ['a'] }).status).toBe('degraded')
  })

  it('of a fleet, the fleet refuses calls though the breaker has permits left (R63)', () => {
    const { breaker, registry } = newHalfOpen({ halfOpenMaxCalls: 2 }, how)
    const by = hear(registry, 'rejected')
    breaker.override({ state: 'halfOpen', reason, probe: () => () => {} })
    acquire(breaker)
    expect(breaker.admission()).toMatchObject({ admits: 'some', refusedBy: 'fleet', permits: 0 })
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(by).toMatchObject([{ by: 'fleet' }])
  })
})
