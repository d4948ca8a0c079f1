// The same little service in each framework, on a port of its own: what a route does is the last part of its URL.
import { createServer, type RequestListener, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { serve } from '@hono/node-server'
import fastify from 'fastify'
import { Hono } from 'hono'
import { guardRoute as guardExpress, type RouteGuard } from '../../../src/http/express/index.ts'
import { fastifyBreakers } from '../../../src/http/fastify/index.ts'
import { guardRoute as guardHono } from '../../../src/http/hono/index.ts'
import type { PolicyOptions, Registry } from '../../../src/index.ts'

type Express = {
  get(path: string, ...handlers: unknown[]): void
  use(...handlers: unknown[]): void
  set(name: string, value: string): void
}
/** Without its types, which are a package of their own. */
export const express: () => Express & RequestListener = createRequire(import.meta.url)('express')

/** What the routes have done. */
export interface Log {
  readonly handled: string[]
  /** Ends what hangs. */
  release(): void
}

export interface Running {
  readonly port: number
  readonly log: Log
  stop(): Promise<unknown>
}

export interface Framework {
  readonly name: string
  /** Whether it sees an answer that breaks off after it was begun. */
  readonly seesStreams: boolean
  start(registry: Registry, name: string, policy?: PolicyOptions): Promise<Running>
}

function newLog(): Log & { readonly hanging: Promise<void> } {
  let release = () => {}
  const hanging = new Promise<void>((done) => {
    release = done
  })
  return { handled: [], hanging, release }
}

const STATUS: Readonly<Record<string, number>> = { fail: 500, down: 503, missing: 404 }

/** Says a little, then breaks. */
function brokenStream(): PassThrough {
  const stream = new PassThrough()
  stream.write('the beginning')
  setTimeout(() => stream.destroy(new Error('the source broke')), 20)
  return stream
}

export async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

const stopOf = (server: Server) => () =>
  new Promise((done) => {
    server.close(done)
    server.closeAllConnections()
  })

export const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'Fastify',
    seesStreams: true,
    async start(registry, name, policy) {
      const app = fastify({ forceCloseConnections: true })
      const log = newLog()
      await app.register(fastifyBreakers, { registry, closeRegistry: false })
      app.get<{ Params: { what: string } }>(
        '/do/:what',
        { config: { breaker: { name, policy } } },
        async (request, reply) => {
          const { what } = request.params
          log.handled.push(what)
          if (what === 'throw') throw new Error('a bug')
          if (what === 'hang') await log.hanging
          if (what === 'break') return reply.send(brokenStream())
          return reply.code(STATUS[what] ?? 200).send(what)
        },
      )
      await app.listen({ port: 0, host: '127.0.0.1' })
      return { port: (app.server.address() as AddressInfo).port, log, stop: () => app.close() }
    },
  },
  {
    name: 'Express',
    seesStreams: true,
    async start(registry, name, policy) {
      const app = express()
      app.set('env', 'test')
      const log = newLog()
      const guard: RouteGuard = guardExpress(registry, name, { policy })
      app.get('/do/:what', guard, async (request: { params: { what: string } }, response: never) => {
        const { what } = request.params
        const answer = response as {
          status(code: number): { send(text: string): void }
          destroy(): void
          write(text: string): void
        }
        log.handled.push(what)
        if (what === 'throw') throw new Error('a bug')
        if (what === 'hang') await log.hanging
        if (what === 'break') {
          answer.write('the beginning')
          setTimeout(() => answer.destroy(), 20)
        } else answer.status(STATUS[what] ?? 200).send(what)
      })
      const server = createServer(app)
      return { port: await listening(server), log, stop: stopOf(server) }
    },
  },
  {
    name: 'Hono',
    seesStreams: false,
    async start(registry, name, policy) {
      const app = new Hono()
      const log = newLog()
      app.get('/do/:what', guardHono(registry, { name, policy }), async (context) => {
        const what = context.req.param('what')
        log.handled.push(what)
        if (what === 'throw') throw new Error('a bug')
        if (what === 'hang') await log.hanging
        return context.text(what, (STATUS[what] ?? 200) as 200)
      })
      app.onError((error, context) =>
        'getResponse' in error ? (error.getResponse as () => Response)() : context.text('an error', 500),
      )
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
      if (!server.listening) await new Promise((done) => server.once('listening', done))
      return { port: (server.address() as AddressInfo).port, log, stop: stopOf(server) }
    },
  },
]

/** A client that asks and does not wait for the answer. */
export async function askAndHold(port: number, path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await new Promise<void>((done) => socket.once('connect', done))
  socket.on('error', () => {})
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  return socket
}
