// FastifyBreakers: the registry as a decorator, and a hook before each route whose config has a breaker.
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, RouteOptions } from 'fastify'
import { checkOptions, checkRegistry } from '../../core/options/index.ts'
import { ArgumentError, createRegistry, type Registry } from '../../index.ts'
import { guardExchange } from '../servers/index.ts'
import { breakerOf, type RouteBreaker } from './route-breaker.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The registry of the plugin of `switchgear/fastify`. */
    breakers: Registry
  }
  interface FastifyContextConfig {
    /** The breaker of the route, by `switchgear/fastify`. Default: none. */
    breaker?: RouteBreaker | undefined
  }
}

/** The options of `fastifyBreakers`. All are optional. */
export interface FastifyBreakersOptions {
  /** The registry to use, as `app.breakers`. Default: a new one. */
  readonly registry?: Registry | undefined
  /** Whether the registry is closed with the server. Default `true`; `false` if other code uses it, too. */
  readonly closeRegistry?: boolean | undefined
}

const NAMES = ['registry', 'closeRegistry'] satisfies (keyof FastifyBreakersOptions)[]

/**
 * The plugin. Register it before the routes. A route with `config: { breaker: true }` (or a name) is then called through
 * its breaker: a response of 500 or above is a failure, others are successes, a client that disconnects first is ignored.
 * While it is open, the error handler gets a RouteUnavailableError, which Fastify answers with 503 and `Retry-After`.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options or a wrong `config.breaker`, PolicyError (`INVALID_POLICY`)
 */
export const fastifyBreakers: FastifyPluginAsync<FastifyBreakersOptions> = Object.assign(plugin, {
  // What the package fastify-plugin says of a plugin: it is for the instance that registers it, and for this Fastify.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'switchgear',
  [Symbol.for('plugin-meta')]: { fastify: '>=4 <6', name: 'switchgear' },
})

// Async: an error that a plugin with a callback throws would be an uncaught exception.
async function plugin(app: FastifyInstance, options: FastifyBreakersOptions): Promise<void> {
  checkOptions('options', options, NAMES)
  const { closeRegistry = true } = options
  if (typeof closeRegistry !== 'boolean') {
    throw new ArgumentError('options.closeRegistry', 'true or false', closeRegistry)
  }
  const registry =
    options.registry === undefined ? createRegistry() : checkRegistry('options.registry', options.registry)
  app.decorate('breakers', registry)
  app.addHook('onRoute', (route) => guard(registry, route))
  if (closeRegistry) app.addHook('onClose', () => registry.close())
}

function guard(registry: Registry, route: RouteOptions): void {
  const given = breakerOf(route)
  if (given === undefined) return
  const breaker = registry.breaker(given.name, given.policy)
  const thrown = new WeakMap<FastifyRequest, unknown>()
  route.onError = [
    ...[route.onError ?? []].flat(),
    (request, _reply, error, done) => {
      thrown.set(request, error)
      done()
    },
  ]
  route.onRequest = [
    (request, reply, done) =>
      guardExchange(breaker, {
        request: request.raw,
        response: reply.raw,
        admit: done,
        refuse: (error) => done(error as Error),
        thrown: () => thrown.get(request),
      }),
    ...[route.onRequest ?? []].flat(),
  ]
}
