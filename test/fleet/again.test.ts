// The second time: a store that lies again, reports in more than one request, endpoints that open again; and what is left of the
// first time.
import { describe, expect, it } from 'vitest'
import type { FleetReport, FleetStore } from '../../src/fleet/store.ts'
import { FleetStoreError } from '../../src/fleet/store-error.ts'
import { CALM, call, newWorld, openFleet, override, type World } from './support/processes.ts'

/** The store of the world, with another way to answer for one process. */
function wrapped(world: World, change: (link: ReturnType<FleetStore['join']>) => object): FleetStore {
  return {
    isLocal: true,
    join(member) {
      const link = world.store.join(member)
      return { ...link, ...change(link) }
    },
  }
}

describe('a store that lies', () => {
  it('is told of once each time, and again when it was sound in between', async () => {
    const world = newWorld()
    const store = { isLying: false }
    const lying = wrapped(world, (link) => ({
      poll: (...args: Parameters<typeof link.poll>) => (store.isLying ? Promise.resolve(7) : link.poll(...args)),
    }))
    const { registry, fleet } = await world.join('a', { store: lying })
    const errors: string[] = []
    registry.on('error', ({ source, error }) => errors.push(`${source} ${(error as FleetStoreError).code}`))
    for (const times of [1, 2, 3]) {
      store.isLying = true
      await world.pass(10_000)
      expect(errors).toEqual(Array.from({ length: times }, () => 'fleet FLEET_STORE_LIED'))
      store.isLying = false
      await world.pass(10_000)
      expect(fleet.stats().state).toBe('synced')
    }
  })
})

describe('processes with other rules', () => {
  it('are told of once for each endpoint, however often they are heard of', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b', { policy: { ...CALM, openTimeout: '20s' } })]
    const errors: unknown[] = []
    a.registry.on('error', ({ endpoint }) => errors.push(endpoint))
    for (let round = 0; round < 5; round++) {
      for (const name of ['db', 'mail']) {
        for (const { registry } of [a, b]) await call(registry.breaker(name), 'fail', 3)
      }
      await world.pass(1_300)
    }
    expect(errors.toSorted()).toEqual(['db', 'mail'])
  })
})

describe('what many endpoints have seen', () => {
  it.each([
    [200, [200]],
    [201, [200, 1]],
    [450, [200, 200, 50]],
  ])('of %i is told in as few requests of 200 as there may be', async (count, sizes) => {
    const { world, batches, failures } = await failing(count, () => false)
    await world.pass(1_300)
    expect(batches).toEqual(sizes)
    expect(failures()).toEqual(Array.from({ length: count }, () => 1))
  })

  it('is told once, also where the second of three requests failed: what was not taken comes with the next', async () => {
    let requests = 0
    const { world, batches, failures } = await failing(450, () => ++requests === 2)
    await world.pass(6_000)
    expect(batches).toEqual([200, 200, 50])
    expect(failures()).toEqual(Array.from({ length: 450 }, () => 1))
  })

  /** Each of so many endpoints has failed once. What was told of them, and in which portions. */
  async function failing(count: number, isLost: () => boolean) {
    const world = newWorld()
    const batches: number[] = []
    const told = new Map<string, number>()
    const store = wrapped(world, (link) => ({
      async report(reports: readonly FleetReport[]) {
        if (isLost()) throw new FleetStoreError('FLEET_STORE_FAILED', 'lost')
        batches.push(reports.length)
        for (const { endpoint, failures } of reports) told.set(endpoint, (told.get(endpoint) ?? 0) + failures)
        return await link.report(reports)
      },
    }))
    const { registry } = await world.join('a', { store })
    for (let i = 0; i < count; i++) registry.breaker(`db-${i}`).recordFailure()
    return { world, batches, failures: () => [...told.values()] }
  }
})

describe('an endpoint that the fleet opens and closes, again and again', () => {
  it('leaves no actor and no timer behind, whoever ends it and whatever becomes of its breaker', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    await world.pass(2_000)
    const atRest = world.clock.pending.length
    // To ask for the actor of a breaker would start it.
    const actors = () => [a, b].map(({ registry }) => registry.actor.getSnapshot().context.children.size)
    for (const end of ['reset', 'disable', 'delete'] as const) {
      await openFleet(world, a, b)
      expect(actors()).toEqual([1, 1])
      if (end === 'delete') for (const { registry } of [a, b]) registry.delete('db')
      else await a.fleet[end]('db')
      await world.pass(2_000)
      if (end !== 'delete') expect([a, b].map(override)).toEqual(['-', '-'])
      if (end === 'disable') await a.fleet.enable('db')
      await world.pass(2_000)
      expect(actors(), end).toEqual([0, 0])
      expect(world.clock.pending, end).toHaveLength(atRest)
      await b.fleet.reset('db')
      await world.pass(12_000)
    }
  })
})
