// Handlers behind a guard that call the breaker of the guard, and guards behind guards.
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { guardRoute as guardExpress } from '../../../src/http/express/index.ts'
import { fastifyBreakers } from '../../../src/http/fastify/index.ts'
import { guardRoute as guardHono } from '../../../src/http/hono/index.ts'
import type { Breaker, PolicyOptions, Registry } from '../../../src/index.ts'
import { DOWN } from '../../support/calls.ts'
import { closesAgain, NESTED_POLICY } from '../../support/outage.ts'
import { hear, newRegistry } from '../../support/registries.ts'
import { express, listening } from './frameworks.ts'

const { json } = createRequire(import.meta.url)('express') as { json(): unknown }

type Query = () => Promise<string>
/** The address of a service whose POST /orders reads a body, and is guarded twice where that can be. */
type Start = (registry: Registry, query: Query, names: readonly string[]) => Promise<string>

function stopWithTest(server: Server): void {
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
}

async function listen(app: RequestListener): Promise<string> {
  const server = createServer(app)
  stopWithTest(server)
  return `http://127.0.0.1:${await listening(server)}`
}

const FRAMEWORKS: Record<string, Start> = {
  async Fastify(registry, query, [name]) {
    const app = fastify({ forceCloseConnections: true })
    onTestFinished(() => app.close())
    await app.register(fastifyBreakers, { registry, closeRegistry: false })
    // Between the guard and the handler: what a framework does besides.
    app.addHook('preHandler', async () => {
      await setImmediate()
    })
    app.post('/orders', { config: { breaker: name ?? false } }, async (request) => [request.body, await query()])
    return app.listen({ port: 0, host: '127.0.0.1' })
  },
  Express(registry, query, names) {
    const app = express() as ReturnType<typeof express> & { post(path: string, ...handlers: unknown[]): void }
    app.set('env', 'test')
    const guards = names.map((name) => guardExpress(registry, name))
    app.post('/orders', ...guards, json(), async (request: { body: unknown }, response: { json(it: unknown): void }) =>
      response.json([request.body, await query()]),
    )
    return listen(app)
  },
  async Hono(registry, query, names) {
    const app = new Hono()
    for (const name of names) app.use(guardHono(registry, { name }))
    app.onError((error, context) =>
      'getResponse' in error ? (error.getResponse as () => Response)() : context.text('an error', 500),
    )
    app.post('/orders', async (context) => context.json([await context.req.json(), await query()]))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    if (!server.listening) await new Promise((done) => server.once('listening', done))
    stopWithTest(server)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
}

const POLICIES: Record<string, PolicyOptions> = {
  'one probe at a time': {},
  'a ramp': { recoveryRamp: { duration: '1m', from: 0.1 } },
  'a bulkhead of one': { maxConcurrent: 1 },
}

const post = (origin: string) =>
  fetch(`${origin}/orders`, { method: 'POST', body: '{"id":1}', headers: { 'content-type': 'application/json' } })

/** How many calls have not ended, as far as the breaker knows. */
function unreported(breaker: Breaker): number {
  const { allowed, succeeded, failed, ignored, late } = breaker.stats().calls
  return allowed - succeeded - failed - ignored - late
}

describe.each(Object.keys(FRAMEWORKS))('a route of %s', (framework) => {
  const start: Start = (...given) => FRAMEWORKS[framework]?.(...given) ?? Promise.reject(new Error('no such framework'))

  it.each(Object.keys(POLICIES))(
    'whose handler calls the breaker of its guard closes again, with %s (R14)',
    async (policy) => {
      const { registry, clock } = newRegistry({ policy: { ...NESTED_POLICY, ...POLICIES[policy] } })
      const errors = hear(registry, 'error')
      const breaker = registry.breaker('orders-db')
      let up = true
      const query = async () => {
        await setImmediate()
        if (!up) throw DOWN
        return 'rows'
      }
      const origin = await start(registry, () => breaker.call(() => breaker.call(query)), ['orders-db'])
      await closesAgain(breaker, clock, async (isUp) => {
        up = isUp
        const response = await post(origin)
        if (!isUp) throw new Error(`${response.status}`)
        expect(await response.json()).toEqual([{ id: 1 }, 'rows'])
        // The outcome is reported when the response is over, which the client may see first.
        await expect.poll(() => unreported(breaker)).toBe(0)
      })
      expect(errors).toEqual([])
      expect(breaker.stats().calls).toMatchObject({ rejected: 0, limited: 0 })
    },
  )

  it('whose handler is refused by another breaker stays closed, where the framework tells (R15)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
    registry.breaker('db').trip()
    const origin = await start(registry, () => registry.call('db', () => 'rows'), ['orders'])
    expect((await post(origin)).status).toBe(500)
    await expect.poll(() => unreported(registry.breaker('orders'))).toBe(0)
    // Errors pass by the middleware of Express: it sees the 500 alone.
    const expected = framework === 'Express' ? 'open' : 'closed'
    await expect
      .poll(() => registry.breaker('orders').stats().calls)
      .toMatchObject({ failed: expected === 'open' ? 1 : 0 })
    expect(registry.state('orders')).toBe(expected)
  })
})

// A route of Fastify has one.
describe.each(['Express', 'Hono'])('a route of %s with two guards', (framework) => {
  it('that the second one refuses is no failure of the first (R15)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
    registry.breaker('orders').trip()
    const origin = await FRAMEWORKS[framework]?.(registry, async () => 'rows', ['api', 'orders'])
    expect((await post(origin ?? '')).status).toBe(503)
    await expect.poll(() => registry.breaker('api').stats().calls).toMatchObject({ allowed: 1, ignored: 1, failed: 0 })
    expect(registry.state('api')).toBe('closed')
  })
})
