// A breaker as opossum has it that fires itself, or the breaker of its name in the registry.
import { describe, expect, it } from 'vitest'
import CircuitBreaker from '../../../src/compat/opossum/index.ts'
import { DOWN } from '../../support/calls.ts'
import { hear, newRegistry } from '../../support/registries.ts'

describe("a breaker in opossum's words whose action calls it again", () => {
  it('closes again after an outage (R14)', async () => {
    const { registry, clock } = newRegistry()
    const errors = hear(registry, 'error')
    let isUp = false
    const load = async (depth: number): Promise<string> => {
      if (depth > 0) return breaker.fire(depth - 1)
      if (!isUp) throw DOWN
      return registry.call('db', () => 'rows')
    }
    const options = { name: 'db', registry, resetTimeout: 30_000, timeout: false as const }
    const breaker = new CircuitBreaker(load, options)
    await breaker.fire(2).catch(() => {})
    expect(breaker.opened).toBe(true)
    isUp = true
    clock.advance(30_000)
    expect(await breaker.fire(2)).toBe('rows')
    expect(breaker.closed).toBe(true)
    expect(errors).toEqual([])
    breaker.shutdown()
  })

  it('holds the one slot there is for calls inside it, also while it is disabled (R14)', async () => {
    const { registry } = newRegistry({ policy: { maxConcurrent: 1 } })
    const load = async (depth: number): Promise<string> => (depth > 0 ? breaker.fire(depth - 1) : 'rows')
    const breaker = new CircuitBreaker(load, { name: 'db', registry })
    for (const act of ['enable', 'disable'] as const) {
      breaker[act]()
      expect(await breaker.fire(2)).toBe('rows')
    }
    expect(registry.breaker('db').stats().calls).toMatchObject({ limited: 0, failed: 0 })
    breaker.shutdown()
  })

  it('that stands inside another breaker, and is open, gives that no verdict (R15)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
    const breaker = new CircuitBreaker(async () => 'rows')
    breaker.open()
    await registry.call('checkout', () => breaker.fire()).catch(() => {})
    expect(registry.breaker('checkout').stats()).toMatchObject({ state: 'closed', calls: { ignored: 1 } })
    breaker.shutdown()
  })
})
