import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { errorOf, fail, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newRegistry, statesIn } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a registry, $way', ({ how }) => {
  it('makes a breaker at first use, and tells of it (R20)', async () => {
    const { registry } = newRegistry(how)
    const created = hear(registry, 'created')
    expect(await registry.call('payments', ({ endpoint }) => endpoint)).toBe('payments')
    await registry.call('payments', () => 'again')
    expect(created).toEqual([{ endpoint: 'payments' }])
    expect(registry.has('payments')).toBe(true)
    expect(registry.breaker('payments').stats().calls.allowed).toBe(2)
  })

  it('makes nothing when asked about a name it does not know (R20)', () => {
    const { registry } = newRegistry(how)
    expect(registry.state('unknown')).toBe('closed')
    expect(registry.has('unknown')).toBe(false)
    registry.reset('unknown')
    expect(registry.delete('unknown')).toBe(false)
    registry.resetAll()
    expect(registry.list()).toEqual([])
  })

  it('gives the same handle for the same name (R20)', () => {
    const { registry } = newRegistry(how)
    expect(registry.breaker('a')).toBe(registry.breaker('a'))
    expect(registry.breaker('a')).not.toBe(registry.breaker('b'))
  })

  it('keeps its breakers apart (R20)', async () => {
    const { registry } = newRegistry({ ...how, policy: { failureThreshold: 1 } })
    await fail(registry.breaker('down'))
    await succeed(registry.breaker('up'))
    expect(statesIn(registry)).toEqual([
      { endpoint: 'down', state: 'open' },
      { endpoint: 'up', state: 'closed' },
    ])
  })

  it('lists, describes and counts the same at every instant, and what is true (R24)', async () => {
    const { clock, registry } = newRegistry({ ...how, policy: { failureThreshold: 2, successThreshold: 1 } })
    const breaker = registry.breaker('a')
    const errors = hear(registry, 'error')
    let looks = 0
    function look() {
      looks++
      const { state, generation, calls } = breaker.stats()
      const [described] = registry.snapshot().breakers
      expect([registry.state('a'), breaker.state, described?.state]).toEqual([state, state, state])
      expect(statesIn(registry)).toEqual([{ endpoint: 'a', state }])
      expect([breaker.generation, described?.generation]).toEqual([generation, generation])
      expect(described?.calls).toEqual(calls)
      expect(breaker.allows()).toBe(
        state === 'closed' || state === 'disabled' || (breaker.stats().retryAfterMs === null && state === 'halfOpen'),
      )
      return { state, generation, ...calls }
    }
    for (const name of ['transition', 'created', 'probe', 'rejected', 'late'] as const)
      registry.on(name, () => void look())
    breaker.actor?.subscribe(() => void look())
    // What the readers must be of one mind about: each step, and what is so after it.
    const steps = [
      [() => fail(breaker), { state: 'closed', generation: 0, allowed: 1, failed: 1 }],
      [() => fail(breaker, 2), { state: 'open', generation: 1, allowed: 2, failed: 2, rejected: 1 }],
      [() => clock.advance(29_999), { state: 'open', generation: 1 }],
      [() => clock.advance(1), { state: 'halfOpen', generation: 2 }],
      [() => succeed(breaker), { state: 'closed', generation: 3, allowed: 3, succeeded: 1 }],
      [() => breaker.isolate(), { state: 'forcedOpen', generation: 4 }],
      [() => fail(breaker), { state: 'forcedOpen', generation: 4, allowed: 3, rejected: 2 }],
      [() => breaker.disable(), { state: 'disabled', generation: 5 }],
      [() => succeed(breaker), { state: 'disabled', generation: 5, allowed: 4, succeeded: 2 }],
      [() => breaker.enable(), { state: 'closed', generation: 6 }],
      [
        () => registry.configure('a', { failureThreshold: 9 }),
        { state: 'closed', generation: 6, allowed: 4, failed: 2 },
      ],
    ] as const
    for (const [step, truth] of steps) {
      await step()
      expect(look()).toMatchObject(truth)
    }
    expect(errors, 'what a listener saw').toEqual([])
    expect(looks).toBeGreaterThan(20)
  })

  it('tells the time in each state, the current stay included (R24)', () => {
    const { clock, registry } = newRegistry(how)
    const breaker = registry.breaker('a')
    clock.advance(5)
    breaker.trip()
    clock.advance(30_000)
    clock.advance(7)
    breaker.isolate()
    clock.advance(11)
    breaker.disable()
    clock.advance(13)
    const timeInState = { closed: 5, open: 30_000, halfOpen: 7, forcedOpen: 11, disabled: 13 }
    expect(breaker.stats().timeInState).toEqual(timeInState)
    expect(registry.snapshot().breakers[0]?.timeInState).toEqual(timeInState)
  })

  it('resets one, or all (R20)', () => {
    const { clock, registry } = newRegistry(how)
    for (const name of ['a', 'b', 'c']) registry.breaker(name).trip()
    registry.reset('b')
    expect(registry.list().map(({ state }) => state)).toEqual(['open', 'closed', 'open'])
    registry.resetAll()
    expect(registry.list().map(({ state }) => state)).toEqual(['closed', 'closed', 'closed'])
    expect(clock.pending).toEqual([])
  })

  it('wraps a method: its `this`, name and length are kept, options are taken (R20)', async () => {
    const { registry } = newRegistry()
    class Service {
      name = 'service'
      async greet(whom: string) {
        if (whom === 'nobody') throw new Error('nobody there')
        return `${this.name} greets ${whom}`
      }
    }
    const breaker = registry.breaker('a', { failureThreshold: 9 })
    const service = new Service()
    service.greet = breaker.wrap(service.greet)
    expect(await service.greet('you')).toBe('service greets you')
    const guarded = breaker.wrap(Service.prototype.greet, { fallback: () => 'instead' })
    for (const property of ['name', 'length']) {
      const own = Object.getOwnPropertyDescriptor(Service.prototype.greet, property)
      expect(Object.getOwnPropertyDescriptor(guarded, property)).toEqual(own)
    }
    expect(await guarded.call(service, 'nobody')).toBe('instead')
    expect(() => breaker.wrap(Service.prototype.greet, { timeout: 'soon' } as never)).toThrow('options.timeout')
    expect(breaker.stats().calls).toMatchObject({ succeeded: 1, failed: 1 })
  })

  it('binds a classifier that is given by name, though the policies look alike (R21)', async () => {
    const { registry } = newRegistry({ policy: { isFailure: () => false } })
    const ignored = hear(registry, 'policyIgnored')
    await registry.call('x', () => 1)
    const asked: unknown[] = []
    const mine = (outcome: unknown) => {
      asked.push(outcome)
      return true
    }
    registry.breaker('x', { isFailure: mine })
    await registry.call('x', () => 1)
    expect(asked).toHaveLength(1)
    registry.breaker('x', { isFailure: mine })
    expect(ignored).toEqual([])
    registry.breaker('x', { isFailure: () => asked.length > 5 })
    expect(ignored).toEqual([{ endpoint: 'x' }])
  })

  it('makes no breaker of a call that is a mistake (R50)', async () => {
    const { registry } = newRegistry()
    for (const options of [null, 5, { timeout: -1 }]) {
      expect(await errorOf(registry.call('new', () => 1, options as never))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
    expect(await errorOf(registry.call('new', 5 as never))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(registry.list()).toEqual([])
  })

  it('wraps a function: its arguments go in, its value comes out (R20)', async () => {
    const { registry } = newRegistry({ ...how, policy: { failureThreshold: 1 } })
    const add = registry.breaker('a').wrap((left: number, right: number) => left + right)
    expect(await add(1, 2)).toBe(3)
    registry.breaker('a').trip()
    expect(await errorOf(add(1, 2))).toMatchObject({ code: 'BREAKER_OPEN' })
  })
})

describe('two registries', () => {
  it('share nothing (R20)', async () => {
    const [left, right] = [newRegistry().registry, createRegistry()]
    left.breaker('a').isolate()
    expect(right.state('a')).toBe('closed')
    expect(right.has('a')).toBe(false)
    await right.close()
    expect(left.state('a')).toBe('forcedOpen')
  })
})
