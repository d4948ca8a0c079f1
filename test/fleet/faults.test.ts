// What may happen to a Redis, done to a real one, with both clients: no request waits for longer than its deadline, none ends in
// anything but an error of ours, what was decided survives, and the links come back by themselves.
import { beforeEach, describe, expect, it } from 'vitest'
import { ready } from '../../src/fleet/testing/fleet-under-test.ts'
import { entry, open, saw } from '../../src/fleet/testing/requests.ts'
import { redisServer } from '../support/needs.ts'
import { freePort } from './support/redis-server.ts'
import { allAnswer, DEADLINE, join, joined, lost, recordOf, SLACK, server } from './support/servers.ts'
import { answers, eventually, startTraffic } from './support/traffic.ts'

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
})
