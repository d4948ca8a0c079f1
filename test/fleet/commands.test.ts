// What operators say to a whole fleet.
import { describe, expect, it } from 'vitest'
import { call, newWorld, override, type Process, settle } from './support/processes.ts'

/** A second and a tenth: the longest that it is from round to round. */
const WITHIN_MS = 1_100

async function three(carry?: Parameters<typeof newWorld>[0]) {
  const world = newWorld(carry)
  const all = [await world.join('a'), await world.join('b'), await world.join('c')]
  return { world, all, a: all[0] as Process }
}

describe.each([
  ['pushed', undefined],
  ['without a single push', (message: { kind: string }, deliver: () => void) => message.kind !== 'push' && deliver()],
] as const)('a command to a fleet, %s', (how, carry) => {
  it('is seen by every process within 1.1 rounds (I6)', async () => {
    const { world, all, a } = await three(carry as never)
    const withinMs = how === 'pushed' ? 1 : WITHIN_MS
    for (const [command, seen] of [
      ['trip', 'open'],
      ['probe', 'halfOpen'],
      ['reset', '-'],
      ['isolate', 'forcedOpen'],
      ['enable', '-'],
      ['isolate', 'forcedOpen'],
      ['disable', '-'],
      ['trip', 'open'],
    ] as const) {
      await world.pass(700)
      await a.fleet[command]('db')
      expect(override(a)).toBe(seen)
      await world.pass(withinMs)
      expect(all.map(override), command).toEqual([seen, seen, seen])
    }
  })
})

describe('a command to a fleet', () => {
  it('says who said what to those who are rejected', async () => {
    const { all, a } = await three()
    await a.fleet.isolate('db', { message: 'moving house' })
    const error = await all[2]?.breaker.call(() => 1).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      state: 'forcedOpen',
      reason: { type: 'fleet', decision: 'isolated', message: 'moving house' },
    })
    expect((error as Error).message).toContain('moving house')
  })

  it('survives the loss of all data of the store, whoever is left (I7)', async () => {
    for (const command of ['isolate', 'disable'] as const) {
      const { world, all, a } = await three()
      await a.fleet[command]('db')
      await world.pass(WITHIN_MS)
      await a.registry.close()
      world.store.flush()
      await world.pass(2 * WITHIN_MS)
      const d = await world.join('d')
      const state = command === 'isolate' ? 'forcedOpen' : 'disabled'
      expect([all[1], all[2]].map((process) => process?.fleet.endpoints()[0]?.state)).toEqual([state, state])
      expect(d.fleet.endpoints()).toMatchObject([{ state, version: 1 }])
    }
  })

  it('holds while the store is away, however long, and for no longer than another is given (I7)', async () => {
    const { world, all, a } = await three()
    await a.fleet.isolate('db')
    await world.pass(10)
    world.store.stop()
    await world.pass(3_600_000)
    expect(all.map(override)).toEqual(['forcedOpen', 'forcedOpen', 'forcedOpen'])
    await expect(a.fleet.enable('db')).rejects.toMatchObject({ code: 'FLEET_STORE_OFFLINE' })
    world.store.start()
    await settle()
    await a.fleet.enable('db')
    await world.pass(WITHIN_MS)
    expect(all.map(override)).toEqual(['-', '-', '-'])
    expect(await call(a.breaker, 'ok')).toBe('s')
  })

  it('is refused for what is no endpoint of the fleet, and after it was left', async () => {
    const world = newWorld()
    const a = await world.join('a', { options: { endpoints: ['db*'] } })
    await expect(a.fleet.trip('mail')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(a.fleet.trip(1 as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(a.fleet.trip('db', { mesage: 'x' } as never)).rejects.toThrow('did you mean message?')
    await expect(a.fleet.trip('db', { message: 1 as never })).rejects.toThrow('message')
    await a.fleet.trip('db-of-nobody-yet')
    expect(a.registry.breaker('db-of-nobody-yet').stats().override).toMatchObject({ state: 'open' })
    await a.fleet.leave()
    await expect(a.fleet.trip('db')).rejects.toMatchObject({ code: 'FLEET_STORE_CLOSED' })
  })
})
