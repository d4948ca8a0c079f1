// GuardRoute: middleware of Hono. It imports nothing from Node: the response is judged as the handler returns it.
import type { MiddlewareHandler } from 'hono'
import { checkOptions, checkRegistry, markRefusal, missingPeer } from '../../core/options/index.ts'
import { ArgumentError, type Breaker, type Permit, type PolicyOptions, type Registry } from '../../index.ts'
import { limitTime, RouteUnavailableError, refusalBy, refusalOf, report } from '../servers/index.ts'

/** The options of `guardRoute`. All are optional. */
export interface HonoGuardOptions {
  /** The name of the breaker; routes may share one. Default: that of the route, for example `'GET /orders/:id'`. */
  readonly name?: string | undefined
  /** The policy of a breaker that this makes. Default: the registry's policy for its name. */
  readonly policy?: PolicyOptions | undefined
}

type Hono = Awaited<ReturnType<typeof loadHono>>

const NAMES = ['name', 'policy'] satisfies (keyof HonoGuardOptions)[]
let hono: Hono | undefined

/**
 * Middleware that lets a request pass only if its breaker admits it. Otherwise it throws an HTTPException of 503 with
 * `Retry-After`, whose `cause` is a RouteUnavailableError. A response of 500 or above is a failure, others are successes; a
 * client that disconnects before the response is ignored.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong arguments, PolicyError (`INVALID_POLICY`)
 */
export function guardRoute(registry: Registry, options: HonoGuardOptions = {}): MiddlewareHandler {
  const checked = checkRegistry('guardRoute(registry)', registry)
  checkOptions('options', options, NAMES)
  const { name, policy } = options
  if (name !== undefined && typeof name !== 'string') throw new ArgumentError('options.name', 'a string', name)
  const shared = name === undefined ? undefined : checked.breaker(name, policy)
  return async (context, next) => {
    hono ??= await loadHono()
    const { HTTPException, matchedRoutes } = hono
    const refuse = (error: unknown) => exceptionOf(error, HTTPException)
    const { breaker, permit } = acquire(() => shared ?? checked.breaker(nameOf(matchedRoutes(context)), policy), refuse)
    const { signal } = context.req.raw
    const endOfTime = limitTime(breaker, permit)
    const leave = () => permit.ignore()
    signal.addEventListener('abort', leave, { once: true })
    try {
      await permit.run(next)
      report(permit, context.res.status, context.error)
    } catch (error) {
      // A thrown value that is no Error goes through all middleware.
      permit.failure(error)
      throw error
    } finally {
      endOfTime()
      signal.removeEventListener('abort', leave)
    }
  }
}

/** With the first request, not before: who has no Hono is then told how to get it. */
async function loadHono() {
  try {
    const [{ HTTPException }, { matchedRoutes }] = await Promise.all([
      import('hono/http-exception'),
      import('hono/route'),
    ])
    return { HTTPException, matchedRoutes }
  } catch (cause) {
    return missingPeer('switchgear/hono', ['hono'], cause)
  }
}

function acquire(find: () => Breaker, refuse: (error: unknown) => unknown): { breaker: Breaker; permit: Permit } {
  let breaker: Breaker
  let permit: Permit | undefined
  try {
    breaker = find()
    permit = breaker.tryAcquire()
  } catch (error) {
    throw refuse(refusalOf(error))
  }
  if (permit === undefined) throw refuse(refusalBy(breaker))
  return { breaker, permit }
}

/** By the pattern of the last route that matched, the handler's: never by the URL, because there are endlessly many. */
function nameOf(routes: readonly { readonly method: string; readonly path: string }[]): string {
  const route = routes.at(-1)
  return `${route?.method ?? 'ALL'} ${route?.path ?? '*'}`
}

function exceptionOf(error: unknown, HTTPException: Hono['HTTPException']): unknown {
  if (!(error instanceof RouteUnavailableError)) return error
  const { status, headers, message } = error
  const res = new Response(message, { status, headers })
  // Like its cause: a guard before this one must see it.
  return markRefusal(new HTTPException(status, { res, message, cause: error }))
}
