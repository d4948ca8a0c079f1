// Two tiers: what the fleet decides comes on top of each breaker, and takes nothing away.
import { describe, expect, it, vi } from 'vitest'
import type { Row } from '../../src/core/runtime/row.ts'
import { Table } from '../../src/core/runtime/table.ts'
import { BreakerOpenError, type RegistryEvents } from '../../src/index.ts'
import { CALM, call, newWorld, openFleet, override } from './support/processes.ts'

describe('a fleet', () => {
  it('opens an endpoint in every process when enough of them see it fail, and says so everywhere', async () => {
    const world = newWorld()
    const [a, b, c] = [await world.join('a'), await world.join('b'), await world.join('c')]
    const rejections: RegistryEvents['rejected'][] = []
    c.registry.on('rejected', (event) => rejections.push(event))
    await openFleet(world, a, b)
    expect([a, b, c].map(override)).toEqual(['open', 'open', 'open'])
    expect(c.breaker.state).toBe('closed')
    const error = await c.breaker.call(() => 1).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(BreakerOpenError)
    expect(error).toMatchObject({
      state: 'open',
      reason: { type: 'fleet', decision: 'failureRate', rate: 1, reporters: 2, version: 1 },
    })
    expect((error as BreakerOpenError).retryAfterMs).toBeGreaterThan(8_000)
    expect(c.breaker.stats()).toMatchObject({ state: 'closed', override: { state: 'open', share: 0 } })
    expect(rejections).toMatchObject([{ endpoint: 'db', state: 'open', by: 'fleet' }])
    expect(c.fleet.endpoints()).toMatchObject([{ endpoint: 'db', state: 'open', version: 1, reporters: 2, rate: 1 }])
    expect(c.fleet.stats()).toMatchObject({ state: 'synced', live: 3, endpoints: 1 })
  })

  it('is never opened by one process that fails 100 %, however much it calls (I8)', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a', { policy: { ...CALM, failureThreshold: 5 } }), await world.join('b')]
    let opened = 0
    a.registry.on('transition', ({ to }) => {
      if (to === 'open') opened++
    })
    for (let second = 0; second < 60; second++) {
      await call(a.breaker, 'fail', 20)
      await call(b.breaker, 'ok', 1)
      await world.pass(1_000)
      expect(override(b)).toBe('-')
    }
    expect(opened).toBeGreaterThan(0)
    expect(a.fleet.endpoints()).toEqual([])
  })

  it('follows breakers that open by failures in a row, though its window is full of successes', async () => {
    const world = newWorld()
    const policy = { ...CALM, failureThreshold: 5, openTimeout: '1m' as const }
    const [a, b, c] = [
      await world.join('a', { policy }),
      await world.join('b', { policy }),
      await world.join('c', { policy }),
    ]
    for (let second = 0; second < 10; second++) {
      for (const { breaker } of [a, b]) await call(breaker, 'ok', 20)
      await world.pass(1_000)
    }
    for (let second = 0; second < 10; second++) {
      // Five of them are made, in all; the others are turned away.
      for (const { breaker } of [a, b]) await call(breaker, 'fail', 20)
      await world.pass(1_000)
    }
    expect([a, b, c].map(({ breaker }) => breaker.state)).toEqual(['open', 'open', 'closed'])
    expect([a, b, c].map(override)).toEqual(['open', 'open', 'open'])
  })

  it('hears of calls that are turned away for one window: what a breaker knows grows old', async () => {
    const world = newWorld()
    const policy = { ...CALM, failureThreshold: 5, openTimeout: '10m' as const }
    const [a, b] = [await world.join('a', { policy }), await world.join('b', { policy })]
    // Nobody calls while they open: nothing was turned away in that window.
    for (const { breaker } of [a, b]) breaker.trip()
    for (let second = 0; second < 30; second++) {
      if (second > 15) for (const { breaker } of [a, b]) await call(breaker, 'fail', 20)
      await world.pass(1_000)
    }
    expect([a, b].map(override)).toEqual(['-', '-'])
  })

  it('is not opened by a quorum that fails too little of all calls', async () => {
    const world = newWorld()
    const [a, b, c] = [await world.join('a'), await world.join('b'), await world.join('c')]
    // Suspected, it is reported by those who see it well, too.
    await call(a.breaker, 'fail', 1)
    await world.pass(2_600)
    for (let second = 0; second < 5; second++) {
      await call(c.breaker, 'ok', 40)
      await world.pass(1_300)
      await call(a.breaker, 'fail', 4)
      await call(b.breaker, 'fail', 4)
      await world.pass(1_300)
    }
    expect([a, b, c].map(override)).toEqual(['-', '-', '-'])
  })

  it('needs so many of the processes as the quorum says, of all there are', async () => {
    const world = newWorld()
    const options = { quorum: { reporters: 2, share: 0.75 } }
    const all = [await world.join('a', { options }), await world.join('b', { options })]
    all.push(await world.join('c', { options }), await world.join('d', { options }))
    const [a, b, c] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]]
    await world.pass(2_000)
    await call(a.breaker, 'fail', 20)
    await call(b.breaker, 'fail', 20)
    await world.pass(1_300)
    expect(all.map(override)).toEqual(['-', '-', '-', '-'])
    await call(c.breaker, 'fail', 20)
    await world.pass(1_300)
    expect(all.map(override)).toEqual(['open', 'open', 'open', 'open'])
  })

  it('never lets a call through that its own breaker rejects, nor closes it (I13)', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    a.breaker.trip('maintenance', { openTimeout: '1h' })
    await a.fleet.trip('db')
    await world.pass(100)
    await b.fleet.reset('db')
    await world.pass(1_300)
    expect([a, b].map(override)).toEqual(['-', '-'])
    expect(a.breaker.state).toBe('open')
    expect(await call(a.breaker, 'ok')).toBe('r')
    expect(await call(b.breaker, 'ok')).toBe('s')
    a.breaker.reset()
    await b.fleet.trip('db')
    expect(a.breaker.state).toBe('closed')
    expect(override(a)).toBe('open')
  })

  it('takes no other path for closed calls than a breaker of no fleet has, until something is override (I1)', async () => {
    const rows = vi.spyOn(Table.prototype, 'rowOf')
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    const [{ value: row } = { value: null }] = rows.mock.results as { value: Row | null }[]
    rows.mockRestore()
    await call(a.breaker, 'ok', 3)
    await world.pass(5_000)
    expect(row).toMatchObject({ name: 'db', allowed: 3, path: 'plain' })
    await openFleet(world, a, b)
    expect(row?.path).toBe('full')
    await b.fleet.reset('db')
    await world.pass(1_300)
    expect(await call(a.breaker, 'ok')).toBe('s')
    expect(row?.path).toBe('plain')
  })

  it('asks the store for as much with 1,000 endpoints as with one, while nothing fails (I12)', async () => {
    const requests: number[] = []
    for (const endpoints of [1, 1_000]) {
      const world = newWorld()
      const a = await world.join('a')
      for (let index = 1; index < endpoints; index++) await a.registry.breaker(`e${index}`).call(() => 1)
      await world.pass(30_000)
      expect(a.fleet.stats()).toMatchObject({ state: 'synced', endpoints })
      requests.push(a.fleet.stats().link.requests)
    }
    expect(requests[1]).toBe(requests[0])
    expect(requests[0]).toBeLessThan(36)
  })

  it('tells the store at once what cannot wait, and of a storm of that no more than ten times a second', async () => {
    const world = newWorld()
    const [a, b] = [await world.join('a'), await world.join('b')]
    await world.pass(500)
    const before = a.fleet.stats().link.requests
    a.registry.breaker('e0', { failureThreshold: 1 }).recordFailure()
    await world.pass(1)
    expect(a.fleet.stats().link.requests).toBe(before + 2)
    for (let ms = 1; ms < 1_000; ms++) {
      a.registry.breaker(`e${ms}`, { failureThreshold: 1 }).recordFailure()
      await world.pass(1)
    }
    expect(a.fleet.stats().link.requests - before).toBeLessThan(2 * 12 + 10)
    expect(b.fleet.stats().link.requests).toBeLessThan(6)
  })
})
