// GuardRoute: middleware of the plain kind. It imports no framework, so it works in Express 4 and 5, Connect and Polka.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkRegistry } from '../../core/options/index.ts'
import type { Registry } from '../../index.ts'
import { checkGuard, type GuardOptions, guardExchange } from '../servers/index.ts'

/** Middleware as Express takes it. */
export type RouteGuard = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/**
 * Middleware that lets a request pass only if the breaker of this name admits it. Otherwise `next` gets a
 * RouteUnavailableError, which Express answers with 503 and `Retry-After`. A response of 500 or above is a failure, others
 * are successes; a client that disconnects first is ignored. Routes may share a name.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong arguments, PolicyError (`INVALID_POLICY`)
 */
export function guardRoute(registry: Registry, name: string, options: GuardOptions = {}): RouteGuard {
  const checked = checkRegistry('guardRoute(registry)', registry)
  checkGuard('guardRoute(registry, name)', name, options)
  const breaker = checked.breaker(name, options.policy)
  return (request, response, next) =>
    guardExchange(breaker, {
      request,
      response,
      admit: () => next(),
      refuse: next,
      // Errors go to other middleware; here only the status shows them.
      thrown: () => undefined,
    })
}
