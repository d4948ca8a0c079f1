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
  const agent = new Agent()
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

/** What stands behind the interceptor, by which hooks it is told. */
export const HOOKS: readonly { readonly hooks: string; readonly behind: readonly Interceptor[] }[] = [
  { hooks: 'older', behind: [] },
  { hooks: 'new', behind: [newHooks] },
]
