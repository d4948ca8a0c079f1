// Interceptor: breakers for every request that goes through an undici dispatcher. Only types of undici are used.
import type { Dispatcher } from 'undici'
import { checkOptions } from '../../core/options/index.ts'
import { ArgumentError, type Registry } from '../../index.ts'
import { type Exchange, GUARD_OPTIONS, Guard, type GuardOptions } from '../requests/index.ts'
import { giveUp } from './ending.ts'
import { GuardedHandler } from './guarded-handler.ts'
import { outgoing } from './outgoing.ts'
import { hasRawHooks, RawHandler } from './raw-handler.ts'
import type { UndiciResponse } from './response.ts'

/** The options of `breakerInterceptor`. All are optional. */
export interface InterceptorOptions extends GuardOptions<UndiciResponse> {}

type Options = Dispatcher.DispatchOptions
type Handler = Dispatcher.DispatchHandler

/**
 * An interceptor for `new Agent().compose(breakerInterceptor(registry))`: every request of that dispatcher goes through the
 * breaker of its origin in `registry`, by the rules of `createFetch`. If undici follows a redirect, each hop is a request
 * of its own, unless the interceptor that follows it was composed earlier.
 *
 * A request that is not admitted ends with BreakerOpenError (`BREAKER_OPEN`), one that takes too long with CallTimeoutError
 * (`CALL_TIMEOUT`), others with the errors of undici; ArgumentError (`INVALID_ARGUMENT`) when `key` does not return a
 * string, RegistryClosedError (`REGISTRY_CLOSED`) after `registry.close()`.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
 */
export function breakerInterceptor(
  registry: Registry,
  options: InterceptorOptions = {},
): Dispatcher.DispatcherComposeInterceptor {
  checkOptions('options', options, GUARD_OPTIONS)
  const guard = new Guard('breakerInterceptor(registry)', registry, options)

  return (dispatch) => {
    const send = (exchange: Exchange<UndiciResponse>, given: Options, handler: Handler): boolean => {
      const guarded = hasRawHooks(handler) ? new RawHandler(exchange, handler) : new GuardedHandler(exchange, handler)
      try {
        return exchange.run(() => dispatch(given, guarded as Handler))
      } catch (error) {
        // Nothing was sent.
        exchange.calledOff(error)
        throw error
      }
    }
    return (given, handler) => {
      try {
        const admitted = guard.admit(nameOf(guard, given))
        if (admitted === null) return dispatch(given, handler)
        if (!(admitted instanceof Promise)) return send(admitted, given, handler)
        admitted.then((exchange) => send(exchange, given, handler)).catch((error) => giveUp(guard, handler, error))
      } catch (error) {
        giveUp(guard, handler, error)
      }
      return true
    }
  }
}

function nameOf(guard: Guard<UndiciResponse>, given: Options): string {
  if (guard.hasKey) return guard.nameOf(outgoing(given))
  const { origin } = given
  // Undici's own functions pass it in this form, and to parse it again takes longer than all the rest.
  if (typeof origin === 'string' && guard.knows(origin)) return origin
  if (origin instanceof URL) return origin.origin
  // A Client or a Pool has only one origin, and does not show it.
  if (typeof origin !== 'string' || !URL.canParse(origin)) {
    throw new ArgumentError('the origin of the request', 'a URL (for a Client or a Pool, give a key)', origin)
  }
  return new URL(origin).origin
}
