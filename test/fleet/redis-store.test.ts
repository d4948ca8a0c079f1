// The stores in Redis, by both clients: the contract, on a server of the test's own.
import { beforeAll, describe, it } from 'vitest'
import { ioredisStore } from '../../src/fleet/ioredis-store.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'
import { describeStore, type StoreUnderTest } from '../../src/fleet/testing/index.ts'
import { redisServer } from '../support/needs.ts'
import { describeBeyond } from './contract/beyond.ts'
import { asIoredis5 } from './support/ioredis-5.ts'
import { SHIFT, startRedis } from './support/redis-server.ts'

const STORES = { redis: redisStore, ioredis: ioredisStore, 'ioredis as version 5 speaks': asIoredis5 }

describe.each(Object.entries(STORES))('a fleet in redis, by %s,', (_, makeStore) => {
  let made: StoreUnderTest
  beforeAll(async () => {
    if (redisServer.path === null) return
    const server = await startRedis()
    const shift = async (ms: number) => void (await server.run('EVAL', SHIFT, '0', String(ms)))
    made = {
      // On a machine that does much else an answer may take its time; what a deadline is for is tested elsewhere.
      store: makeStore({ url: server.url, deadline: 5_000 }),
      passTime: shift,
      shiftClock: shift,
      loseData: async () => void (await server.run('FLUSHALL')),
    }
    return () => server.close()
  })
  const itWithRedis = (title: string, body: () => Promise<void>) =>
    it(title, (context) => (redisServer.path === null ? context.skip(redisServer.missing) : body()))
  describeStore('keeps the contract', () => made, { describe, it: itWithRedis })
  describeBeyond(() => made, itWithRedis)
})
