// Hono: the middleware on one of its routes.
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { createRegistry } from 'switchgear'
import { guardRoute } from 'switchgear/hono'
import { same, smoke } from './check.js'

smoke(async () => {
  const registry = createRegistry({ policy: { failureThreshold: 2 } })
  const app = new Hono()
  let requests = 0
  const kinds: boolean[] = []
  app.use(guardRoute(registry))
  app.get('/orders/:id', (context) => {
    if (requests++ > 0) throw new Error('down')
    return context.text('order')
  })
  app.onError((error) => {
    kinds.push(error instanceof HTTPException)
    return error instanceof HTTPException ? error.getResponse() : new Response('', { status: 500 })
  })
  const statuses: string[] = []
  for (let request = 0; request < 4; request++) {
    const response = await app.request('/orders/1')
    statuses.push([response.status, response.headers.get('retry-after') ?? []].flat().join(' '))
  }
  same('statuses', statuses, ['200', '500', '500', '503 30'])
  same('HTTPException of the application', kinds, [false, false, true])
  same('its breaker', registry.state('GET /orders/:id'), 'open')
})
