// A process that links itself to a store, by the client and the URL of its arguments, asks it something if it is there, and has
// nothing else to do. It prints what came of it; whether it exits is for the test to see.
import { guardedStore } from '../../src/fleet/guarded-store.ts'
import { ioredisStore } from '../../src/fleet/ioredis-store.ts'
import { redisStore } from '../../src/fleet/redis-store.ts'

const [client, url = '', isThere] = process.argv.slice(2)
const makeStore = client === 'redis' ? redisStore : ioredisStore
const link = guardedStore(makeStore({ url, deadline: 5_000 })).join({ namespace: 'fleet', instance: `p${process.pid}` })
const first = await link.poll({ cursor: null, entries: [] }).catch((error) => error)
console.log('first', first.code)
if (isThere === 'there') {
  const alive = setInterval(() => {}, 1_000)
  await new Promise<void>((onReady) => link.subscribe({ onReady, onChanges: () => {}, onLost: () => {} }))
  const { live } = await link.poll({ cursor: null, entries: [] })
  clearInterval(alive)
  console.log('live', live)
}
