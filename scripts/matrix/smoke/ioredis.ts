// ioredis: the fleet's store by url and by a client of the user's.
import { Redis } from 'ioredis'
import { ioredisStore } from 'switchgear/fleet'
import { smoke } from './check.js'
import { inStep } from './fleet.js'

const url = String(process.env['REDIS_URL'])
smoke(async () => {
  await inStep(() => ioredisStore({ url }))
  const client = new Redis(url)
  await inStep(() => ioredisStore({ client }))
  await client.quit()
})
