// GuardRoute: middleware of the plain kind. It imports no framework, so it works in Express 4 and 5, Connect and Polka.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkRegistry } from '../../core/options/index.ts'
import type { Registry } from '../../index.ts'
import { checkGuard, type GuardOptions, guardExchange } from '../servers/index.ts'

/** Middleware as Express takes it. */
export type RouteGuard = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/**
 * Middleware that has a request go on only if the breaker of this name admits it; else `next` gets a RouteUnavailableError,
 * which Express answers with 503 and `Retry-After`. An answer of 500 or above is a failure, others are successes; a client
 * that goes away first is ignored. Routes may share a name.
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
      // Errors pass by other middleware: only the status tells of them.
      thrown: () => undefined,
    })
}
