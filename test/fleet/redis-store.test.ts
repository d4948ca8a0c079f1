// The stores in Redis, by both clients: the contract, on a server of the test's own.
import { ioredisStore } from '../../src/fleet/ioredis-store.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'
import { redisServer } from '../support/needs.ts'
import { describeStore } from './contract.ts'
import { SHIFT, startRedis } from './support/redis-server.ts'

const STORES = { 'redis, by redis': redisStore, 'redis, by ioredis': ioredisStore }

for (const [name, makeStore] of Object.entries(STORES)) {
  const start = async () => {
    const server = await startRedis()
    const shift = async (ms: number) => void (await server.run('EVAL', SHIFT, '0', String(ms)))
    return {
      // On a machine that does much else an answer may take its time; what a deadline is for is tested elsewhere.
      store: makeStore({ url: server.url, deadline: 5_000 }),
      passTime: shift,
      shiftClock: shift,
      loseData: async () => void (await server.run('FLUSHALL')),
      close: () => server.close(),
    }
  }
  describeStore(name, start, redisServer)
}
