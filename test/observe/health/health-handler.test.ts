// The health of a service, asked over HTTP through real servers.
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, describe, expect, it } from 'vitest'
import { type HealthHandler, healthHandler } from '../../../src/observe/health/index.ts'
import { newRegistry } from '../../support/registries.ts'

/** Without its types, which are a package of their own. */
const express: () => { all(path: string, handler: RequestListener): void; listen(port: number): Server } =
  createRequire(import.meta.url)('express')

async function ask(handler: HealthHandler, method = 'GET') {
  const response = handler(new Request('http://localhost/healthz', { method }))
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: text === '' ? undefined : JSON.parse(text) }
}

describe('a service', () => {
  it('is up while every breaker is closed or disabled', async () => {
    const { registry } = newRegistry()
    registry.breaker('a')
    registry.breaker('b').disable()
    const { status, body, headers } = await ask(healthHandler(registry, { critical: ['*'] }))
    expect(status).toBe(200)
    expect(body).toEqual({ status: 'up', endpoints: [] })
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('is degraded with the endpoints that are open, and answers all the same', async () => {
    const { registry } = newRegistry()
    registry.breaker('payments').trip('maintenance')
    const { status, body } = await ask(healthHandler(registry, { critical: ['db-*'] }))
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'degraded',
      endpoints: [
        {
          ...{ endpoint: 'payments', state: 'open', admits: 'none', refusedBy: 'breaker', critical: false },
          ...{ reason: 'open: tripped: maintenance', retryAfterMs: 30_000 },
        },
      ],
    })
  })

  it('is down while a critical endpoint is open, and up when it has closed', async () => {
    const { registry } = newRegistry()
    const handler = healthHandler(registry, { critical: ['db-*'] })
    registry.breaker('payments').trip()
    registry.breaker('db-main').isolate()
    const { status, body } = await ask(handler)
    expect(status).toBe(503)
    expect(body.status).toBe('down')
    expect(body.endpoints.map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual(['db-main', 'payments'])
    await registry.resetAll()
    expect((await ask(handler)).status).toBe(200)
  })

  it('is down while a critical endpoint is half-open for reports alone: no call gets through (R65)', async () => {
    const { registry, clock } = newRegistry({ policy: { probes: 'reports', successThreshold: 1 } })
    const handler = healthHandler(registry, { critical: ['db'] })
    registry.breaker('db').trip()
    clock.advance(30_000)
    const { status, body } = await ask(handler)
    expect([status, body.status]).toEqual([503, 'down'])
    expect(body.endpoints).toMatchObject([{ state: 'halfOpen', admits: 'none', refusedBy: 'breaker' }])
    registry.breaker('db').recordSuccess()
    expect((await ask(handler)).body.status).toBe('up')
  })

  it('stays in traffic while calls probe a critical endpoint, also as the probe is held: it needs them (R65)', async () => {
    const { registry, clock } = newRegistry()
    const handler = healthHandler(registry, { critical: ['db'] })
    registry.breaker('db').trip()
    clock.advance(30_000)
    for (const permits of [1, 0]) {
      expect(registry.breaker('db').admission().permits).toBe(permits)
      const { status, body } = await ask(handler)
      expect([status, body.status, body.endpoints[0].admits]).toEqual([200, 'degraded', 'some'])
      registry.breaker('db').tryAcquire()
    }
  })

  it('is down while the fleet refuses every call to a critical endpoint, degraded while a full bulkhead does (R63, R64)', async () => {
    const { registry } = newRegistry({ policies: { db: { maxConcurrent: 1 } } })
    const handler = healthHandler(registry, { critical: ['db', 'search'] })
    const permit = registry.breaker('db').tryAcquire()
    const full = await ask(handler)
    expect([full.status, full.body.endpoints]).toMatchObject([200, [{ state: 'closed', refusedBy: 'bulkhead' }]])
    expect(full.body.status).toBe('degraded')
    permit?.success()
    registry.breaker('search').override({ state: 'open', reason: { type: 'isolated' } })
    const ruled = await ask(handler)
    expect([ruled.status, ruled.body.endpoints]).toMatchObject([503, [{ state: 'open', refusedBy: 'fleet' }]])
  })

  it('is down when its registry is closed: it is going', async () => {
    const { registry } = newRegistry()
    const handler = healthHandler(registry)
    await registry.close()
    const { status, body } = await ask(handler)
    expect({ status, body }).toEqual({ status: 503, body: { status: 'down', endpoints: [] } })
  })
})

describe('the answer', () => {
  it('to HEAD has no body', async () => {
    const { registry } = newRegistry()
    registry.breaker('a').trip()
    const { status, text, headers } = await ask(healthHandler(registry, { critical: ['a'] }), 'HEAD')
    expect({ status, text }).toEqual({ status: 503, text: '' })
    expect(headers.get('content-type')).toContain('application/json')
  })

  it.each(['POST', 'DELETE', 'OPTIONS'])('to %s is a refusal', async (method) => {
    const { status, headers } = await ask(healthHandler(newRegistry().registry), method)
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('GET, HEAD')
  })

  it('without details names no endpoint', async () => {
    const { registry } = newRegistry()
    registry.breaker('a').trip()
    expect((await ask(healthHandler(registry, { details: false }))).body).toEqual({ status: 'degraded' })
  })

  it('stays small when everything is open, critical endpoints first', async () => {
    const { registry } = newRegistry()
    for (let index = 0; index < 1_000; index++) registry.breaker(`host-${index}`).trip()
    registry.breaker('db').trip()
    const { body, text } = await ask(healthHandler(registry, { critical: ['db'] }))
    expect(body.endpoints).toHaveLength(100)
    expect(body.endpoints[0].endpoint).toBe('db')
    expect(body.more).toBe(901)
    expect(text.length).toBeLessThan(20_000)
  })

  it('is not changed by what becomes of the options', async () => {
    const { registry } = newRegistry()
    const critical = ['a']
    const handler = healthHandler(registry, { critical })
    critical.length = 0
    registry.breaker('a').trip()
    expect((await ask(handler)).status).toBe(503)
  })
})

describe('wrong arguments', () => {
  const { registry } = newRegistry()
  it.each([
    [{}, undefined, 'healthHandler(registry): expected a registry'],
    [registry, null, 'options: expected an object'],
    [registry, { crit: [] }, 'options.crit: expected one of critical, details'],
    [registry, { critical: 'a' }, 'critical: expected an array of names, such as [\'db-*\'], received "a"'],
    [registry, { critical: [1] }, 'critical[0]: expected a string, received 1'],
    [registry, { details: 1 }, 'options.details: expected true or false, received 1'],
  ])('%# are refused at once', (given, options, message) => {
    expect(() => healthHandler(given as never, options as never)).toThrow(message)
  })
})

describe('mounted', () => {
  const ends: (() => unknown)[] = []
  afterAll(async () => {
    for (const end of ends) await end()
  })
  const { registry } = newRegistry()
  const health = healthHandler(registry, { critical: ['db'] })

  const portOf = (server: Server | ServerType) =>
    new Promise<number>((listening) => {
      ends.push(() => server.close())
      const tell = () => listening((server.address() as AddressInfo).port)
      if (server.listening) tell()
      else server.once('listening', tell)
    })

  const servers: Record<string, () => Promise<number>> = {
    'node:http': () =>
      portOf(
        createServer(async (request, response) => {
          const answer = health(request)
          response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
        }).listen(0),
      ),
    Express: () => {
      const app = express()
      app.all('/healthz', async (request, response) => {
        const answer = health(request)
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
      })
      return portOf(app.listen(0))
    },
    Fastify: async () => {
      const app = fastify()
      app.route({ method: ['GET', 'HEAD'], url: '/healthz', handler: (request, reply) => reply.send(health(request)) })
      await app.listen({ port: 0 })
      ends.push(() => app.close())
      return (app.server.address() as AddressInfo).port
    },
    Hono: () => {
      const app = new Hono()
      app.all('/healthz', (context) => health(context.req.raw))
      return portOf(serve({ fetch: app.fetch, port: 0 }))
    },
  }

  it.each(Object.entries(servers))('in %s', async (_, start) => {
    registry.breaker('db').reset()
    const url = `http://localhost:${await start()}/healthz`
    const up = await fetch(url)
    expect(up.status).toBe(200)
    expect(up.headers.get('cache-control')).toBe('no-store')
    expect(await up.json()).toEqual({ status: 'up', endpoints: [] })
    registry.breaker('db').trip()
    const down = await fetch(url)
    expect(down.status).toBe(503)
    expect(down.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(((await down.json()) as { status: string }).status).toBe('down')
    const head = await fetch(url, { method: 'HEAD' })
    expect(head.status).toBe(503)
  })
})
