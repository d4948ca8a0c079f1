// Fastify: the plugin in a real server.
import fastify from 'fastify'
import { fastifyBreakers } from 'switchgear/fastify'
import { same, smoke } from './check.js'
import { statusesOf } from './http.js'

smoke(async () => {
  const app = fastify()
  await app.register(fastifyBreakers)
  let requests = 0
  const breaker = { policy: { failureThreshold: 2 } }
  app.get('/orders/:id', { config: { breaker } }, async () => {
    if (requests++ > 0) throw new Error('down')
    return 'order'
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  same('statuses', await statusesOf(`${url}/orders/1`, 4), ['200', '500', '500', '503 30'])
  same('its breaker', app.breakers.state('GET /orders/:id'), 'open')
  await app.close()
})
