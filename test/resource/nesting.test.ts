// Calls to a resource inside calls to it, as a transaction makes that calls the functions it is made of.
import { describe, expect, it } from 'vitest'
import type { PolicyOptions } from '../../src/index.ts'
import { createResource } from '../../src/resource/index.ts'
import { DOWN, errorOf } from '../support/calls.ts'
import { closesAgain, NESTED_POLICY } from '../support/outage.ts'
import { hear, newRegistry } from '../support/registries.ts'

function newDb(policy: PolicyOptions = {}) {
  const { registry, clock } = newRegistry()
  const pool = {
    isUp: true,
    async query() {
      if (!this.isUp) throw DOWN
      return 'rows'
    },
  }
  const db = createResource({
    name: 'db',
    resource: pool,
    healthCheck: () => true,
    registry,
    recovery: false,
    policy: { ...NESTED_POLICY, ...policy },
  })
  return { registry, clock, pool, db }
}

describe('a resource whose execute is called inside itself', () => {
  for (const policy of [{}, { recoveryRamp: { duration: '1m', from: 0.1 } }, { maxConcurrent: 1 }] as const) {
    it(`closes again after an outage, ${JSON.stringify(policy)} (R14)`, async () => {
      const { registry, clock, pool, db } = newDb(policy)
      const errors = hear(registry, 'error')
      await closesAgain(db.breaker, clock, (isUp) => {
        pool.isUp = isUp
        return db.execute(() => Promise.all([1, 2].map(() => db.execute((pool) => pool.query()))))
      })
      expect(errors).toEqual([])
    })
  }

  it('is not judged by a refusal of its own, whatever its policy says of refusals (R15)', async () => {
    const { clock, db, registry } = newDb({ refusals: 'judge' })
    hear(registry, 'error')
    db.breaker.trip()
    clock.advance(30_000)
    const held = db.breaker.tryAcquire()
    const error = await errorOf(db.execute((pool) => pool.query()))
    held?.ignore()
    expect(error).toMatchObject({ code: 'RESOURCE_UNAVAILABLE' })
    await errorOf(db.execute(() => Promise.reject(error)))
    db.breaker.recordFailure(error)
    expect(db.breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { failed: 0 } })
  })
})

describe('a breaker around a resource', () => {
  it('stays closed while that is not available, and its fallback is asked (R15)', async () => {
    const { registry, db } = newDb()
    const checkout = registry.breaker('checkout', { failureThreshold: 1 })
    db.breaker.trip()
    const load = () => db.execute((pool) => pool.query())
    expect(await checkout.call(load, { fallback: () => 'from a cache' })).toBe('from a cache')
    expect(await errorOf(checkout.call(load))).toMatchObject({ code: 'RESOURCE_UNAVAILABLE' })
    await db.close()
    expect(await errorOf(checkout.call(load))).toMatchObject({ code: 'RESOURCE_UNAVAILABLE', reason: 'it was closed' })
    expect(checkout.stats()).toMatchObject({ state: 'closed', calls: { ignored: 3, failed: 0 } })
  })
})
