// What may happen to a Redis, done to a real one, with both clients: no request waits for longer than its deadline, none ends in
// anything but an error of ours, what was decided survives, and the links come back by themselves.
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ioredisStore } from '../../src/fleet/ioredis-store.ts'
import { NO_RECORD } from '../../src/fleet/record.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'
import type { FleetLink } from '../../src/fleet/store.ts'
import { redisServer } from '../support/needs.ts'
import { ready } from './contract.ts'
import { type Network, startProxy } from './support/proxy.ts'
import { freePort, type RedisServer, startRedis } from './support/redis-server.ts'
import { entry, open, saw } from './support/rules.ts'
import { answers, eventually, startTraffic, type Traffic } from './support/traffic.ts'

const DEADLINE = 150
/** How much later than its time a timer may come on a machine that does much else. */
const SLACK = 350

const ending: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const end of ending.toReversed()) await end()
})

async function server(...args: string[]): Promise<RedisServer> {
  const started = await startRedis(...args)
  ending.push(() => started.close())
  return started
}

async function proxyTo(port: number): Promise<Network> {
  const started = await startProxy(port)
  ending.push(() => started.close())
  return started
}

let processes = 0

/** A process with each client, in one fleet. */
function join(
  url: string,
  more: { readonly deadline?: number; readonly options?: object } = {},
): [FleetLink, FleetLink] {
  const stores = [redisStore({ url, deadline: DEADLINE, ...more }), ioredisStore({ url, deadline: DEADLINE, ...more })]
  const links = stores.map((store) => store.join({ namespace: 'fleet', instance: `p${processes++}` }))
  ending.push(() => Promise.all(links.map((link) => link.close())))
  return links as [FleetLink, FleetLink]
}

async function joined(url: string, more = {}): Promise<[FleetLink, FleetLink]> {
  const links = join(url, more)
  await Promise.all(links.map(ready))
  return links
}

/** Settles once each of them has failed to connect. */
const lost = (links: readonly FleetLink[]) =>
  Promise.all(
    links.map((link) => {
      return new Promise<Error>((onLost) => link.subscribe({ onReady: () => {}, onChanges: () => {}, onLost }))
    }),
  )

const allAnswer = async (links: readonly FleetLink[]) => (await Promise.all(links.map(answers))).every(Boolean)

const recordOf = async (link: FleetLink, endpoint: string) => {
  const { changes } = await link.poll({ cursor: null, entries: [] })
  return changes.find((change) => change.endpoint === endpoint)?.record
}

describe('a fleet in Redis, when', () => {
  beforeEach((context) => {
    if (redisServer.path === null) context.skip(redisServer.missing)
  })

  it('the server hangs for 3 s: nothing waits for longer than the deadline, and it comes back (I3)', async () => {
    const redis = await server()
    const links = await joined(redis.url)
    const traffic = links.map((link) => startTraffic(link))
    await eventually('some answers', () => traffic.every(({ outcomes }) => (outcomes['answered'] ?? 0) > 10))
    redis.pause()
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    redis.resume()
    await eventually('answers again', () => allAnswer(links))
    for (const [i, { longestMs, outcomes, mostPending, stop }] of traffic.entries()) {
      await stop()
      expect(longestMs).toBeLessThan(DEADLINE + SLACK)
      // Two misses in a row, and the connection is given up: after that nothing waits at all.
      expect(mostPending).toBeLessThan(60)
      expect(Object.keys(outcomes).toSorted()).toEqual([
        ...['FLEET_STORE_DEADLINE', ...(outcomes['FLEET_STORE_FAILED'] ? ['FLEET_STORE_FAILED'] : [])],
        ...['FLEET_STORE_OFFLINE', 'answered'],
      ])
      expect(links[i]?.figures()).toMatchObject({ isUp: true, pending: 0 })
    }
  })

  it('it is killed and starts again with its data: what was decided is there', async () => {
    const redis = await server('--appendonly', 'yes', '--appendfsync', 'always')
    const [a, b] = await joined(redis.url)
    await a.command(entry('mail'), { type: 'isolate', message: 'fire' })
    await redis.kill()
    await eventually('down', async () => !a.figures().isUp && !b.figures().isUp)
    await expect(a.poll({ cursor: null, entries: [] })).rejects.toMatchObject({ code: 'FLEET_STORE_OFFLINE' })
    await redis.start('--appendonly', 'yes')
    await Promise.all([a, b].map(ready))
    for (const link of [a, b]) expect(await recordOf(link, 'mail')).toMatchObject({ state: 'forcedOpen', version: 1 })
  })

  it('it is killed and starts again empty: the first process that calls brings everything back (I5)', async () => {
    const redis = await server()
    const [a, b] = await joined(redis.url)
    await a.command(entry('mail'), { type: 'disable' })
    const lock = (await a.command(entry('mail'), { type: 'isolate', message: 'fire' })).record
    const opened = await open(a, b, 'db')
    const heard: string[] = []
    b.subscribe({
      onChanges: (changes) => heard.push(...changes.map(({ endpoint }) => endpoint)),
      onReady: () => {},
      onLost: () => {},
    })
    await redis.kill()
    await redis.start()
    await Promise.all([a, b].map(ready))
    await a.poll({ cursor: null, entries: [entry('mail', lock), entry('db', opened)] })
    expect(await recordOf(b, 'mail')).toEqual(lock)
    expect(await recordOf(b, 'db')).toMatchObject({ state: 'open', version: opened.version })
    await eventually('pushes after the new connection', () => heard.includes('mail') && heard.includes('db'))
  })

  it('its scripts are flushed, or connections are killed: the next request is answered', async () => {
    const redis = await server()
    const [a, b] = await joined(redis.url)
    await redis.run('SCRIPT', 'FLUSH')
    expect(await a.report([saw('db', 1, 1)])).toEqual([])
    expect(await b.report([saw('db', 1, 1)])).toEqual([])
    for (const kind of ['normal', 'pubsub']) await redis.run('CLIENT', 'KILL', 'TYPE', kind, 'SKIPME', 'yes')
    await eventually('connected again', () => [a, b].every((link) => link.figures().connections === 2))
    await eventually('answers', () => allAnswer([a, b]))
  })

  it('its password is wrong: requests are rejected at once; when it is right it is connected', async () => {
    const redis = await server()
    await redis.run('CONFIG', 'SET', 'requirepass', 'secret')
    const wrong = join(redis.url.replace('//', '//:guess@'))
    expect((await lost(wrong)).map(String).join()).toContain('WRONGPASS')
    const right = await joined(redis.url, { options: { password: 'secret' } })
    await eventually('answers', () => allAnswer(right))
    for (const link of wrong) {
      await expect(link.report([saw('db', 1, 1)])).rejects.toMatchObject({ code: 'FLEET_STORE_OFFLINE' })
    }
    await redis.run('CONFIG', 'SET', 'requirepass', 'guess')
    await Promise.all(wrong.map(ready))
  })

  it('its user may not do what is needed: the error says so; without pushes, polls do', async () => {
    const redis = await server()
    await redis.run('ACL', 'SETUSER', 'reader', 'on', '>p', '~other:*', '&*', '+@all')
    await redis.run('ACL', 'SETUSER', 'mute', 'on', '>p', '~switchgear:*', 'resetchannels', '+@all')
    const readers = await joined(redis.url.replace('//', '//reader:p@'))
    for (const link of readers) {
      const error = await link.report([saw('db', 1, 1)]).catch((error) => error)
      expect(error).toMatchObject({ code: 'FLEET_STORE_FAILED', message: expect.stringContaining('NOPERM') })
    }
    const [c, d] = await joined(redis.url.replace('//', '//mute:p@'))
    for (const link of [c, d]) expect(link.figures().pushError).toContain('NOPERM')
    await open(c, d, 'db')
    expect(await recordOf(c, 'db')).toMatchObject({ state: 'open' })
  })

  it('it is out of memory, or a replica: reports fail, nothing is half done, and it goes on afterwards', async () => {
    const redis = await server()
    const [a, b] = await joined(redis.url)
    await a.report([saw('db', 10, 10)])
    await redis.run('CONFIG', 'SET', 'maxmemory', '1')
    for (const link of [a, b]) {
      const error = await link.report([saw('db', 10, 10)]).catch((error) => error)
      expect(error).toMatchObject({ code: 'FLEET_STORE_FAILED', message: expect.stringContaining('OOM') })
    }
    await redis.run('CONFIG', 'SET', 'maxmemory', '0')
    expect(await recordOf(a, 'db')).toBeUndefined()
    await redis.run('REPLICAOF', '127.0.0.1', String(await freePort()))
    const error = await b.report([saw('db', 10, 10)]).catch((error) => error)
    expect(error).toMatchObject({ code: 'FLEET_STORE_FAILED', message: expect.stringContaining('READONLY') })
    await redis.run('REPLICAOF', 'NO', 'ONE')
    expect(await b.report([saw('db', 10, 10)])).toMatchObject([{ record: { state: 'open', version: 1, calls: 20 } }])
  })

  it('it is busy with a script of somebody: nothing waits, and it goes on afterwards', async () => {
    const redis = await server('--busy-reply-threshold', '50')
    const links = await joined(redis.url)
    const traffic = links.map((link) => startTraffic(link))
    const other = redis.run('EVAL', 'while true do end', '0').catch((error) => String(error))
    await eventually('errors', () => traffic.every(({ outcomes }) => (outcomes['FLEET_STORE_FAILED'] ?? 0) > 2))
    const error = await links[0].ping().catch((error) => error)
    expect(error).toMatchObject({ message: expect.stringContaining('BUSY') })
    const killer = await (await import('redis')).createClient({ url: redis.url }).connect()
    await eventually('killed', () =>
      killer.sendCommand(['SCRIPT', 'KILL']).then(
        () => true,
        () => false,
      ),
    )
    killer.destroy()
    expect(await other).toContain('killed')
    await eventually('answers again', () => allAnswer(links))
    for (const { longestMs, stop } of traffic) {
      await stop()
      expect(longestMs).toBeLessThan(DEADLINE + SLACK)
    }
  })

  it('it takes no more clients: requests are rejected at once, until it does', async () => {
    const redis = await server()
    await redis.run('CONFIG', 'SET', 'maxclients', '1')
    const links = join(redis.url)
    await lost(links)
    expect(await Promise.all(links.map(answers))).toEqual([false, false])
    await redis.run('CONFIG', 'SET', 'maxclients', '100')
    await Promise.all(links.map(ready))
  })

  it('it is still loading its data: requests fail until it has', async () => {
    const redis = await server()
    const [a, b] = await joined(redis.url)
    await a.command(entry('mail'), { type: 'isolate' })
    await redis.run('EVAL', "for i = 1, 1500 do redis.call('SET', 'other:' .. i, i) end", '0')
    await redis.run('SAVE')
    await redis.kill()
    const slowly = ['--key-load-delay', '1000', '--loading-process-events-interval-bytes', '1024']
    const started = redis.start(...slowly)
    const errors = new Set<string>()
    await eventually('answers', async () => {
      const error = await b.poll({ cursor: null, entries: [] }).then(() => null, String)
      if (error !== null) errors.add(error)
      return error === null
    })
    await started
    expect([...errors].join()).toContain('LOADING')
    await ready(a)
    expect(await recordOf(a, 'mail')).toMatchObject({ state: 'forcedOpen' })
  })

  it('the network is slow: below the deadline it works, above it nothing waits for it', async () => {
    const redis = await server()
    const proxy = await proxyTo(redis.port)
    const links = await joined(`redis://127.0.0.1:${proxy.port}`)
    proxy.latencyMs = 25
    // At first a script takes two round trips: one to learn that the server does not know it.
    const missedBefore = links.map((link) => link.figures().connections)
    await eventually('answers', () => allAnswer(links))
    expect(links.map((link) => link.figures().connections)).toEqual(missedBefore)
    for (const roundTrip of [200, 1_000]) {
      proxy.latencyMs = roundTrip / 2
      const traffic = links.map((link) => startTraffic(link))
      // At a second for each round trip a new connection is not ready in time, either: then nothing is sent at all.
      const isLost = ({ outcomes }: Traffic) => (outcomes['FLEET_STORE_OFFLINE'] ?? 0) > 10
      await eventually('the connection is given up', () => traffic.every(isLost))
      for (const { longestMs, stop, mostPending } of traffic) {
        await stop()
        expect(longestMs).toBeLessThan(DEADLINE + SLACK)
        expect(mostPending).toBeLessThan(100)
      }
    }
    proxy.latencyMs = 0
    await eventually('answers again', () => allAnswer(links))
  })

  it('a connection is half-open, or carries nothing one way: it is given up and another is made', async () => {
    const redis = await server()
    const proxy = await proxyTo(redis.port)
    const links = await joined(`redis://127.0.0.1:${proxy.port}`)
    let connections = 1
    for (const way of ['both', 'toServer', 'toClient'] as const) {
      proxy.freeze(way)
      connections++
      await eventually(`${way}: a new connection that answers`, async () => {
        const up = await Promise.all(links.map(answers))
        return up.every(Boolean) && links.every((link) => link.figures().connections >= connections)
      })
    }
    // What lay in the frozen sockets was never executed, or too late.
    for (const link of links) expect(link.figures().deadlineMissed).toBeGreaterThanOrEqual(6)
  })

  it('a request is on its way for longer than twice the deadline: it changes nothing when it arrives (I9)', async () => {
    const redis = await server()
    const proxy = await proxyTo(redis.port)
    const [a] = await joined(redis.url)
    const [slow, slower] = await joined(`redis://127.0.0.1:${proxy.port}`)
    await a.report([saw('db', 10, 10)])
    await a.command(entry('other'), { type: 'reset' })
    proxy.latencyMs = 500
    const view = { ...NO_RECORD, state: 'forcedOpen', version: 9, writer: 'x' } as const
    const late = [
      slow.report([saw('db', 10, 10), saw('mail', 0, 1, { view })]),
      slower.command(entry('web'), { type: 'isolate' }),
    ]
    for (const request of late) await expect(request).rejects.toMatchObject({ code: 'FLEET_STORE_DEADLINE' })
    const executed = async () => {
      const stats = String(await redis.run('INFO', 'commandstats'))
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1])
    }
    const before = await executed()
    await eventually('both have arrived', async () => (await executed()) === before + 2)
    proxy.latencyMs = 0
    await eventually('both are answered', () => slow.figures().pending + slower.figures().pending === 0)
    // Nothing was sent again for those who had given up, either.
    expect(await executed()).toBe(before + 2)
    expect((await a.poll({ cursor: null, entries: [] })).changes).toEqual([])
  })

  it('its replica is promoted: what was decided is there, the scripts are sent again', async () => {
    const [primary, replica] = [await server('--repl-diskless-sync-delay', '0'), await server()]
    const proxy = await proxyTo(primary.port)
    const [a, b] = await joined(`redis://127.0.0.1:${proxy.port}`)
    await replica.run('REPLICAOF', '127.0.0.1', String(primary.port))
    await eventually('in step', async () =>
      String(await replica.run('INFO', 'replication')).includes('master_link_status:up'),
    )
    const opened = await open(a, b, 'db')
    await eventually('replicated', async () => (await replica.run('EXISTS', 'switchgear:{fleet#0}:records')) === 1)
    proxy.target = replica.port
    await primary.kill()
    await replica.run('REPLICAOF', 'NO', 'ONE')
    await eventually('answers', () => allAnswer([a, b]))
    expect(await recordOf(a, 'db')).toMatchObject({ state: 'open', version: opened.version })
    expect(await b.command(entry('db'), { type: 'reset' })).toMatchObject({ record: { version: opened.version + 1 } })
  })
})
