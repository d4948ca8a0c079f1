// The dashboard in other people's servers, as docs/dashboard.md shows it: page, stream, commands and the base path.
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { serve as serveHono } from '@hono/node-server'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { createDashboard, type Dashboard } from '../../../src/observe/dashboard/index.ts'
import { openReader } from './support/reader.ts'
import { afterwards, post, rawRequest, TOKEN } from './support/serving.ts'

interface ExpressApp {
  use(...handlers: unknown[]): void
  all(path: string, handler: unknown): void
  get(path: string, handler: (request: unknown, response: { send(text: string): void }) => void): void
  listen(port: number, host: string, ready: () => void): Server
}
// It comes without types.
const express: { (): ExpressApp; json(): unknown } = createRequire(import.meta.url)('express')

type Start = (dashboard: Dashboard) => Promise<number>

const listening = (server: Server): Promise<number> => {
  afterwards(() => {
    server.closeAllConnections()
    server.close()
  })
  return new Promise((resolve) => {
    const ready = () => resolve((server.address() as AddressInfo).port)
    if (server.listening) ready()
    else server.once('listening', ready)
  })
}

const SERVERS: Record<string, Start> = {
  Hono: (dashboard) => {
    const app = new Hono()
    app.get('/hello', ({ text }) => text('hello'))
    app.all('/breakers/*', ({ req }) => dashboard.fetch(req.raw))
    return listening(serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server)
  },
  Express: (dashboard) => {
    const app = express()
    app.use('/breakers', dashboard.listener)
    app.get('/hello', (_, response) => response.send('hello'))
    return listening(app.listen(0, '127.0.0.1', () => {}))
  },
  'Express behind express.json()': (dashboard) => {
    const app = express()
    app.use(express.json())
    app.use('/breakers', dashboard.listener)
    app.get('/hello', (_, response) => response.send('hello'))
    return listening(app.listen(0, '127.0.0.1', () => {}))
  },
  Fastify: async (dashboard) => {
    const app = fastify()
    app.get('/hello', () => 'hello')
    app.addHook('onRequest', async ({ url, raw }, reply) => {
      if (/^\/breakers(\/|$)/.test(url)) dashboard.listener(raw, reply.hijack().raw)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return listening(app.server)
  },
  'node:http': (dashboard) => {
    const server = createServer((request, response) => {
      if (/^\/breakers(\/|$)/.test(request.url ?? '')) dashboard.listener(request, response)
      else response.end('hello')
    })
    return listening(server.listen(0, '127.0.0.1'))
  },
}

describe.each(Object.entries(SERVERS))('mounted in %s, the dashboard', (_, start) => {
  const mounted = async () => {
    const registry = createRegistry()
    afterwards(() => registry.close())
    registry.breaker('mail')
    const dashboard = createDashboard(registry, { basePath: '/breakers', controls: { token: TOKEN } })
    afterwards(() => dashboard.close())
    const port = await start(dashboard)
    return { registry, dashboard, port, url: `http://127.0.0.1:${port}/breakers/` }
  }

  it('shows its page and its files, and leaves the rest to the server', async () => {
    const { url, port } = await mounted()
    const page = await rawRequest(url)
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
    // By relative paths, or a base path would lose them.
    const script = /src="(?:\.\/)?(assets\/[^"]+\.js)"/.exec(page.text)?.[1]
    expect((await rawRequest(url + script)).headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect((await rawRequest(`http://127.0.0.1:${port}/hello`)).text).toBe('hello')
  })

  it('sends who forgets the last slash to where relative paths are right', async () => {
    const { url, port } = await mounted()
    const answer = await rawRequest(url.slice(0, -1))
    expect(answer.status).toBe(308)
    const location = new URL(String(answer.headers['location']), url.slice(0, -1))
    expect(location.href).toBe(`http://127.0.0.1:${port}/breakers/`)
  })

  it('streams, takes commands, and lets go of who leaves', async () => {
    const { registry, url } = await mounted()
    const reader = await openReader(url)
    afterwards(() => reader.leave())
    await reader.ready()
    const answer = await post(`${url}api/control`, { endpoint: 'mail', command: 'isolate' })
    expect(answer.status).toBe(200)
    await reader.until(({ rows }) => rows.get('mail')?.[1] === 3)
    expect(registry.state('mail')).toBe('forcedOpen')
    reader.leave()
    await reader.ended
  })

  it('refuses a foreign host and a wrong token there, too', async () => {
    const { registry, url } = await mounted()
    expect((await rawRequest(url, { headers: { host: 'evil.example' } })).status).toBe(403)
    expect((await post(`${url}api/control`, { endpoint: 'mail', command: 'isolate' }, 'x'.repeat(20))).status).toBe(401)
    expect(registry.state('mail')).toBe('closed')
  })

  it('ends its streams when it is closed, while the server goes on', async () => {
    const { dashboard, url, port } = await mounted()
    const reader = await openReader(url)
    await reader.ready()
    await dashboard.close()
    await reader.ended
    expect(reader.bye()).toEqual({ why: 'dashboard closed' })
    const command = await post(`${url}api/control`, { endpoint: 'mail', command: 'isolate' })
    expect(command).toMatchObject({ status: 503, body: { error: { code: 'closed' } } })
    expect((await rawRequest(`http://127.0.0.1:${port}/hello`)).text).toBe('hello')
  })
})

it('a path that is not below the base path is not found, and said so', async () => {
  const registry = createRegistry()
  afterwards(() => registry.close())
  const { fetch } = createDashboard(registry, { basePath: '/breakers' })
  for (const path of ['/', '/api/stream', '/breakersx/', '/Breakers/']) {
    const response = await fetch(new Request(`http://localhost${path}`))
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('/breakers/')
  }
})
