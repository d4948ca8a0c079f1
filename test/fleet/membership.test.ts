// Who is in a fleet, with what, and how it ends: joining, leaving, breakers that come, go and change, and wrong options.
import { describe, expect, it } from 'vitest'
import { joinFleet, memoryStore } from '../../src/fleet/index.ts'
import { createRegistry } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { crash } from '../support/crashes.ts'
import { CALM, call, newWorld, OPTIONS, openFleet, override, passTime, settle } from './support/processes.ts'

describe('leaving a fleet', () => {
  it('lifts what it has decided, ends every timer, and tells the store', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    await openFleet(world, a, b)
    const leaving = a.fleet.leave()
    expect(override(a)).toBe('-')
    expect(a.fleet.stats().state).toBe('leaving')
    await settle()
    await leaving
    expect(a.fleet.stats().state).toBe('left')
    expect(a.fleet.leave()).toBe(leaving)
    await b.fleet[Symbol.asyncDispose]()
    expect(world.clock.pending).toEqual([])
    expect(override(b)).toBe('-')
    const c = await world.join('c')
    expect(c.fleet.stats().live).toBe(1)
    await c.registry.close()
    await settle()
    expect(c.fleet.stats().state).toBe('left')
    expect(world.clock.pending).toEqual([])
  })

  it('comes with closing the registry, in whatever the fleet is in the midst of', async () => {
    for (const passed of [0, 10_000, 10_001, 10_003]) {
      const world = newWorld()
      const [a, b] = [await world.join('a'), await world.join('b')]
      await openFleet(world, a, b)
      await world.pass(passed)
      await call(a.breaker, 'ok', 2)
      const closing = a.registry.close()
      await settle()
      await closing
      expect(a.fleet.stats().state).toBe('left')
      await b.registry.close()
      await settle()
      expect(world.clock.pending).toEqual([])
    }
  })

  it('can be followed by joining again', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    await a.fleet.leave()
    await openFleet(world, b, await world.join('c'))
    expect(override(a)).toBe('-')
    const joining = joinFleet(a.registry, { ...OPTIONS, store: world.store, instance: 'a' })
    await settle()
    await joining
    expect(override(a)).toBe('open')
  })

  it('takes no longer than a second with a store that hangs, the registry closed or not', async () => {
    for (const isClosed of [false, true]) {
      const clock = createVirtualClock(0)
      const store = memoryStore({ clock })
      const hanging = {
        join: (...args: Parameters<typeof store.join>) => ({
          ...store.join(...args),
          close: () => new Promise<void>(() => {}),
        }),
      }
      const registry = createRegistry({ clock })
      const joining = joinFleet(registry, { ...OPTIONS, store: hanging })
      await settle()
      const fleet = await joining
      if (isClosed) await registry.close()
      const leaving = fleet.leave()
      if (!isClosed) await passTime(clock, 1_000)
      await leaving
      expect(fleet.stats().state).toBe('left')
      expect(clock.pending).toEqual([])
    }
  })
})

describe('a breaker', () => {
  it('that is made after the fleet has opened is override at once, and for no longer than the others', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    const registry = createRegistry({ clock: world.clock, policy: CALM })
    const joining = joinFleet(registry, { ...OPTIONS, store: world.store, instance: 'late' })
    await settle()
    const fleet = await joining
    await openFleet(world, a, b)
    await world.pass(5_000)
    expect(fleet.endpoints()).toEqual([])
    const { override } = registry.breaker('db').stats()
    expect(override).toMatchObject({ state: 'open' })
    expect(override?.retryAfterMs).toBe(a.breaker.stats().override?.retryAfterMs)
  })

  it('that is deleted and made anew is override again, by the time that is left', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    await openFleet(world, a, b)
    a.registry.delete('db')
    await world.pass(3_000)
    expect(a.fleet.stats().endpoints).toBe(0)
    expect(await call(a.breaker, 'ok')).toBe('r')
    expect(a.breaker.stats().override?.retryAfterMs).toBe(b.breaker.stats().override?.retryAfterMs)
  })

  it('that is evicted and made anew is override again', async () => {
    const world = newWorld()
    const registry = createRegistry({ clock: world.clock, policy: CALM, maxBreakers: 2 })
    const joining = joinFleet(registry, { ...OPTIONS, store: world.store, instance: 'small' })
    await settle()
    const fleet = await joining
    const b = await world.join('b')
    await b.fleet.trip('db')
    registry.breaker('db')
    for (const name of ['x', 'y', 'z']) {
      registry.breaker(name)
      await world.pass(10)
    }
    expect(fleet.stats().endpoints).toBe(2)
    registry.breaker('db')
    expect(registry.breaker('db').stats().override).toMatchObject({ state: 'open' })
  })

  it('that is configured anew leaves those with other rules, and finds those with the same', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    const errors: unknown[] = []
    a.registry.on('error', ({ source, endpoint, error }) => errors.push([source, endpoint, (error as Error).message]))
    await openFleet(world, a, b)
    a.registry.configure('db', { ...CALM, openTimeout: '20s' })
    await world.pass(1_300)
    expect([a, b].map(override)).toEqual(['-', 'open'])
    const c = await world.join('c', { policy: { ...CALM, openTimeout: '20s' } })
    await c.fleet.trip('db')
    await world.pass(1_300)
    expect([a, b, c].map(override)).toEqual(['open', 'open', 'open'])
    expect(b.fleet.endpoints()).toMatchObject([{ openMs: 10_000 }])
    expect(a.fleet.endpoints()).toMatchObject([{ openMs: 20_000, reason: 'tripped' }])
    b.registry.configure('db', { ...CALM, openTimeout: '20s' })
    await world.pass(2_500)
    expect(b.fleet.endpoints()).toMatchObject([{ openMs: 20_000, reason: 'tripped' }])
    expect(errors).toEqual([['fleet', 'db', expect.stringContaining('other rules')]])
  })

  it('with a policy that no store could keep to does not disturb the others', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    a.registry.breaker('rare', {
      openTimeout: '60d',
      probeTimeout: '60d',
      successThreshold: 1e9,
      halfOpenMaxCalls: 1e9,
    })
    a.registry.breaker('rarer', { openTimeout: 0.1, probeTimeout: 0.1, backoff: { factor: 1e6, max: '365d' } })
    await call(a.registry.breaker('rare'), 'fail', 3)
    await call(a.registry.breaker('rarer'), 'fail', 3)
    await openFleet(world, a, b)
    expect(a.fleet.stats().state).toBe('synced')
  })

  it('that is not among the endpoints is not shared', async () => {
    const world = newWorld()
    const options = { endpoints: ['db', 'cache-*'] }
    const [a, b] = [await world.join('a', { options }), await world.join('b', { options })]
    for (const name of ['cache-1', 'mail'])
      for (const { registry } of [a, b]) await call(registry.breaker(name), 'fail', 20)
    await world.pass(2_600)
    expect(a.registry.breaker('cache-1').stats().override).toMatchObject({ state: 'open' })
    expect(a.registry.breaker('mail').stats().override).toBeNull()
    expect(a.fleet.stats().endpoints).toBe(2)
  })

  it('whose actor crashes is override as before', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    a.registry.on('error', () => {})
    await openFleet(world, a, b)
    const before = a.breaker.stats().override?.retryAfterMs
    const restarts: unknown[] = []
    a.registry.on('restarted', (event) => restarts.push(event))
    await crash(a.breaker)
    await settle()
    expect(restarts).toHaveLength(1)
    expect(override(a)).toBe('open')
    expect(a.breaker.stats().override?.retryAfterMs).toBe(before)
    await world.pass(10_000)
    expect([a, b].map(override)).toEqual(['halfOpen', 'halfOpen'])
  })
})

describe('two fleets in one store', () => {
  it('with other rules rule alone, and with other names know nothing of each other', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    const other = await world.join('c', { options: { namespace: 'other' } })
    const strict = await world.join('d', { options: { failureRate: { threshold: 0.9, minimumCalls: 10 } } })
    await openFleet(world, a, b)
    expect([other, strict].map(override)).toEqual(['-', '-'])
    expect(other.fleet.stats().live).toBe(1)
    expect(strict.fleet.stats().live).toBe(3)
  })
})

describe('joining a fleet', () => {
  it('is refused with wrong options, in words', async () => {
    const registry = createRegistry()
    const wrong = (options: unknown) =>
      joinFleet(registry, options as never).then(
        (fleet) => fleet.leave().then(() => 'joined'),
        (error: Error) => error.message,
      )
    expect(await wrong({ stor: 1 })).toContain('did you mean store?')
    expect(await wrong({ store: {} })).toContain('options.store: expected a store')
    expect(await wrong({ store: { join: () => ({}) } })).toContain('options.store')
    expect(await wrong({ namespace: 'a{b}' })).toContain('options.namespace: expected 1 to 64 letters')
    expect(await wrong({ namespace: '' })).toContain('options.namespace')
    expect(await wrong({ instance: 'a b' })).toContain('options.instance')
    expect(await wrong({ endpoints: 'db' })).toContain('array')
    expect(await wrong({ quorum: { reporters: -1 } })).toContain('options.quorum.reporters')
    expect(await wrong({ quorum: { share: 2 } })).toContain('options.quorum.share')
    expect(await wrong({ quorum: { sahre: 1 } })).toContain('did you mean share?')
    expect(await wrong({ failureRate: { threshold: 0 } })).toContain('options.failureRate.threshold')
    expect(await wrong({ failureRate: { minimumCalls: 1.5 } })).toContain('options.failureRate.minimumCalls')
    expect(await wrong({ failureRate: { window: '0s' } })).toContain('options.failureRate.window')
    expect(await wrong({ failureRate: { window: 0.4 } })).toContain('options')
    expect(await wrong({ ramp: { shares: [1] } })).toContain('options.ramp.shares')
    expect(await wrong({ ramp: { step: 'soon' } })).toContain('options.ramp.step')
    expect(await wrong({ pollInterval: -1 })).toContain('options.pollInterval')
    expect(await wrong(null)).toContain('options')
    expect(await joinFleet({} as never).catch((error: Error) => error.message)).toContain('a registry')
    await registry.close()
    await expect(joinFleet(registry)).rejects.toMatchObject({ code: 'REGISTRY_CLOSED' })
  })

  it('twice with one registry is refused, and the first one stays', async () => {
    const world = newWorld()
    const a = await world.join('a')
    await expect(joinFleet(a.registry, { store: world.store })).rejects.toThrow('a registry that is in no fleet')
    await settle()
    await world.pass(2_000)
    expect(a.fleet.stats()).toMatchObject({ state: 'synced', live: 1 })
  })

  it('needs no options: one process is a fleet, too', async () => {
    const clock = createVirtualClock(0)
    const registry = createRegistry({ clock })
    const fleet = await joinFleet(registry)
    expect(fleet.stats()).toMatchObject({ state: 'synced', live: 1 })
    await fleet.isolate('db')
    expect(registry.breaker('db').stats().override).toMatchObject({ state: 'forcedOpen' })
    await fleet.leave()
  })
})
