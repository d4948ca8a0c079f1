// The dashboard, on a server of @hono/node-server.
import { createRegistry } from 'switchgear'
import { createDashboard } from 'switchgear/dashboard'
import { same, smoke } from './check.js'

smoke(async () => {
  const registry = createRegistry()
  registry.breaker('search').trip('maintenance')
  const dashboard = createDashboard(registry, { title: 'of the matrix' })
  const server = await dashboard.listen()
  const page = await fetch(server.url)
  same('the page', [page.status, (await page.text()).includes('of the matrix')], [200, true])
  const events = await fetch(new URL('api/events', server.url))
  same('its events', [events.status, events.headers.get('content-type')?.split(';')[0]], [200, 'text/event-stream'])
  const first = await events.body?.getReader().read()
  same('an event', new TextDecoder().decode(first?.value).includes('search'), true)
  await dashboard.close()
})
