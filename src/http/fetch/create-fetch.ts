// CreateFetch: `fetch` with a breaker for each origin. It needs only Web standards.

import { checkOptions } from '../../core/options/index.ts'
import { ArgumentError, type Registry } from '../../index.ts'
import { GUARD_OPTIONS, Guard, type GuardOptions } from '../requests/index.ts'
import { isMistake, tell, within } from './ending.ts'
import { callerOf, type Init, type Input, isRequest, isSpent, outgoing } from './input.ts'
import { watchBody } from './watched-body.ts'

/** The options of `createFetch`. All are optional. */
export interface FetchOptions extends GuardOptions<Response> {
  /** The function that sends the requests. Default: the global `fetch` at the time of each call. */
  readonly fetch?: typeof fetch | undefined
}

const NAMES = [...GUARD_OPTIONS, 'fetch'] satisfies (keyof FetchOptions)[]

/**
 * A function to use as `fetch`: its requests go through the breaker of their origin in `registry`. Network errors and
 * statuses of 500 or more are failures, other responses successes. A 429 or 503 with `Retry-After` opens the breaker for as
 * long as the server asks. A request that you abort counts neither way. You always get the server's response, however it
 * counts. Requests that are not http(s), such as `data:`, have no breaker unless there is a `key`.
 *
 * It rejects as `fetch` does; with BreakerOpenError (`BREAKER_OPEN`) when the breaker is open, CallTimeoutError
 * (`CALL_TIMEOUT`) when the time is up, ArgumentError (`INVALID_ARGUMENT`) when `key` does not return a string, and
 * RegistryClosedError (`REGISTRY_CLOSED`).
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function createFetch(registry: Registry, options: FetchOptions = {}): typeof fetch {
  checkOptions('options', options, NAMES)
  const { fetch: given } = options
  if (given !== undefined && typeof given !== 'function') {
    throw new ArgumentError('options.fetch', 'a function such as fetch', given)
  }
  const guard = new Guard('createFetch(registry)', registry, options)
  const send = given ?? ((input: Input, init?: Init) => globalThis.fetch(input, init))

  return async function guardedFetch(input: Input, init?: Init): Promise<Response> {
    const name = nameOf(guard, input, init)
    const caller = callerOf(input, init)
    // An aborted request or a used body: fetch rejects by itself, and no server is called.
    if (name === null || caller?.aborted || isSpent(input, init)) return send(input, init)
    const admitted = guard.admit(name, caller ?? undefined)
    if (admitted === null) return send(input, init)
    const exchange = admitted instanceof Promise ? await admitted : admitted
    try {
      const { timeoutMs } = exchange
      const response = await exchange.run(() =>
        timeoutMs === null
          ? send(input, init)
          : within(exchange, timeoutMs, caller, (signal) => send(input, { ...init, signal })),
      )
      const goesOn = exchange.answered(response, response.status, headerOf)
      return goesOn ? watchBody(response, exchange, caller) : response
    } catch (error) {
      if (isMistake(error, input, init)) exchange.calledOff(error)
      else tell(exchange, error, caller)
      throw error
    }
  }
}

function headerOf({ headers }: Response, name: string): string | null {
  return headers.get(name)
}

/** `null`: it has no breaker. */
function nameOf(guard: Guard<Response>, input: Input, init: Init): string | null {
  const address = isRequest(input) ? input.url : input
  const known = guard.hasKey || typeof address !== 'string' ? undefined : guard.originOf(address)
  if (known !== undefined) return known
  const url = urlOf(input)
  if (url === null) return null
  if (guard.hasKey) return guard.nameOf(outgoing(url, input, init))
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : null
}

/** `null` if it is no address: fetch reports that. */
function urlOf(input: Input): URL | null {
  if (input instanceof URL) return input
  try {
    const { location } = globalThis as { readonly location?: { readonly href: string } }
    return new URL(isRequest(input) ? input.url : input, location?.href)
  } catch {
    return null
  }
}
