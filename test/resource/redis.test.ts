// A real Redis that is killed while it is in use, and started again.
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createResource, type RecoveryOptions } from '../../src/resource/index.ts'
import { createRedis, type Database } from '../support/databases.ts'
import { redisServer } from '../support/needs.ts'
import { SHORT, suffer } from './outage.ts'

describe('a client of Redis', () => {
  let server: Database | undefined
  beforeAll(async () => {
    if (redisServer.path === null) return
    server = await createRedis(redisServer.path)
    await server.start()
  })
  afterAll(() => server?.dispose())
  beforeEach((context) => {
    if (redisServer.path === null) context.skip(redisServer.missing)
  })

  async function inOutage(recovery: RecoveryOptions) {
    if (server === undefined) throw new Error('no server')
    const client = createClient({
      // Or commands wait for the connection to be back, and nobody hears of the outage.
      disableOfflineQueue: true,
      socket: { host: '127.0.0.1', port: server.port, reconnectStrategy: 30 },
    })
    client.on('error', () => {})
    await client.connect()
    const cache = createResource({
      name: 'cache',
      resource: client,
      policy: { failureThreshold: 2, successThreshold: 2, openTimeout: '5m' },
      healthCheck: (given) => given.ping(),
      recovery: { ...SHORT, ...recovery },
    })
    try {
      const outage = await suffer(cache, (given) => given.set('a', '1'), server)
      expect(await cache.health()).toMatchObject({ healthy: true, state: 'closed' })
      return outage
    } finally {
      await cache.close()
      client.destroy()
    }
  }

  it('is left alone while the server is gone, and heals by calls as soon as a check finds it back', async () => {
    const { moves, ranWhileDown, unavailable } = await inOutage({})
    expect(ranWhileDown).toBe(0)
    expect(unavailable[0]).toMatchObject({ code: 'RESOURCE_UNAVAILABLE', resource: 'cache' })
    expect(moves.map(({ to }) => to)).toEqual(['open', 'halfOpen', 'closed'])
    expect(moves.at(-1)?.atMs).toBeLessThan(3_000)
  })

  it('heals at once under target closed', async () => {
    const { moves, ranUntilClosed } = await inOutage({ target: 'closed' })
    expect(moves.map(({ to }) => to)).toEqual(['open', 'closed'])
    expect(ranUntilClosed).toBe(0)
  })

  it('heals by checks alone where they probe: from opening to closing no command of a user is run', async () => {
    const { moves, ranUntilClosed } = await inOutage({ probe: 'healthCheck' })
    expect(moves.map(({ to }) => to)).toEqual(['open', 'halfOpen', 'closed'])
    expect(ranUntilClosed).toBe(0)
  })
})
