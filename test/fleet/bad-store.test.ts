// A store is a guest: it may lie, throw where it must not, answer late, twice or never. No call, no actor and no promise that
// nobody awaits is hurt by it, and what it did wrong is told once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FleetLink, FleetListener, FleetStore } from '../../src/fleet/store.ts'
import { call, newWorld, openFleet, override, settle, type World } from './support/processes.ts'

type Method = 'report' | 'acquire' | 'complete' | 'poll' | 'command' | 'close' | 'figures' | 'subscribe'

/** The store, but for what one process gets of it while `isBad`. */
function spoiled(world: World, spoil: Partial<Record<Method, (sound: never) => unknown>>) {
  const control = { isBad: false, listener: undefined as FleetListener | undefined }
  const store: FleetStore = {
    join(member) {
      const link = world.store.join(member)
      const bad = Object.entries(spoil).map(([name, spoiling]) => {
        const method = link[name as 'poll'].bind(link) as (...args: never[]) => unknown
        const spoilt = (...args: never[]) =>
          control.isBad ? spoiling((() => method(...args)) as never) : method(...args)
        return [name, spoilt]
      })
      const subscribe = (listener: FleetListener) => {
        control.listener = listener
        return link.subscribe(listener)
      }
      return { ...link, subscribe, ...Object.fromEntries(bad) } as FleetLink
    },
  }
  return { store, control }
}

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

const LIES: readonly [string, unknown][] = [
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['a text', 'open'],
  ['an empty object', {}],
  ['a list of nothing', [undefined]],
  ['a list of empty objects', [{}]],
  ['changes without records', { changes: [{ endpoint: 'db', rules: 'x' }], cursor: null, live: 1, suspects: [] }],
]

async function bad(spoil: Parameters<typeof spoiled>[1]) {
  const world = newWorld()
  const { store, control } = spoiled(world, spoil)
  const [a, b] = [await world.join('a', { store }), await world.join('b')]
  const errors: string[] = []
  a.registry.on('error', ({ source, error }) => errors.push(`${source}: ${String(error)}`))
  return { world, control, a, b, errors }
}

describe('a store that lies', () => {
  it.each(LIES)('in every answer, with %s: is told of once, and its process goes on alone', async (_, lie) => {
    const spoil = async () => lie
    const { world, control, a, b, errors } = await bad({ poll: spoil, report: spoil, acquire: spoil, complete: spoil })
    await openFleet(world, a, b)
    control.isBad = true
    await world.pass(10_000)
    await call(a.breaker, 'ok', 3)
    await world.pass(3_000)
    expect(a.fleet.stats().state).toBe('degraded')
    expect(errors).toEqual([expect.stringMatching(/^fleet: (FleetStoreError|TypeError)/)])
    await call(a.breaker, 'ok')
    await world.pass(3_000)
    expect(await call(a.breaker, 'ok')).toBe('s')
    control.isBad = false
    await world.pass(10_000)
    expect(a.fleet.stats().state).toBe('synced')
  })

  it('about a record is not believed, in answers and pushes, and nothing stays open longer than its rules say', async () => {
    const { world, control, a, b, errors } = await bad({})
    await openFleet(world, a, b)
    const [sound] = await world.store
      .join({ namespace: 'switchgear', instance: 'z' })
      .poll({ cursor: null, entries: [] })
      .then(({ changes }) => changes)
    if (sound === undefined) throw new Error('there is nothing')
    for (const lie of [
      { state: 'ajar' },
      { version: Number.NaN },
      { version: 1.5 },
      { version: -1 },
      { remainingMs: Number.NaN },
      { openMs: -1 },
      { reason: 'because' },
      { message: 7 },
      { rate: '1' },
    ]) {
      const changes = [{ ...sound, record: { ...sound.record, version: 9, ...lie } }]
      expect(() => control.listener?.onChanges(changes as never)).not.toThrow()
      expect(a.fleet.endpoints()).toMatchObject([{ state: 'open', version: 1 }])
    }
    expect(() => control.listener?.onChanges(undefined as never)).not.toThrow()
    expect(errors).toHaveLength(1)
    const forever = { ...sound.record, version: 2, openMs: 1e12, remainingMs: 1e12 }
    control.listener?.onChanges([{ ...sound, record: forever }])
    expect(a.breaker.stats().override?.retryAfterMs).toBe(10_000)
  })

  it('about versions is believed for as long as only it knows them', async () => {
    const { world, control, a, b, errors } = await bad({})
    await openFleet(world, a, b)
    const [sound] = await world.store
      .join({ namespace: 'switchgear', instance: 'z' })
      .poll({ cursor: null, entries: [] })
      .then(({ changes }) => changes)
    if (sound === undefined) throw new Error('there is nothing')
    control.listener?.onChanges([
      { ...sound, record: { ...sound.record, version: 2 ** 40, state: 'forcedOpen', remainingMs: 0 } },
    ])
    expect(override(a)).toBe('forcedOpen')
    world.store.stop()
    world.store.start()
    await world.pass(2_500)
    expect(a.fleet.endpoints()).toMatchObject([{ state: 'open', version: 1 }])
    expect(errors).toEqual([expect.stringContaining('did not believe')])
  })
})

describe('a store that breaks its contract', () => {
  const never = () => new Promise(() => {})
  const boom = () => {
    throw new Error('boom')
  }
  it.each([
    ['throws at once', boom],
    ['never answers', never],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('and %s in every method does not hurt its process', async (_, spoil) => {
    const methods = { poll: spoil, report: spoil, acquire: spoil, complete: spoil, close: spoil }
    const { world, control, a, b } = await bad(methods)
    await openFleet(world, a, b)
    control.isBad = true
    await world.pass(20_000)
    for (let turn = 0; turn < 20; turn++) {
      await call(a.breaker, 'ok')
      await world.pass(500)
    }
    expect(await call(a.breaker, 'ok', 5)).toBe('sssss')
    expect(a.fleet.stats().state).toMatch(/degraded|connecting/)
    const leaving = a.fleet.leave()
    await world.pass(1_000)
    await leaving
    await b.fleet.leave()
    expect(world.clock.pending).toEqual([])
  })

  it('and answers later than a round may take is not believed to be there', async () => {
    const late: (() => void)[] = []
    const poll = (sound: () => Promise<unknown>) => new Promise((resolve) => late.push(() => resolve(sound())))
    const { world, control, a, b } = await bad({ poll: poll as never })
    await openFleet(world, a, b)
    await b.fleet.reset('db')
    control.isBad = true
    await world.pass(8_000)
    expect(a.fleet.stats().state).toMatch(/degraded|connecting/)
    for (const answer of late.splice(0)) answer()
    await settle()
    expect(a.fleet.stats().state).toMatch(/degraded|synced/)
    control.isBad = false
    for (const answer of late.splice(0)) answer()
    await world.pass(12_000)
    expect(a.fleet.stats().state).toBe('synced')
    expect([a, b].map(override)).toEqual(['-', '-'])
  })

  it('and throws when it is left or joined does not keep anybody', async () => {
    const { world, control, a, b } = await bad({ subscribe: boom, close: boom })
    control.isBad = true
    const leaving = a.fleet.leave()
    await world.pass(1_000)
    await leaving
    const { store, control: other } = spoiled(world, { subscribe: boom })
    other.isBad = true
    await expect(world.join('c', { store })).rejects.toThrow('boom')
    await b.fleet.leave()
    await settle()
    expect(world.clock.pending).toEqual([])
  })

  it('leaves no rejection that nobody handles', async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(unhandled).toEqual([])
  })
})
