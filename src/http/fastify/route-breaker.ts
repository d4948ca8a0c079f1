// RouteBreaker: the values of `config.breaker` of a route, and the default name of a route.
import type { RouteOptions } from 'fastify'
import { checkOptions } from '../../core/options/index.ts'
import { ArgumentError, type PolicyOptions } from '../../index.ts'

/**
 * `config.breaker` of a route: `true` for a breaker named after the route (`'GET /orders/:id'`), a name that routes may
 * share, or both with a policy; `false` for none.
 */
export type RouteBreaker =
  | boolean
  | string
  | {
      /** The name of the breaker. Default: that of the route. */
      readonly name?: string | undefined
      /** Its policy. Default: the registry's policy for its name. */
      readonly policy?: PolicyOptions | undefined
    }

/**
 * Name and policy of the breaker of a route, or `undefined` for none.
 * @throws ArgumentError (`INVALID_ARGUMENT`) when the route is declared
 */
export function breakerOf(route: RouteOptions): { name: string; policy: PolicyOptions | undefined } | undefined {
  const given: unknown = route.config?.breaker
  if (given === undefined || given === false) return undefined
  if (given === true) return { name: nameOf(route), policy: undefined }
  if (typeof given === 'string') return { name: given, policy: undefined }
  checkOptions('config.breaker', given, ['name', 'policy'])
  const { name = nameOf(route), policy } = given as Exclude<RouteBreaker, boolean | string>
  if (typeof name !== 'string') throw new ArgumentError('config.breaker.name', 'a string', name)
  return { name, policy }
}

/** By its pattern, never by the URL of a request: there are endlessly many URLs. HEAD is GET without a body. */
function nameOf({ method, url }: RouteOptions): string {
  const methods = [method].flat().map((name) => (name === 'HEAD' ? 'GET' : name))
  return `${methods.join(',')} ${url}`
}
