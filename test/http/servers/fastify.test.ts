// What is Fastify's own: the plugin, the config of a route, the names of routes, errors, HTTP/2.
import { connect } from 'node:http2'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fastifyBreakers, type RouteBreaker, RouteUnavailableError } from '../../../src/http/fastify/index.ts'
import { newRegistry } from '../../support/registries.ts'

const apps: { close(): unknown }[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

async function newApp(options = {}): Promise<FastifyInstance> {
  const app = fastify()
  apps.push(app)
  await app.register(fastifyBreakers, options)
  return app
}

async function portOf(app: { listen(options: object): Promise<string> }): Promise<string> {
  return app.listen({ port: 0, host: '127.0.0.1' })
}
const ok = async () => 'ok'
const endpoints = (app: FastifyInstance) => app.breakers.list().map(({ endpoint }) => endpoint)

describe('the plugin', () => {
  it('hands out its registry, a new one or that which was given, also in a plugin beside it', async () => {
    const { registry } = newRegistry()
    const app = await newApp({ registry })
    expect(app.breakers).toBe(registry)
    await app.register(async (child) => expect(child.breakers).toBe(registry))
    expect((await newApp()).breakers.list()).toEqual([])
  })

  it('closes its registry with the server, unless others use it', async () => {
    const own = await newApp()
    const { registry } = newRegistry()
    const shared = await newApp({ registry, closeRegistry: false })
    await own.close()
    await shared.close()
    expect([own.breakers.isClosed, registry.isClosed]).toEqual([true, false])
  })

  it.each([
    [{ registy: 1 }, 'options.registy: expected one of registry, closeRegistry (did you mean registry?)'],
    [{ registry: {} }, 'options.registry: expected a registry'],
    [{ closeRegistry: 'no' }, 'options.closeRegistry: expected true or false'],
  ])('%# refuses wrong options', async (options, message) => {
    await expect(newApp(options)).rejects.toThrow(message)
  })
})

describe('the breaker of a route', () => {
  it('is named for the pattern of the route, and HEAD shares that of GET', async () => {
    const app = await newApp()
    await app.register(
      async (tenants) => {
        tenants.get('/orders/:id', { config: { breaker: true } }, ok)
        tenants.route({ method: ['POST', 'PUT'], url: '/orders', config: { breaker: {} }, handler: ok })
        tenants.get('/free', ok)
        tenants.get('/off', { config: { breaker: false } }, ok)
        tenants.delete('/orders/:id', { config: { breaker: 'deletions' } }, ok)
      },
      { prefix: '/tenants/:tenant' },
    )
    const url = await portOf(app)
    expect((await fetch(`${url}/tenants/7/orders/1`)).status).toBe(200)
    expect((await fetch(`${url}/tenants/8/orders/2`, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(`${url}/tenants/8/free`)).status).toBe(200)
    expect(endpoints(app).toSorted()).toEqual([
      'GET /tenants/:tenant/orders/:id',
      'POST,PUT /tenants/:tenant/orders',
      'deletions',
    ])
    const get = app.breakers.breaker('GET /tenants/:tenant/orders/:id')
    await vi.waitFor(() => expect(get.stats().calls.succeeded).toBe(2))
  })

  it.each([
    [1, 'config.breaker: expected an object: { name, policy }, received 1'],
    [{ nam: 'a' }, 'config.breaker.nam: expected one of name, policy (did you mean name?)'],
    [{ name: 1 }, 'config.breaker.name: expected a string, received 1'],
    [{ policy: { failureTreshold: 1 } }, 'did you mean failureThreshold?'],
  ])('%# is refused at once where it is declared wrongly', async (breaker, message) => {
    const app = await newApp()
    expect(() => app.get('/a', { config: { breaker: breaker as RouteBreaker } }, ok)).toThrow(message)
  })

  it('leaves the hooks of the route in their places, and comes before them', async () => {
    const app = await newApp()
    const ran: string[] = []
    app.get(
      '/a',
      {
        config: { breaker: 'a' },
        onRequest: async () => void ran.push('request'),
        onError: async () => void ran.push('error'),
      },
      async () => {
        throw new Error('a bug')
      },
    )
    expect((await app.inject('/a')).statusCode).toBe(500)
    expect(ran).toEqual(['request', 'error'])
    app.breakers.breaker('a').trip()
    expect((await app.inject('/a')).statusCode).toBe(503)
    expect(ran).toEqual(['request', 'error', 'error'])
  })

  it('is told what the route threw', async () => {
    const app = await newApp()
    const bug = new Error('a bug')
    app.get('/a', { config: { breaker: 'a' } }, async () => {
      throw bug
    })
    const failures: unknown[] = []
    app.breakers.on('failure', ({ error }) => failures.push(error))
    await fetch(`${await portOf(app)}/a`)
    await vi.waitFor(() => expect(failures).toEqual([bug]))
  })

  it('lets an error handler make a page of a rejection', async () => {
    const app = await newApp()
    app.setErrorHandler((error, _request, reply) => {
      expect(error).toBeInstanceOf(RouteUnavailableError)
      expect(error).toMatchObject({ code: 'BREAKER_OPEN', endpoint: 'a', state: 'open', reason: 'tripped: by hand' })
      return reply.code(503).type('text/html').send('<h1>back soon</h1>')
    })
    app.get('/a', { config: { breaker: 'a' } }, ok)
    app.breakers.breaker('a').trip()
    expect((await app.inject('/a')).body).toBe('<h1>back soon</h1>')
  })
})

it('a client of HTTP/2 that cancels its request is ignored, and others are counted', async () => {
  const app = fastify({ http2: true })
  apps.push(app)
  await app.register(fastifyBreakers)
  let asked = 0
  app.get('/hang', { config: { breaker: 'a' } }, () => {
    asked++
    return new Promise(() => {})
  })
  app.get('/fail', { config: { breaker: 'a' } }, async (_request, reply) => reply.code(500).send('no'))
  const client = connect(await portOf(app))
  const { breakers } = app
  try {
    const hanging = client.request({ ':path': '/hang' })
    hanging.on('error', () => {})
    await vi.waitFor(() => expect(asked).toBe(1))
    hanging.close(8)
    await vi.waitFor(() => expect(breakers.breaker('a').stats().calls).toMatchObject({ ignored: 1, failed: 0 }))
    client.request({ ':path': '/fail' }).resume()
    await vi.waitFor(() => expect(breakers.breaker('a').stats().calls).toMatchObject({ ignored: 1, failed: 1 }))
  } finally {
    client.close()
  }
})
