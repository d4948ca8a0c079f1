// Refusals: what breakers inside a call refuse says nothing of the endpoint of the breaker around it.
import { describe, expect, it } from 'vitest'
import { type Breaker, CallTimeoutError, ConcurrencyLimitError } from '../../../src/index.ts'
import { acquire, DOWN, errorOf, rejected, succeed } from '../../support/calls.ts'
import { REFUSALS } from '../../support/refusals.ts'
import { hear, newBreaker, newHalfOpen, newRegistry } from '../../support/registries.ts'

/** How an error comes to a breaker. */
const REPORTS: Record<string, (breaker: Breaker, error: unknown) => unknown> = {
  'of a call': (breaker, error) => errorOf(breaker.call(() => Promise.reject(error))),
  'of a call with a time limit': (breaker, error) =>
    errorOf(breaker.call(() => Promise.reject(error), { timeout: '1s' })),
  'reported to a permit': (breaker, error) => acquire(breaker).failure(error),
  'reported by hand': (breaker, error) => breaker.recordFailure(error),
}

/** The errors that are evidence though they come from breakers, or look like theirs. */
const EVIDENCE: Record<string, () => unknown> = {
  CALL_TIMEOUT: () => new CallTimeoutError('db', 1_000),
  'of somebody else, with a code of ours': () => Object.assign(new Error('open'), { code: 'BREAKER_OPEN' }),
  'of somebody else, for a refusal': () => new Error('no rows', { cause: new ConcurrencyLimitError('db', 1, 0) }),
  'a fetch that failed': () => new TypeError('fetch failed', { cause: DOWN }),
  'a proxy that throws': () =>
    new Proxy(new Error('odd'), {
      has: () => {
        throw DOWN
      },
    }),
}

describe.each(Object.keys(REPORTS))('an error %s', (way) => {
  const report = (breaker: Breaker, error: unknown) => REPORTS[way]?.(breaker, error)

  it.each(Object.keys(REFUSALS))('counts neither way where it is a refusal: %s (R15)', async (kind) => {
    const { breaker } = newBreaker({ failureThreshold: 1 })
    await report(breaker, await REFUSALS[kind]?.())
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { failed: 0, ignored: 1 } })
  })

  it.each(Object.keys(REFUSALS))('gives the permit of a probe back without a verdict: %s (R15)', async (kind) => {
    const { breaker } = newHalfOpen({ successThreshold: 1 })
    await report(breaker, await REFUSALS[kind]?.())
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { failed: 0, ignored: 1 } })
    expect(breaker.admission()).toMatchObject({ permits: 1 })
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it.each(Object.keys(REFUSALS))('is judged as any other under refusals: judge: %s (R15)', async (kind) => {
    const { breaker } = newBreaker({ failureThreshold: 1, refusals: 'judge' })
    await report(breaker, await REFUSALS[kind]?.())
    expect(breaker.state).toBe('open')
    const { breaker: lenient } = newBreaker({
      failureThreshold: 1,
      refusals: 'judge',
      isFailure: { error: () => false },
    })
    await report(lenient, await REFUSALS[kind]?.())
    expect(lenient.stats()).toMatchObject({ state: 'closed', calls: { succeeded: 1 } })
  })

  it.each(Object.keys(EVIDENCE))('is evidence where it is none: %s (R15)', async (kind) => {
    const { breaker } = newBreaker({ failureThreshold: 1 })
    await report(breaker, EVIDENCE[kind]?.())
    expect(breaker.state).toBe('open')
    const { breaker: probed } = newHalfOpen()
    await report(probed, EVIDENCE[kind]?.())
    expect(probed.state).toBe('open')
  })

  it('of its own is never evidence, whatever refusals says (R15)', async () => {
    const { breaker, registry } = newHalfOpen({ refusals: 'judge' })
    hear(registry, 'error')
    const held = acquire(breaker)
    const own = await rejected(breaker)
    held.ignore()
    await report(breaker, own)
    await report(breaker, new TypeError('fetch failed', { cause: own }))
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { failed: 0 } })
  })
})

describe('a breaker around one that', () => {
  it('is open stays closed, and its fallback is asked (R15)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 3 } })
    registry.breaker('db').trip()
    const checkout = registry.breaker('checkout')
    for (let n = 0; n < 5; n++) {
      const load = () => registry.call('db', () => 'never run')
      const answer = await checkout.call(load, { fallback: (error, { outcome }) => [(error as Error).name, outcome] })
      expect(answer).toEqual(['BreakerOpenError', 'failure'])
    }
    expect(checkout.stats()).toMatchObject({ state: 'closed', calls: { ignored: 5, failed: 0 } })
  })

  it('is open, half-open itself, waits for that: no verdict, and its permit comes back (R15)', async () => {
    const { registry, clock } = newRegistry({ policy: { openTimeout: '30s', successThreshold: 1 } })
    const checkout = registry.breaker('checkout')
    const db = registry.breaker('db', { openTimeout: '5m' })
    checkout.trip()
    db.trip()
    clock.advance(30_000)
    const buy = () => checkout.call(() => db.call(() => 'bought'))
    for (let n = 0; n < 5; n++) expect(await errorOf(buy())).toMatchObject({ endpoint: 'db' })
    expect(checkout.state).toBe('halfOpen')
    clock.advance(270_000)
    expect(await buy()).toBe('bought')
    expect([checkout.state, db.state]).toEqual(['closed', 'closed'])
  })

  it('is full stays closed though it refuses call after call (R15)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
    const db = registry.breaker('db', { maxConcurrent: 1 })
    using _ = acquire(db)
    const ignored = hear(registry, 'ignored')
    expect(await errorOf(registry.call('checkout', () => db.call(() => 'rows')))).toMatchObject({
      code: 'CONCURRENCY_LIMIT',
    })
    expect(registry.state('checkout')).toBe('closed')
    expect(ignored).toMatchObject([{ endpoint: 'checkout' }])
  })

  it('took too long has failed: that one was asked (R15)', async () => {
    const { registry, clock } = newRegistry({ policy: { failureThreshold: 1 } })
    const hang = () => new Promise<never>(() => {})
    const ended = errorOf(registry.call('checkout', () => registry.call('db', hang, { timeout: '1s' })))
    clock.advance(1_000)
    expect(await ended).toMatchObject({ code: 'CALL_TIMEOUT' })
    expect(registry.state('checkout')).toBe('open')
  })
})
