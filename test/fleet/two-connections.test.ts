// A link of a client that needs a connection of its own for pushes: ioredis 5, and later ones in the protocol's second version.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ioredisStore } from '../../src/fleet/ioredis-store.ts'
import type { FleetStore } from '../../src/fleet/store.ts'
import { ready } from '../../src/fleet/testing/fleet-under-test.ts'
import { redisServer } from '../support/needs.ts'
import { asIoredis5 } from './support/ioredis-5.ts'
import { type RedisServer, startRedis } from './support/redis-server.ts'
import { eventually } from './support/traffic.ts'

let server: RedisServer
beforeAll(async () => {
  if (redisServer.path !== null) server = await startRedis()
})
afterAll(() => server?.close())

/** Of the connections that are there the command that each had last, but for that which asks. */
async function connections(): Promise<string[]> {
  const list = String(await server.run('CLIENT', 'LIST'))
  const last = [...list.matchAll(/ cmd=(\S+)/g)].map(([, command = '']) => command)
  return last.filter((command) => command !== 'client|list').toSorted()
}

const join = (store: FleetStore) => store.join({ namespace: 'fleet', instance: 'a' })

describe('pushes', () => {
  it('come by the connection of the requests, where the protocol has them', async (context) => {
    if (redisServer.path === null) return context.skip(redisServer.missing)
    const link = join(ioredisStore({ url: server.url, deadline: 5_000 }))
    await ready(link)
    expect(await connections()).toEqual(['subscribe'])
    await link.close()
    await eventually('no connection', async () => (await connections()).length === 0)
  })

  it('come by one of their own elsewhere; a link that loses it makes both anew, and leaves none', async (context) => {
    if (redisServer.path === null) return context.skip(redisServer.missing)
    const link = join(asIoredis5({ url: server.url, deadline: 5_000 }))
    await ready(link)
    const both = async () => String(await connections()) === 'hello,subscribe'
    for (const [times, type] of ['pubsub', 'normal', 'pubsub', 'normal'].entries()) {
      await eventually('a connection', () => link.figures().connections === times + 1)
      await eventually('two connections', both)
      await server.run('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
    }
    await eventually('two connections again', both)
    await link.close()
    await eventually('no connection', async () => (await connections()).length === 0)
  })
})
