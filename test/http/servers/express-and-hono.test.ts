// What is Express's own, and Hono's: their error handlers, their names of routes, wrong arguments.
import { createServer, type Server } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { guardRoute as guardExpress, RouteUnavailableError } from '../../../src/http/express/index.ts'
import { guardRoute as guardHono } from '../../../src/http/hono/index.ts'
import { newRegistry } from '../../support/registries.ts'
import { express, listening } from './frameworks.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done))
})

describe('in Express', () => {
  it('an error handler may make a page of a rejection', async () => {
    const { registry } = newRegistry()
    registry.breaker('a').trip()
    const app = express()
    const seen: unknown[] = []
    app.use(guardExpress(registry, 'a'))
    app.use((error: unknown, _request: unknown, response: never, _next: unknown) => {
      seen.push(error)
      ;(response as { writeHead(status: number): { end(text: string): void } }).writeHead(503).end('back soon')
    })
    const server = createServer(app)
    servers.push(server)
    const response = await fetch(`http://127.0.0.1:${await listening(server)}/`)
    expect([response.status, await response.text()]).toEqual([503, 'back soon'])
    expect(seen[0]).toBeInstanceOf(RouteUnavailableError)
    expect(seen[0]).toMatchObject({ status: 503, headers: { 'retry-after': '30' }, endpoint: 'a' })
  })

  it('what throws further on passes through, and is a failure by its answer', async () => {
    const { registry } = newRegistry()
    const guard = guardExpress(registry, 'a')
    const bug = new Error('a bug')
    const told: unknown[] = []
    const server = createServer((request, response) => {
      try {
        guard(request, response, () => {
          throw bug
        })
      } catch (error) {
        told.push(error)
        response.writeHead(500).end()
      }
    })
    servers.push(server)
    expect((await fetch(`http://127.0.0.1:${await listening(server)}/`)).status).toBe(500)
    expect(told).toEqual([bug])
    await vi.waitFor(() => expect(registry.breaker('a').stats().calls).toMatchObject({ allowed: 1, failed: 1 }))
  })

  it.each([
    [{}, 'a', {}, 'guardRoute(registry): expected a registry'],
    [newRegistry().registry, () => 'a', {}, 'guardRoute(registry, name): expected the name of a breaker, as a string'],
    [newRegistry().registry, 'a', { policies: {} }, 'options.policies: expected one of policy, received'],
    [newRegistry().registry, 'a', { policy: { failureThreshold: 0 } }, 'failureThreshold'],
  ])('%# wrong arguments are refused at once', (registry, name, options, message) => {
    expect(() => guardExpress(registry as never, name as never, options as never)).toThrow(message)
  })
})

describe('in Hono', () => {
  async function listen(app: Hono): Promise<string> {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    servers.push(server)
    if (!server.listening) await new Promise((done) => server.once('listening', done))
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`
  }

  it('each route has a breaker named for its pattern, by one guard for all', async () => {
    const { registry } = newRegistry()
    const tenants = new Hono().get('/orders/:id', (context) => context.text('ok'))
    const app = new Hono()
    app.use(guardHono(registry))
    app.route('/tenants/:tenant', tenants)
    const url = await listen(app)
    for (let n = 0; n < 20; n++) expect((await fetch(`${url}/tenants/${n}/orders/${n}`)).status).toBe(200)
    for (let n = 0; n < 20; n++) expect((await fetch(`${url}/nothing/${n}`)).status).toBe(404)
    expect(registry.list().map(({ endpoint }) => endpoint)).toEqual(['GET /tenants/:tenant/orders/:id', 'ALL /*'])
  })

  it('an error handler gets the rejection as an HTTPException, also when the registry is closed', async () => {
    const { registry } = newRegistry()
    const seen: unknown[] = []
    const app = new Hono()
    app.onError((error, context) => {
      seen.push(error)
      return context.text('back soon', 503)
    })
    app.get('/a', guardHono(registry), (context) => context.text('ok'))
    registry.breaker('GET /a').trip()
    const url = await listen(app)
    expect(await (await fetch(`${url}/a`)).text()).toBe('back soon')
    await registry.close()
    expect((await fetch(`${url}/a`)).status).toBe(503)
    expect(seen).toEqual([expect.any(HTTPException), expect.any(HTTPException)])
    expect((seen[0] as Error).cause).toMatchObject({ code: 'BREAKER_OPEN', endpoint: 'GET /a' })
    expect((seen[1] as Error).cause).toMatchObject({ code: 'REGISTRY_CLOSED' })
  })

  it('what a handler throws is what its breaker is told, and its own answer is the answer', async () => {
    const { registry } = newRegistry()
    const failures: unknown[] = []
    registry.on('failure', ({ error }) => failures.push(error))
    const bug = new HTTPException(502, { message: 'bad gateway' })
    const app = new Hono()
    app.get('/bug', guardHono(registry), () => {
      throw bug
    })
    app.get('/missing', guardHono(registry), () => {
      throw new HTTPException(404)
    })
    const url = await listen(app)
    expect((await fetch(`${url}/bug`)).status).toBe(502)
    expect((await fetch(`${url}/missing`)).status).toBe(404)
    await vi.waitFor(() => expect(registry.breaker('GET /missing').stats().calls.succeeded).toBe(1))
    expect(failures).toEqual([bug])
  })

  it.each([
    [{}, {}, 'guardRoute(registry): expected a registry'],
    [newRegistry().registry, 'a', 'options: expected an object: { name, policy }'],
    [newRegistry().registry, { nmae: 'a' }, 'did you mean name?'],
    [newRegistry().registry, { name: 1 }, 'options.name: expected a string'],
    [newRegistry().registry, { name: 'a', policy: { failureThreshold: 0 } }, 'failureThreshold'],
  ])('%# wrong arguments are refused at once', (registry, options, message) => {
    expect(() => guardHono(registry as never, options as never)).toThrow(message)
  })
})
