// RouteUnavailableError: a rejection as servers tell it to clients, with what Fastify and Express read of an error. It does
// not name the endpoint or the reason: the client is a stranger. Both are in its `cause`.
import { isBreakerError } from '../index.ts'

/**
 * The breaker of a route did not admit the request: 503, with `Retry-After` where somebody knows. Given to the error handler of
 * the framework, which may make a page of it.
 */
export class RouteUnavailableError extends Error {
  /** As of the rejection; `REGISTRY_CLOSED` while the service shuts down. */
  readonly code: 'BREAKER_OPEN' | 'REGISTRY_CLOSED'
  /** 503. */
  readonly statusCode = 503
  /** 503, under the name that Express reads. */
  readonly status = 503
  /** `retry-after`, in whole seconds, or nothing: forced open, or shutting down. */
  readonly headers: Readonly<Record<string, string>>
  constructor(code: RouteUnavailableError['code'], retryAfterMs: number | undefined, cause: unknown) {
    const seconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1_000)
    super(seconds === undefined ? 'not available' : `not available, try again in ${seconds} s`, { cause })
    this.code = code
    this.headers = seconds === undefined ? {} : { 'retry-after': String(seconds) }
  }
}
Object.defineProperty(RouteUnavailableError.prototype, 'name', { value: 'RouteUnavailableError', configurable: true })

/** What the framework is told of a request that was not admitted; an error that is no rejection is told as it is. */
export function refusalOf(error: unknown): unknown {
  if (isBreakerError(error, 'BREAKER_OPEN')) return new RouteUnavailableError(error.code, error.retryAfterMs, error)
  if (isBreakerError(error, 'REGISTRY_CLOSED')) return new RouteUnavailableError(error.code, undefined, error)
  return error
}
