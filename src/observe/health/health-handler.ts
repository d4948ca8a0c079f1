// HealthHandler: `registry.health()` as a response for a load balancer or an orchestrator.

import { checkOptions, checkRegistry } from '../../core/options/index.ts'
import { ArgumentError, type Health, type Registry } from '../../index.ts'

/** The options of `healthHandler`. All are optional. */
export interface HealthOptions {
  /** Names and patterns (`'db-*'`) of the endpoints without which the service is down. Default: none; it is degraded at worst. */
  readonly critical?: readonly string[] | undefined
  /** Whether the response lists the endpoints. Default `true`; choose `false` if strangers may read it. */
  readonly details?: boolean | undefined
}

/** Answers a request (only its method matters): a Web-standard fetch handler. */
export type HealthHandler = (request?: { readonly method?: string | undefined }) => Response

const NAMES = ['critical', 'details'] satisfies (keyof HealthOptions)[]
/** If everything is down the response must stay small. */
const MOST_LISTED = 100

/**
 * A handler for `/healthz`: 200 `{ status: 'up' }`; 200 `{ status: 'degraded' }` while an endpoint refuses calls, some or
 * all, for any reason; 503 `{ status: 'down' }` while a critical one admits none, and when the registry is closed. An
 * endpoint that is half-open and probed by calls, or whose bulkhead is full, is degraded at worst: it needs traffic to
 * recover. `endpoints` lists at most 100, critical ones first; `more` is the number of the others. Responses must not be
 * cached; GET and HEAD only.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function healthHandler(registry: Registry, options: HealthOptions = {}): HealthHandler {
  const checked = checkRegistry('healthHandler(registry)', registry)
  checkOptions('options', options, NAMES)
  const { critical, details = true } = options
  if (typeof details !== 'boolean') throw new ArgumentError('options.details', 'true or false', details)
  // Wrong patterns are reported now, not in the first outage; later changes of the array have no effect.
  checked.health({ critical })
  const rules = { critical: critical?.slice() }
  return (request) => {
    const method = request?.method ?? 'GET'
    if (method !== 'GET' && method !== 'HEAD') {
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    }
    // A service that closes its registry is shutting down, and takes no more calls.
    const health: Health = checked.isClosed ? { status: 'down', endpoints: [] } : checked.health(rules)
    const body = details ? detailsOf(health) : { status: health.status }
    return new Response(method === 'HEAD' ? null : JSON.stringify(body), {
      status: health.status === 'down' ? 503 : 200,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    })
  }
}

function detailsOf({ status, endpoints }: Health): object {
  const more = endpoints.length - MOST_LISTED
  return more > 0 ? { status, endpoints: endpoints.slice(0, MOST_LISTED), more } : { status, endpoints }
}
