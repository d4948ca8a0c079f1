// What only a process can show: that a link to a store does not keep it, and does not end it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { redisServer } from '../support/needs.ts'
import { run } from '../support/processes.ts'
import { freePort, type RedisServer, startRedis } from './support/redis-server.ts'

describe('a process that is linked to a store in Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    if (redisServer.path !== null) server = await startRedis()
  })
  afterAll(() => server?.close())
  beforeEach((context) => {
    if (redisServer.path === null) context.skip(redisServer.missing)
  })

  it.each(['redis', 'ioredis'])('still exits by itself, when the server is there (%s, R33)', async (client) => {
    expect(await run('link-and-end.ts', client, server.url, 'there')).toEqual({
      code: 0,
      output: 'first FLEET_STORE_OFFLINE\nlive 1\n',
    })
    await server.run('FLUSHALL')
  })

  it.each(['redis', 'ioredis'])('still exits by itself, when there is no server (%s, R33)', async (client) => {
    const url = `redis://127.0.0.1:${await freePort()}`
    expect(await run('link-and-end.ts', client, url)).toEqual({ code: 0, output: 'first FLEET_STORE_OFFLINE\n' })
  })
})
