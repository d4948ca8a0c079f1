// The store is lost, in every state and in the midst of everything: no call notices, and all find together again.
import { describe, expect, it } from 'vitest'
import { joinFleet } from '../../src/fleet/index.ts'
import { createRegistry } from '../../src/index.ts'
import {
  CALM,
  call,
  newWorld,
  OPTIONS,
  openFleet,
  override,
  type Process,
  settle,
  type World,
} from './support/processes.ts'

/** Traffic in all processes for so long; `answer` says how calls end. What was rejected, per process. */
async function traffic(world: World, all: readonly Process[], ms: number, answer: 'ok' | 'fail' = 'ok') {
  const results = all.map(() => '')
  for (let passed = 0; passed < ms; passed += 50) {
    for (const [index, process] of all.entries()) results[index] += await call(process.breaker, answer)
    await world.pass(50)
  }
  return results
}

const isClosed = (process: Process) => override(process) === '-'

async function three(options = {}, carry?: Parameters<typeof newWorld>[0]) {
  const world = newWorld(carry)
  const all = [await world.join('a', options), await world.join('b', options), await world.join('c', options)]
  const [a, b, c] = all as [Process, Process, Process]
  return { world, all, a, b, c }
}

describe('when the store is lost', () => {
  it('a closed endpoint stays closed, no call is rejected, and its breaker rules alone (I2)', async () => {
    const { world, all, a } = await three({ policy: { ...CALM, failureThreshold: 5 } })
    world.store.stop()
    expect((await traffic(world, all, 5_000)).join('')).not.toContain('r')
    expect(all.map(({ fleet }) => fleet.stats().state)).toEqual(['degraded', 'degraded', 'degraded'])
    expect(a.fleet.stats().viewAgeMs).toBeGreaterThan(4_000)
    await call(a.breaker, 'fail', 5)
    expect(a.breaker.state).toBe('open')
    await world.pass(1_000)
    expect(all.map(override)).toEqual(['-', '-', '-'])
  })

  it('an open one rejects until its time has passed, not longer, and then each process probes alone (I7)', async () => {
    const { world, all, a, b } = await three()
    await openFleet(world, a, b)
    world.store.stop()
    await world.pass(8_000)
    expect(all.map(override)).toEqual(['open', 'open', 'open'])
    await world.pass(2_000)
    const results = await traffic(world, all, 3_000)
    expect(all.every(isClosed)).toBe(true)
    for (const result of results) expect(result).toMatch(/^r{0,12}s+$/)
  })

  it('a probe alone that fails keeps it open for this process, and the next one comes after the open time', async () => {
    const { world, all, a, b } = await three()
    await openFleet(world, a, b)
    world.store.stop()
    await world.pass(10_000)
    const failing = await traffic(world, all, 5_000, 'fail')
    for (const result of failing) expect(result).toMatch(/^r{0,12}fr+$/)
    expect(all.map(override)).toEqual(['open', 'open', 'open'])
    await world.pass(8_000)
    await traffic(world, all, 3_000)
    expect(all.every(isClosed)).toBe(true)
  })

  it.each(['with its data', 'empty'])(
    'all find together again when it comes back %s, at the same version',
    async (how) => {
      const { world, all, a, b } = await three()
      await openFleet(world, a, b)
      world.store.stop()
      await world.pass(3_000)
      if (how === 'empty') world.store.flush()
      world.store.start()
      await world.pass(1_300)
      expect(all.map(({ fleet }) => fleet.endpoints()[0])).toMatchObject([
        { state: 'open', version: 1 },
        { state: 'open', version: 1 },
        { state: 'open', version: 1 },
      ])
      const remaining = a.fleet.endpoints()[0]?.remainingMs ?? 0
      expect(remaining).toBeGreaterThan(3_000)
      expect(remaining).toBeLessThan(7_000)
      await world.pass(7_000)
      await traffic(world, all, 3_000)
      expect(all.every(isClosed)).toBe(true)
      expect(a.fleet.endpoints()).toMatchObject([{ state: 'closed', version: 3 }])
    },
  )

  it.each(['with its data', 'empty'])(
    'those who have found it well alone reject nothing when the store is back %s, and close it for all',
    async (how) => {
      const { world, all, a, b } = await three()
      await openFleet(world, a, b)
      world.store.stop()
      await world.pass(10_000)
      await traffic(world, all, 3_000)
      if (how === 'empty') world.store.flush()
      world.store.start()
      const results = await traffic(world, all, 10_000)
      expect(results.join('')).not.toContain('r')
      expect(all.every(isClosed)).toBe(true)
      expect(a.fleet.endpoints()).toMatchObject([{ state: 'closed', reason: 'probeSuccesses' }])
      // It is judged again, once the calls that were well are out of its window.
      await world.pass(13_000)
      await openFleet(world, a, b)
    },
  )

  it('while a probe is in flight, what it came to is not lost for this process: it probes again', async () => {
    const { world, all, a, b } = await three()
    await openFleet(world, a, b)
    await world.pass(10_000)
    let permit = a.breaker.tryAcquire()
    for (let turn = 0; turn < 400 && permit === undefined; turn++) {
      await world.pass(5)
      permit = a.breaker.tryAcquire()
    }
    expect(permit).toBeDefined()
    world.store.stop()
    permit?.success()
    await world.pass(1_500)
    expect(all.map(override)).toEqual(['halfOpen', 'halfOpen', 'halfOpen'])
    await traffic(world, all, 3_000)
    expect(all.every(isClosed)).toBe(true)
  })

  it('between a lease and its answer, or a result and its answer, nothing stays half-open for ever', async () => {
    for (const lost of ['acquire', 'complete']) {
      let isLosing = false
      const { world, all, a, b } = await three({}, (message, deliver) => {
        if (!(isLosing && message.what === lost && message.kind === 'answer')) deliver()
      })
      await openFleet(world, a, b)
      await world.pass(10_000)
      isLosing = true
      await traffic(world, all, 7_000)
      expect(all.map(override)).toEqual(
        ['halfOpen', 'halfOpen', 'halfOpen'].map(() => (lost === 'acquire' ? 'halfOpen' : expect.anything())),
      )
      isLosing = false
      await traffic(world, all, 12_000)
      expect(all.every(isClosed), lost).toBe(true)
    }
  })

  it('its clock may be set by an hour: no process stays open for longer than its time and one more (I7)', async () => {
    for (const jump of [3_600_000, -3_600_000]) {
      const { world, all, a, b } = await three()
      await openFleet(world, a, b)
      world.store.shiftClock(jump)
      await world.pass(20_000)
      await traffic(world, all, 12_000)
      expect(all.every(isClosed), String(jump)).toBe(true)
    }
  })
})

describe('a process that starts without the store', () => {
  it('joins all the same, works, and is in step as soon as the store is there', async () => {
    const { world, a, b } = await three()
    await openFleet(world, a, b)
    world.store.stop()
    const d = await world.join('d')
    expect(d.fleet.stats()).toMatchObject({ state: 'degraded', viewAgeMs: null, live: 1 })
    expect(await call(d.breaker, 'ok')).toBe('s')
    world.store.start()
    await world.pass(1)
    expect(d.fleet.stats().state).toBe('synced')
    expect(override(d)).toBe('open')
  })

  it('and one that never answers hold up nobody for longer than a round may take', async () => {
    const world = newWorld((message, deliver) => message.kind === 'request' || deliver())
    const registry = createRegistry({ clock: world.clock, policy: CALM })
    const joining = joinFleet(registry, { ...OPTIONS, store: world.store })
    await world.pass(150)
    const fleet = await joining
    expect(await call(registry.breaker('db'), 'ok')).toBe('s')
    const leaving = fleet.leave()
    await world.pass(150)
    await leaving
    await settle()
  })
})
