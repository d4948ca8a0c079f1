// What a fleet costs a Redis: keys that end, and requests that grow with processes, not with endpoints.

import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ioredisStore } from '../../src/fleet/ioredis-store.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'
import type { FleetLink, FleetStore } from '../../src/fleet/store.ts'
import { ready } from '../../src/fleet/testing/fleet-under-test.ts'
import { entry, open, rulesWith, saw } from '../../src/fleet/testing/requests.ts'
import { redisServer } from '../support/needs.ts'
import { type RedisServer, startRedis } from './support/redis-server.ts'
import { eventually } from './support/traffic.ts'

describe('a fleet in Redis', () => {
  let server: RedisServer
  const links: FleetLink[] = []

  beforeAll(async () => {
    if (redisServer.path !== null) server = await startRedis()
  })
  afterAll(async () => {
    await Promise.all(links.map((link) => link.close()))
    await server?.close()
  })
  beforeEach((context) => {
    if (redisServer.path === null) context.skip(redisServer.missing)
  })

  async function join(
    namespace: string,
    store: FleetStore = redisStore({ url: server.url, deadline: 5_000 }),
  ): Promise<FleetLink> {
    const link = store.join({ namespace, instance: `p${links.length}` })
    links.push(link)
    await ready(link)
    return link
  }

  /** How many times the server was asked to do this. */
  async function asked(command: string): Promise<number> {
    const stats = String(await server.run('INFO', 'commandstats'))
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
  }

  it('has no key without an end, and no more of them than there are endpoints with failures (I14)', async () => {
    const [a, b] = [await join('keys'), await join('keys')]
    for (let i = 0; i < 20; i++) await open(a, b, `db-${i}`)
    await a.report(Array.from({ length: 20 }, (_, i) => saw(`mail-${i}`, 1, 10)))
    const short = rulesWith({ openTimeoutMs: 1, maxOpenMs: 1 })
    await open(a, b, 'probed', short)
    expect(await a.acquire(entry('probed', null, short), 'token')).toMatchObject({ isGranted: true })
    await a.poll({ cursor: null, entries: [] })
    const keys = (await server.run('KEYS', '*')) as string[]
    expect(keys.every((key) => key.startsWith('switchgear:1:{keys#0}:'))).toBe(true)
    // Those of the whole fleet, and a window and reporters of each endpoint that is closed with failures, and one lease.
    const [windows, reporters, leases] = [':window:', ':reporters:', ':leases:'].map(
      (part) => keys.filter((key) => key.includes(part)).length,
    )
    expect({ windows, reporters, leases, all: keys.length }).toEqual({ windows: 20, reporters: 0, leases: 1, all: 27 })
    for (const key of keys) expect(await server.run('PTTL', key), key).toBeGreaterThan(0)
    const [window] = keys.filter((key) => key.includes(':window:'))
    expect(await server.run('PTTL', window ?? '')).toBeLessThanOrEqual(11 * 60_000)
  })

  it('asks once a poll, whether there are no endpoints or a thousand of them (I12)', async () => {
    const [a, b] = [await join('rest'), await join('rest')]
    const count = async () => {
      const { cursor } = await a.poll({ cursor: null, entries: [] })
      const before = await asked('evalsha')
      for (let i = 0; i < 10; i++) await a.poll({ cursor, entries: [] })
      return (await asked('evalsha')) - before
    }
    expect(await count()).toBe(10)
    const names = Array.from({ length: 1_000 }, (_, i) => `db-${i}`)
    await a.report(names.map((name) => saw(name, 10, 10)))
    expect(await b.report(names.map((name) => saw(name, 10, 10)))).toHaveLength(1_000)
    expect(await count()).toBe(10)
  })

  it('pushes at most as often in a second as it may, however much changes; polls have all of it (I12)', async () => {
    const [a, b] = [await join('storm'), await join('storm')]
    const { cursor } = await b.poll({ cursor: null, entries: [] })
    const [before, from] = [await asked('publish'), performance.now()]
    for (let i = 0; i < 100; i++) await a.command(entry(`db-${i}`), { type: 'trip' })
    const seconds = Math.ceil((performance.now() - from) / 1_000)
    expect((await asked('publish')) - before).toBeLessThanOrEqual(10 * (seconds + 1))
    expect((await b.poll({ cursor, entries: [] })).changes).toHaveLength(100)
  })

  it('a process that polls something else than it was told by another program loses nothing', async () => {
    const [a, b] = [await join('garbage'), await join('garbage')]
    await open(a, b, 'db')
    await server.run('HSET', 'switchgear:1:{garbage#0}:records', 'deadbeef db', 'garbage', 'x', 'y')
    const { changes } = await a.poll({ cursor: null, entries: [] })
    expect(changes.map(({ endpoint }) => endpoint)).toEqual(['db'])
  })

  it('has its keys in one slot of a cluster', async () => {
    const cluster = await startRedis('--cluster-enabled', 'yes')
    try {
      await cluster.run('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
      await eventually('a cluster of one', async () =>
        String(await cluster.run('CLUSTER', 'INFO')).includes('state:ok'),
      )
      const store = redisStore({ url: cluster.url, deadline: 5_000 })
      const [a, b] = [await join('slots', store), await join('slots', store)]
      const short = rulesWith({ openTimeoutMs: 1, maxOpenMs: 1 })
      const names = ['db', '{mail}', 'web}{']
      for (const name of names) await open(a, b, name, short)
      for (const name of names) {
        expect(await b.acquire(entry(name, null, short), 'token')).toMatchObject({ isGranted: true })
        expect(
          await b.complete(entry(name, null, short), { version: 2, token: 'token', isSuccess: true }),
        ).toMatchObject({
          isAccepted: true,
        })
      }
      expect(
        (await a.poll({ cursor: null, entries: names.map((name) => entry(name, null, short)) })).changes,
      ).toHaveLength(3)
      const keys = (await cluster.run('KEYS', '*')) as string[]
      const slots = await Promise.all(keys.map((key) => cluster.run('CLUSTER', 'KEYSLOT', key)))
      expect(keys.length).toBeGreaterThan(5)
      expect(new Set(slots).size).toBe(1)
    } finally {
      await cluster.close()
    }
  })

  it('takes the options of a client of its user, and makes a connection of its own', async () => {
    const theirs = createClient({ url: server.url, database: 3 })
    const others = new Redis(server.url, { db: 4, lazyConnect: true })
    const [a] = [await join('own', redisStore({ client: theirs, deadline: 5_000 }))]
    const b = await join('own', ioredisStore({ client: others as never, deadline: 5_000 }))
    await a.poll({ cursor: null, entries: [] })
    await b.poll({ cursor: null, entries: [] })
    expect(theirs.isOpen).toBe(false)
    expect(others.status).toBe('wait')
    const databases = String(await server.run('INFO', 'keyspace'))
    expect(databases).toContain('db3:')
    expect(databases).toContain('db4:')
  })
})
