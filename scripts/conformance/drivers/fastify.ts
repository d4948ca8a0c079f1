// @fastify/circuit-breaker: timers; guards the routes of a server, so a call is a request and its outcome the reply.
import type { Breaker, Library, Mistake, Settings } from '../library.ts'
import { importPeer } from '../peer.ts'

interface Reply {
  readonly statusCode: number
  json(): { readonly message?: string; readonly value?: boolean }
}

interface Server {
  register(plugin: unknown, options: object): Promise<void>
  circuitBreaker(): unknown
  get(url: string, options: object, handler: () => Promise<unknown>): void
  inject(url: string): Promise<Reply>
}

/** A route with a breaker of its own, as the plugin makes one each time that `circuitBreaker()` is called. */
interface Route {
  readonly server: Server
  readonly url: string
  readonly handler: { run(): unknown }
}

const unused = new Map<string, Route[]>()
const ROUTES = 100

/** Taken from a server of many routes: to start one for each is most of the work. */
async function routeWith(options: object): Promise<Route> {
  const key = JSON.stringify(options, (_, value) => (typeof value === 'number' ? String(value) : value))
  const left = unused.get(key)?.pop()
  if (left !== undefined) return left
  const { default: fastify } = await importPeer<{ default: () => Server }>('fastify')
  const { default: plugin } = await importPeer<{ default: unknown }>('@fastify/circuit-breaker')
  const server = fastify()
  await server.register(plugin, options)
  const routes = Array.from({ length: ROUTES }, (_, number): Route => {
    const handler = { run: (): unknown => undefined }
    const url = `/${number}`
    server.get(url, { preHandler: server.circuitBreaker() }, async () => handler.run())
    return { server, url, handler }
  })
  unused.set(key, routes)
  return routeWith(options)
}

const optionsOf = ({ failureThreshold, openTimeoutMs, callTimeout }: Settings) => ({
  threshold: failureThreshold,
  resetTimeout: openTimeoutMs,
  ...(callTimeout ? {} : { timeout: Number.MAX_SAFE_INTEGER }),
})

const accepts = (option: string, value: number, lasts?: Mistake['lasts']): Mistake => ({
  says: `${option} ${value}`,
  ...(lasts && { lasts }),
  make: () => startWith({ threshold: 1, timeout: Number.MAX_SAFE_INTEGER, [option]: value }),
})

/** The caller of a route is whoever sent the request; here it gets back what the reply stands for. */
async function request({ server, url }: Route, own: { value?: unknown; error?: unknown }): Promise<unknown> {
  const reply = await server.inject(url)
  const body = reply.json()
  if (reply.statusCode === 200 && 'value' in own) return own.value
  if (own.error instanceof Error && body.message === own.error.message) throw own.error
  throw new Error(body.message)
}

async function startWith(options: object): Promise<Breaker> {
  const route = await routeWith(options)
  return {
    run(fn) {
      const own: { value?: unknown; error?: unknown } = {}
      route.handler.run = async () => {
        try {
          own.value = await fn()
          return { value: true }
        } catch (error) {
          own.error = error
          throw error
        }
      }
      return request(route, own)
    },
    state: () => undefined,
  }
}

const OWN_TESTS = 'a test of its own asks for it: the failure that opens is answered by "Circuit open"'

export const fastify: Library = {
  name: '@fastify/circuit-breaker',
  packageName: '@fastify/circuit-breaker',
  needsNewerNode: false,
  configuredAs: '`{ threshold, resetTimeout, timeout: Number.MAX_SAFE_INTEGER }`, its requests made by `inject()`',
  policies: [
    { failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
    { failureThreshold: 2, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
  ],
  countsAllRunning: true,
  callTimeout: '`timeout`, by default 10 s, and judged when the handler has come to its end',
  byDesign: { 'a call that fails: its caller gets "Circuit open"': OWN_TESTS },
  remarks: {
    limit:
      'it counts every request that runs, whenever it was admitted: one from before it opened takes the place of the probe',
    nonsense: 'in place of NaN it takes its default',
  },
  notOffered: {
    window: 'it counts consecutive failures only',
    sync: 'the server, not the breaker, runs the handler',
    undefined: 'a reply is no value',
    listener: 'it has hooks that make the reply, no listeners',
    filter: 'none: a status of 500 and more is a failure',
  },
  start: (settings) => startWith(optionsOf(settings)),
  mistakes: [
    accepts('threshold', Number.NaN),
    accepts('threshold', -1),
    accepts('threshold', Number.POSITIVE_INFINITY, 'closed'),
    accepts('resetTimeout', Number.NaN),
    accepts('resetTimeout', -1),
    accepts('resetTimeout', Number.POSITIVE_INFINITY, 'open'),
    accepts('timeout', Number.POSITIVE_INFINITY, 'call'),
  ],
}
