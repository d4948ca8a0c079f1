// How a fleet comes back: one probe at a time in all of it, leases that end, and traffic that returns little by little.
import { describe, expect, it } from 'vitest'
import type { Breaker, Permit } from '../../src/index.ts'
import { CALM, call, newWorld, openFleet, override, type Process, settle, type World } from './support/processes.ts'

/** A call that is let through stays in flight. */
function begin({ breaker }: { breaker: Breaker }): Permit | undefined {
  return breaker.tryAcquire()
}

/** Traffic in every process, until one of them has a probe in flight. */
async function nextProbe(world: World, all: readonly Process[], withinMs = 2_000): Promise<Permit | undefined> {
  for (let passed = 0; passed < withinMs; passed += 5) {
    for (const process of all) {
      const permit = begin(process)
      if (permit !== undefined) return permit
      await settle()
    }
    await world.pass(5)
  }
  return undefined
}

async function openOfThree(options = {}) {
  const world = newWorld()
  const all = [await world.join('a', options), await world.join('b', options), await world.join('c', options)]
  const [a, b] = all as [Process, Process]
  await openFleet(world, a, b)
  return { world, all, a, b }
}

describe('a fleet that is open', () => {
  it('rejects all until its time has passed, and then lets one probe through in all of it (I4)', async () => {
    const { world, all } = await openOfThree()
    await world.pass(8_000)
    expect(all.map(override)).toEqual(['open', 'open', 'open'])
    await world.pass(2_000)
    expect(all.map(override)).toEqual(['halfOpen', 'halfOpen', 'halfOpen'])
    const probe = await nextProbe(world, all)
    expect(probe).toBeDefined()
    // For as long as its lease holds.
    expect(await nextProbe(world, all, 4_000)).toBeUndefined()
    probe?.success()
    const second = await nextProbe(world, all, 6_000)
    second?.success()
    await world.pass(100)
    expect(all.map(override)).toEqual(['-', '-', '-'])
    expect(all[2]?.fleet.endpoints()).toMatchObject([{ state: 'closed', reason: 'probeSuccesses', version: 3 }])
  })

  it('opens again in all processes when the probe fails', async () => {
    const { world, all } = await openOfThree()
    await world.pass(10_000)
    const probe = await nextProbe(world, all)
    probe?.failure(new Error('still down'))
    await world.pass(100)
    expect(all.map(override)).toEqual(['open', 'open', 'open'])
    expect(all[2]?.fleet.endpoints()).toMatchObject([
      { state: 'open', reason: 'probeFailures', version: 3, openings: 2 },
    ])
  })

  it('is probed by any process, also when the one that opened it is gone (I11)', async () => {
    const { world, all, a, b } = await openOfThree()
    await a.fleet.leave()
    await b.registry.close()
    await world.pass(10_000)
    const [, , c] = all as [Process, Process, Process]
    ;(await nextProbe(world, [c]))?.success()
    ;(await nextProbe(world, [c]))?.success()
    await world.pass(100)
    expect(override(c)).toBe('-')
  })

  it('takes a lease back from a process that vanished, after the time of a probe (I10)', async () => {
    const { world, all } = await openOfThree()
    await world.pass(10_000)
    const probe = await nextProbe(world, all)
    expect(probe).toBeDefined()
    const next = await nextProbe(world, all, 7_000)
    expect(next).toBeDefined()
    // What the first comes to is too late by now, and is not taken for the result of the second.
    probe?.failure(new Error('late'))
    await world.pass(50)
    expect(all.map(override)).toEqual(['halfOpen', 'halfOpen', 'halfOpen'])
    expect(all[0]?.fleet.endpoints()).toMatchObject([{ state: 'halfOpen', version: 2 }])
    next?.success()
    ;(await nextProbe(world, all))?.success()
    await world.pass(100)
    expect(all.map(override)).toEqual(['-', '-', '-'])
  })

  it('lets another call probe under the same lease when one has proved nothing', async () => {
    const { world, all } = await openOfThree()
    await world.pass(10_000)
    ;(await nextProbe(world, all))?.ignore()
    const again = await nextProbe(world, all, 100)
    expect(again).toBeDefined()
    again?.success()
    expect(await nextProbe(world, all)).toBeDefined()
  })

  it('lets so many probe at once as the policy says, and each process one', async () => {
    const { world, all } = await openOfThree({ policy: { ...CALM, halfOpenMaxCalls: 2 } })
    await world.pass(10_000)
    expect(await nextProbe(world, all)).toBeDefined()
    expect(await nextProbe(world, all)).toBeDefined()
    expect(await nextProbe(world, all)).toBeUndefined()
  })

  it('is closed by whoever calls, though the one that probed first has no more calls', async () => {
    const { world, all } = await openOfThree({ policy: { ...CALM, probeTimeout: '1m' } })
    await world.pass(10_000)
    const [a, b, c] = all as [Process, Process, Process]
    const probe = await nextProbe(world, [a])
    expect(await nextProbe(world, [b, c], 500)).toBeUndefined()
    probe?.success()
    const second = await nextProbe(world, [b, c], 1_600)
    expect(second).toBeDefined()
    second?.success()
    await world.pass(10)
    expect(all.map(override)).toEqual(['-', '-', '-'])
  })

  it('asks the store for nothing while nobody calls (I12)', async () => {
    const { world, all, a } = await openOfThree()
    await world.pass(10_000)
    const before = a.fleet.stats().link.requests
    await world.pass(60_000)
    const polls = a.fleet.stats().link.requests - before
    expect(polls).toBeGreaterThan(53)
    expect(polls).toBeLessThan(68)
    expect(all.map(override)).toEqual(['halfOpen', 'halfOpen', 'halfOpen'])
  })
})

describe('a fleet that has closed', () => {
  it('lets calls return share by share, in every process, whether or not it sees the store (ramp)', async () => {
    const options = { ramp: { shares: [0.1, 0.5], step: '2s' } } as const
    const { world, all, a, b } = await openOfThree({ options })
    await b.fleet.reset('db')
    await world.pass(10)
    expect(all.map(override)).toEqual(['halfOpen', 'halfOpen', 'halfOpen'])
    expect(a.breaker.stats().override).toMatchObject({ share: 0.1, retryAfterMs: 3_990 })
    expect([...(await call(a.breaker, 'ok', 100))].filter((result) => result === 's')).toHaveLength(10)
    world.store.stop()
    await world.pass(2_000)
    expect([...(await call(a.breaker, 'ok', 100))].filter((result) => result === 's')).toHaveLength(50)
    await world.pass(2_000)
    expect(all.map(override)).toEqual(['-', '-', '-'])
    expect(await call(a.breaker, 'ok', 10)).toBe('s'.repeat(10))
  })

  it('opens again in the midst of its ramp', async () => {
    const { world, all, a, b } = await openOfThree({ options: { ramp: { shares: [0.5], step: '30s' } } })
    await b.fleet.reset('db')
    await world.pass(1_000)
    await call(a.breaker, 'fail', 40)
    await call(b.breaker, 'fail', 40)
    await world.pass(1_300)
    expect(all.map(override)).toEqual(['open', 'open', 'open'])
  })
})
