// @fastify/circuit-breaker: timers; guards the routes of a server, so a call is a request and its outcome the reply.
import type { Library, Settings } from '../library.ts'
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
  close(): Promise<void>
}

async function create(options: object): Promise<{ server: Server; handler: { run: () => unknown } }> {
  const { default: fastify } = await importPeer<{ default: () => Server }>('fastify')
  const { default: plugin } = await importPeer<{ default: unknown }>('@fastify/circuit-breaker')
  const server = fastify()
  const handler = { run: (): unknown => undefined }
  await server.register(plugin, options)
  server.get('/', { preHandler: server.circuitBreaker() }, async () => handler.run())
  return { server, handler }
}

const optionsOf = ({ failureThreshold, openTimeoutMs, callTimeout }: Settings) => ({
  threshold: failureThreshold,
  resetTimeout: openTimeoutMs,
  ...(callTimeout ? {} : { timeout: Number.MAX_SAFE_INTEGER }),
})

const accepts = (option: string, value: number) => ({
  says: `${option} ${value}`,
  async make() {
    const { server } = await create({ [option]: value })
    await server.close()
  },
})

/** The caller of a route is whoever sent the request; here it gets back what the reply stands for. */
async function request(server: Server, own: { value?: unknown; error?: unknown }): Promise<unknown> {
  const reply = await server.inject('/')
  const body = reply.json()
  if (reply.statusCode === 200 && 'value' in own) return own.value
  if (own.error instanceof Error && body.message === own.error.message) throw own.error
  throw new Error(body.message)
}

export const fastify: Library = {
  name: '@fastify/circuit-breaker',
  packageName: '@fastify/circuit-breaker',
  needsNewerNode: false,
  configuredAs: '`{ threshold, resetTimeout, timeout: Number.MAX_SAFE_INTEGER }`, its requests made by `inject()`',
  policies: [
    { failureThreshold: 1, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
    { failureThreshold: 2, openTimeout: 30_000, halfOpenMaxCalls: 1, successThreshold: 1 },
  ],
  notOffered: {
    window: 'it counts consecutive failures only',
    sync: 'the server, not the breaker, runs the handler',
    undefined: 'a reply is no value',
    listener: 'it has hooks that make the reply, no listeners',
    filter: 'none: a status of 500 and more is a failure',
  },
  async start(settings) {
    const { server, handler } = await create(optionsOf(settings))
    return {
      run(fn) {
        const own: { value?: unknown; error?: unknown } = {}
        handler.run = async () => {
          try {
            own.value = await fn()
            return { value: true }
          } catch (error) {
            own.error = error
            throw error
          }
        }
        return request(server, own)
      },
      state: () => undefined,
      stop: () => server.close(),
    }
  },
  mistakes: [
    accepts('threshold', Number.NaN),
    accepts('threshold', -1),
    accepts('threshold', Number.POSITIVE_INFINITY),
    accepts('resetTimeout', Number.NaN),
    accepts('resetTimeout', -1),
    accepts('resetTimeout', Number.POSITIVE_INFINITY),
    accepts('timeout', Number.POSITIVE_INFINITY),
  ],
}
