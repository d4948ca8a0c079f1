// Express: a guarded route behind a real server.

import type { AddressInfo } from 'node:net'
import express from 'express'
import { createRegistry } from 'switchgear'
import { guardRoute } from 'switchgear/express'
import { same, smoke } from './check.js'
import { statusesOf } from './http.js'

smoke(async () => {
  const registry = createRegistry({ policy: { failureThreshold: 2 } })
  const app = express()
  app.set('env', 'test')
  let requests = 0
  app.get('/orders/:id', guardRoute(registry, 'orders'), (_request, response) => {
    response.status(requests++ === 0 ? 200 : 500).end()
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  same('statuses', await statusesOf(`http://127.0.0.1:${port}/orders/1`, 4), ['200', '500', '500', '503 30'])
  server.close()
})
