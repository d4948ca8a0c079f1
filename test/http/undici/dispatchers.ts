// Dispatchers with the interceptor, which end with the test.
import { Agent, type Dispatcher, request } from 'undici'
import { onTestFinished } from 'vitest'
import { breakerInterceptor, type InterceptorOptions } from '../../../src/http/undici/index.ts'
import { createRegistry, type RegistryOptions } from '../../../src/index.ts'

export type Interceptor = Dispatcher.DispatcherComposeInterceptor

export function composed(
  registry: ReturnType<typeof createRegistry>,
  options: InterceptorOptions = {},
  ...others: readonly Interceptor[]
) {
  const agent = others.includes(asIn6) ? new AgentOf6() : new Agent()
  onTestFinished(() => agent.destroy())
  return agent.compose(breakerInterceptor(registry, options), ...others)
}

export function guarded(
  options: InterceptorOptions = {},
  given: RegistryOptions = {},
  ...others: readonly Interceptor[]
) {
  const registry = createRegistry(given)
  const dispatcher = composed(registry, options, ...others)
  return { registry, dispatcher, calls: (name: string) => registry.breaker(name).stats().calls }
}

/** Status and body. */
export async function get(url: string, dispatcher: Dispatcher) {
  const { statusCode, body } = await request(url, { dispatcher })
  return [statusCode, await body.text()]
}

/** Hands on a handler that has the hooks of version 7 alone, as undici's retry does; its own requests still have the older. */
const newHooks: Interceptor = (dispatch) => (options, handler) =>
  dispatch(options, {
    onRequestStart: (...given) => handler.onRequestStart?.(...given),
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (...given) => handler.onResponseStart?.(...given),
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
  })

/** Composes as undici 6 does: handlers come as they are, with the older hooks alone. */
class AgentOf6 extends Agent {
  override compose(...given: readonly Interceptor[] | [readonly Interceptor[]]): Dispatcher.ComposedDispatcher {
    const interceptors = given.flat() as readonly Interceptor[]
    const dispatch = interceptors.reduce((before, interceptor) => interceptor(before), this.dispatch.bind(this))
    const composed = new Proxy(this, {
      get: (target, key) => (key === 'dispatch' ? dispatch : Reflect.get(target, key)),
    })
    return composed as unknown as Dispatcher.ComposedDispatcher
  }
}

/** Marks a dispatcher that is to compose as undici 6 does. */
const asIn6: Interceptor = (dispatch) => dispatch

/** What stands behind the interceptor, by which hooks it is told. */
export const HOOKS: readonly { readonly hooks: string; readonly behind: readonly Interceptor[] }[] = [
  { hooks: 'older', behind: [] },
  { hooks: 'older alone', behind: [asIn6] },
  { hooks: 'new', behind: [newHooks] },
]
