// What may happen to the network between processes and their Redis, by a network of the test's own.
import { beforeEach, describe, expect, it } from 'vitest'
import { NO_RECORD } from '../../src/fleet/record.ts'
import { entry, open, saw } from '../../src/fleet/testing/requests.ts'
import { redisServer } from '../support/needs.ts'
import { allAnswer, DEADLINE, joined, proxyTo, recordOf, SLACK, server } from './support/servers.ts'
import { answers, eventually, startTraffic, type Traffic } from './support/traffic.ts'

describe('a fleet in Redis, when', () => {
  beforeEach((context) => {
    if (redisServer.path === null) context.skip(redisServer.missing)
  })

  it('the network is slow: below the deadline it works, above it nothing waits for it', async () => {
    const redis = await server()
    const proxy = await proxyTo(redis.port)
    const url = `redis://127.0.0.1:${proxy.port}`
    const patient = await joined(url, { deadline: 2_000 })
    const links = await joined(url)
    proxy.latencyMs = 25
    expect(await allAnswer(patient)).toBe(true)
    expect(patient.map((link) => link.figures().connections)).toEqual([1, 1])
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
    const executed = async () => {
      const stats = String(await redis.run('INFO', 'commandstats'))
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1])
    }
    const before = await executed()
    proxy.latencyMs = 500
    const view = { ...NO_RECORD, state: 'forcedOpen', version: 9, writer: 'x' } as const
    const late = [
      slow.report([saw('db', 10, 10), saw('mail', 0, 1, { view })]),
      slower.command(entry('web'), { type: 'isolate' }),
    ]
    for (const request of late) await expect(request).rejects.toMatchObject({ code: 'FLEET_STORE_DEADLINE' })
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
    await eventually('replicated', async () => (await replica.run('EXISTS', 'switchgear:1:{fleet#0}:records')) === 1)
    proxy.target = replica.port
    await primary.kill()
    await replica.run('REPLICAOF', 'NO', 'ONE')
    await eventually('answers', () => allAnswer([a, b]))
    expect(await recordOf(a, 'db')).toMatchObject({ state: 'open', version: opened.version })
    expect(await b.command(entry('db'), { type: 'reset' })).toMatchObject({ record: { version: opened.version + 1 } })
  })
})
