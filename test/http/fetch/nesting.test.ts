// Guards around guards of the same breaker, over real sockets: calls around createFetch, createFetch over the interceptor.
import { Agent, fetch as undiciFetch } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFetch } from '../../../src/http/fetch/index.ts'
import { breakerInterceptor } from '../../../src/http/undici/index.ts'
import { createRegistry, type PolicyOptions, type Registry } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { serve } from '../../support/http-server.ts'
import { closesAgain, NESTED_POLICY } from '../../support/outage.ts'
import { hear, newRegistry } from '../../support/registries.ts'

type Get = (url: string) => Promise<{ text(): Promise<string> }>

/** As `fetch`, through a dispatcher that asks the breaker of the origin. */
function overInterceptor(registry: Registry): typeof fetch {
  const agent = new Agent()
  onTestFinished(() => agent.destroy())
  const dispatcher = agent.compose(breakerInterceptor(registry))
  return ((url: string, init: RequestInit) => undiciFetch(url, { ...(init as object), dispatcher })) as never
}

const WAYS: Record<string, (registry: Registry) => Get> = {
  'a call of the origin around createFetch': (registry) => {
    const get = createFetch(registry)
    return (url) => registry.call(new URL(url).origin, () => get(url))
  },
  'a call of the origin around the interceptor': (registry) => {
    const get = overInterceptor(registry)
    return (url) => registry.call(new URL(url).origin, () => get(url))
  },
  'createFetch over the interceptor': (registry) => createFetch(registry, { fetch: overInterceptor(registry) }),
  'createFetch with a timeout over the interceptor': (registry) =>
    createFetch(registry, { fetch: overInterceptor(registry), timeout: '5s' }),
  'createFetch that watches bodies over the interceptor': (registry) =>
    createFetch(registry, { fetch: overInterceptor(registry), watchBody: true }),
  'createFetch around createFetch': (registry) => createFetch(registry, { fetch: createFetch(registry) }),
}

const POLICIES: Record<string, PolicyOptions> = {
  'one probe at a time': {},
  'a ramp': { recoveryRamp: { duration: '1m', from: 0.1 } },
  'a bulkhead of one': { maxConcurrent: 1 },
}

describe.each(Object.keys(WAYS))('%s', (way) => {
  it.each(Object.keys(POLICIES))('closes again after an outage, with %s (R14)', async (policy) => {
    let up = true
    const { origin, asked } = await serve((request, response) =>
      up ? response.end('hello') : request.socket.destroy(),
    )
    const { registry, clock } = newRegistry({ policy: { ...NESTED_POLICY, ...POLICIES[policy] } })
    const errors = hear(registry, 'error')
    const get = WAYS[way]?.(registry)
    const breaker = registry.breaker(origin)
    await closesAgain(breaker, clock, async (isUp) => {
      up = isUp
      expect(await (await get?.(`${origin}/`))?.text()).toBe('hello')
    })
    expect(errors).toEqual([])
    expect(breaker.stats().calls).toMatchObject({ rejected: 0, limited: 0 })
    expect(asked.length).toBeGreaterThanOrEqual(2)
    await expect(get?.(`${origin}/`).then((response) => response.text())).resolves.toBe('hello')
  })
})

describe('a breaker around fetch over another breaker', () => {
  it('stays closed while that one is open, though fetch wraps its rejection (R15)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
    const agent = new Agent()
    onTestFinished(() => agent.destroy())
    const dispatcher = agent.compose(breakerInterceptor(registry, { key: () => 'inner' }))
    registry.breaker('inner').trip()
    const send = () => undiciFetch('http://127.0.0.1:49/', { dispatcher })
    await expect(registry.call('outer', send)).rejects.toMatchObject({ message: 'fetch failed' })
    const get = createFetch(registry, { key: () => 'guarded', fetch: send as never })
    await expect(get('http://127.0.0.1:49/')).rejects.toMatchObject({ message: 'fetch failed' })
    for (const name of ['outer', 'guarded']) {
      expect(registry.breaker(name).stats()).toMatchObject({ state: 'closed', calls: { failed: 0, ignored: 1 } })
    }
  })
})

describe('a request that probes, and hangs', () => {
  it.each(['createFetch', 'the interceptor'])('is aborted after probeTimeout, by %s (R07)', async (guard) => {
    let closed = 0
    const { origin } = await serve((request) => {
      request.socket.once('close', () => closed++)
    })
    // By the system's clock, as all timeouts of requests are.
    const registry = createRegistry({ policy: { probeTimeout: 50 } })
    const get = guard === 'createFetch' ? createFetch(registry) : overInterceptor(registry)
    registry.breaker(origin).trip()
    registry.breaker(origin).probe()
    const error = await errorOf(get(`${origin}/`))
    const timeout = { code: 'CALL_TIMEOUT', timeoutMs: 50 }
    expect(error).toMatchObject(guard === 'createFetch' ? timeout : { cause: timeout })
    expect(registry.state(origin)).toBe('open')
    await expect.poll(() => closed).toBe(1)
  })
})
