// RouteUnavailableError: a rejection as servers show it to clients, with the members that Fastify and Express read from an
// error. Its message does not name the endpoint or the reason, because the client is a stranger. Both are beside it, for
// logs.

import { markRefusal } from '../../core/options/index.ts'
import { type Breaker, type BreakerState, describeReason, isBreakerError } from '../../index.ts'

/**
 * The breaker of a route did not admit the request: 503, with `Retry-After` if the time is known. It goes to the error
 * handler of the framework, which may make a page of it.
 */
export class RouteUnavailableError extends Error {
  /** The code of the rejection or the limit; `REGISTRY_CLOSED` while the service shuts down. */
  readonly code: 'BREAKER_OPEN' | 'CONCURRENCY_LIMIT' | 'REGISTRY_CLOSED'
  /** 503. */
  readonly statusCode = 503
  /** 503, under the name that Express reads. */
  readonly status = 503
  /** `retry-after`, in whole seconds; empty when forced open, at the limit, or shutting down. */
  readonly headers: Readonly<Record<string, string>>
  /** The name of the breaker; `undefined` while the service shuts down, as are the two below. */
  readonly endpoint: string | undefined
  /** The state that decides: the fleet's if that refuses, otherwise the breaker's. */
  readonly state: BreakerState | undefined
  /** Why, in words. */
  readonly reason: string | undefined
  constructor(code: RouteUnavailableError['code'], breaker?: Breaker) {
    const { retryAfterMs = null, state, reason } = breaker?.admission() ?? {}
    const { message, headers } = waitOf(retryAfterMs)
    super(message)
    this.code = code
    this.headers = headers
    this.endpoint = breaker?.endpoint
    this.state = state
    this.reason = reason ? describeReason(reason) : undefined
  }
}
Object.defineProperty(RouteUnavailableError.prototype, 'name', { value: 'RouteUnavailableError', configurable: true })
markRefusal(RouteUnavailableError.prototype)

/** How long a client should wait, in ms: a multiple of whole seconds, rounded up; nothing if it is not known. */
export function waitOf(retryAfterMs: number | null | undefined): Pick<RouteUnavailableError, 'message' | 'headers'> {
  if (retryAfterMs === null || retryAfterMs === undefined) return { message: 'not available', headers: {} }
  const seconds = Math.ceil(retryAfterMs / 1_000)
  return { message: `not available, try again in ${seconds} s`, headers: { 'retry-after': String(seconds) } }
}

/** The error for a request to which this breaker gave no permit. */
export function refusalBy(breaker: Breaker): RouteUnavailableError {
  const isLimited = breaker.admission().refusedBy === 'bulkhead'
  return new RouteUnavailableError(isLimited ? 'CONCURRENCY_LIMIT' : 'BREAKER_OPEN', breaker)
}

/** The error that the framework gets when asking for a permit failed: unchanged, unless the registry was closed. */
export function refusalOf(error: unknown): unknown {
  return isBreakerError(error, 'REGISTRY_CLOSED') ? new RouteUnavailableError(error.code) : error
}
