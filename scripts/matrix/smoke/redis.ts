// redis: the fleet's store by url and by a client of the user's.
import { createClient } from 'redis'
import { redisStore } from 'switchgear/fleet'
import { smoke } from './check.js'
import { inStep } from './fleet.js'

const url = String(process.env['REDIS_URL'])
smoke(async () => {
  await inStep(() => redisStore({ url }))
  const client = createClient({ url })
  await client.connect()
  await inStep(() => redisStore({ client }))
  await client.quit()
})
