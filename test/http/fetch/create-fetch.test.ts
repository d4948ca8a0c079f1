// createFetch against real servers: what each way of failing counts as, and what the caller gets.
import { describe, expect, it } from 'vitest'
import { createFetch, type FetchOptions } from '../../../src/http/fetch/index.ts'
import { createRegistry, type Outcome, type RegistryOptions } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { deadOrigin, serve, serveSockets, serveStatus } from '../../support/http-server.ts'
import { hear, newRegistry, statesIn } from '../../support/registries.ts'

function guarded(options: FetchOptions = {}, registryOptions: RegistryOptions = {}) {
  const registry = createRegistry(registryOptions)
  const calls = (name: string) => registry.breaker(name).stats().calls
  return { registry, calls, get: createFetch(registry, options) }
}

describe('an answer', () => {
  it('of 200 is a success of its origin, and is the response that fetch gives', async () => {
    const { origin } = await serveStatus(200, { 'x-by': 'server' })
    const { registry, calls, get } = guarded()
    const response = await get(`${origin}/path?query`)
    expect(response).toBeInstanceOf(Response)
    expect(response.url).toBe(`${origin}/path?query`)
    expect(response.headers.get('x-by')).toBe('server')
    expect(await response.text()).toBe('body')
    expect(statesIn(registry)).toEqual([{ endpoint: origin, state: 'closed' }])
    expect(calls(origin)).toMatchObject({ allowed: 1, succeeded: 1, failed: 0 })
  })

  it('of 4xx is a success, for the server works', async () => {
    const { origin } = await serveStatus(404)
    const { calls, get } = guarded()
    expect((await get(origin)).status).toBe(404)
    expect(calls(origin)).toMatchObject({ succeeded: 1, failed: 0 })
  })

  it('of 5xx is a failure, and is given to the caller as by fetch', async () => {
    const { origin, asked } = await serveStatus(500)
    const { registry, calls, get } = guarded({}, { policy: { failureThreshold: 2 } })
    const failures = hear(registry, 'failure')
    for (let n = 0; n < 2; n++) expect(await (await get(origin)).text()).toBe('body')
    expect(calls(origin)).toMatchObject({ failed: 2 })
    expect(failures[0]?.error).toMatchObject({ name: 'HttpStatusError', code: 'HTTP_STATUS', status: 500 })
    expect(failures[0]?.error).toMatchObject({ endpoint: origin, message: 'the server answered 500' })
    expect(await errorOf(get(origin))).toMatchObject({ code: 'BREAKER_OPEN', endpoint: origin, state: 'open' })
    expect(calls(origin).rejected).toBe(1)
    expect(asked).toHaveLength(2)
  })

  it('is what isFailure says, which leaves the rest to the rule', async () => {
    const { origin } = await serve(({ url }, response) => response.writeHead(Number(url?.slice(1))).end())
    const isFailure = ({ status }: Response) => (status === 500 ? false : status === 404 ? true : undefined)
    const { calls, get } = guarded({ isFailure: { value: isFailure } })
    for (const status of [200, 404, 500, 502]) expect((await get(`${origin}/${status}`)).status).toBe(status)
    expect(calls(origin)).toMatchObject({ succeeded: 2, failed: 2 })
  })

  it.each([
    ['throws', () => JSON.parse('{')],
    ['gives a promise', async () => true],
  ])('is a failure when isFailure %s, with an event, and reaches the caller', async (_, isFailure) => {
    const { origin } = await serveStatus(200)
    const { calls, get, registry } = guarded({ isFailure: isFailure as () => boolean })
    const errors = hear(registry, 'error')
    expect((await get(origin)).status).toBe(200)
    expect(calls(origin)).toMatchObject({ failed: 1 })
    const error = expect.objectContaining({ message: expect.stringMatching(/JSON|isFailure must answer/) })
    expect(errors).toEqual([{ source: 'isFailure', endpoint: origin, error }])
  })
})

describe('isFailure of createFetch', () => {
  it('takes what isFailure of a policy takes, and is handed the same (R51)', async () => {
    const { origin } = await serve(({ url }, response) => response.writeHead(Number(url?.slice(1))).end())
    const told: unknown[] = []
    const isFailure = (outcome: Outcome) => {
      told.push(Object.keys(outcome))
      return 'error' in outcome ? false : (outcome.value as Response).status === 404
    }
    const { calls, get } = guarded({ isFailure })
    for (const status of [404, 500]) await get(`${origin}/${status}`)
    expect(calls(origin)).toMatchObject({ succeeded: 1, failed: 1 })
    const dead = await deadOrigin()
    await errorOf(get(dead))
    expect(calls(dead)).toMatchObject({ succeeded: 1, failed: 0 })
    expect(told).toEqual([...Array(2).fill(['value', 'durationMs']), ['error', 'durationMs']])
  })

  it('with a rule for errors alone leaves answers to their status, and a rule is told how long it took (R51)', async () => {
    const { origin } = await serveStatus(503)
    const lengths: number[] = []
    const error = (_: unknown, durationMs: number) => void lengths.push(durationMs)
    const { calls, get } = guarded({ isFailure: { error } })
    await get(origin)
    expect(calls(origin)).toMatchObject({ failed: 1 })
    const dead = await deadOrigin()
    await errorOf(get(dead))
    expect(calls(dead), 'undefined: as usual').toMatchObject({ failed: 1 })
    expect(lengths).toEqual([expect.any(Number)])
    expect(lengths[0]).toBeGreaterThanOrEqual(0)
  })

  it('that takes the outcome for the response is told so, and nothing passes for a success (R51)', async () => {
    const { origin } = await serveStatus(503)
    const wrong = ((response: Response) => response.status >= 500) as unknown as () => boolean
    const { calls, get, registry } = guarded({ isFailure: wrong })
    const errors = hear(registry, 'error')
    for (let times = 0; times < 3; times++) await get(origin)
    expect(calls(origin)).toMatchObject({ failed: 3, succeeded: 0 })
    expect(errors).toHaveLength(3)
    expect(errors[0]).toMatchObject({
      ...{ source: 'isFailure', endpoint: origin },
      error: { message: expect.stringContaining('an outcome has no status: it is { value, durationMs }') },
    })
  })
})

describe('a failure', () => {
  it('is a connection that is refused; the caller gets the error of fetch', async () => {
    const origin = await deadOrigin()
    const { calls, get } = guarded()
    expect(await errorOf(get(origin))).toMatchObject({ name: 'TypeError', cause: { code: 'ECONNREFUSED' } })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it('is a connection that is reset', async () => {
    const origin = await serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const { calls, get } = guarded()
    expect(await errorOf(get(origin))).toBeInstanceOf(TypeError)
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it.each([
    ['hangs', () => {}],
    ['is slow with its headers', (socket: { write(text: string): void }) => socket.write('HTTP/1.1 200 OK\r\nx-a: ')],
  ])('is a server that %s for longer than the timeout, which aborts the request', async (_, begin) => {
    let closed: () => void = () => {}
    const disconnected = new Promise<void>((resolve) => {
      closed = resolve
    })
    const origin = await serveSockets((socket) => {
      socket.once('close', closed)
      socket.once('data', () => begin(socket))
    })
    const { registry, calls, get } = guarded({ timeout: 40 })
    const timeouts = hear(registry, 'timeout')
    expect(await errorOf(get(origin))).toMatchObject({ code: 'CALL_TIMEOUT', timeoutMs: 40, endpoint: origin })
    await disconnected
    expect(calls(origin)).toMatchObject({ failed: 1 })
    expect(timeouts).toHaveLength(1)
  })

  it('is one that takes longer than the timeout of the policy, unless the option says null', async () => {
    const origin = await serveSockets((socket) => {
      socket.once('data', () => setTimeout(() => socket.end('HTTP/1.1 204 No Content\r\n\r\n'), 60))
    })
    const { registry, get } = guarded({}, { policy: { timeout: 20 } })
    expect(await errorOf(get(origin))).toMatchObject({ code: 'CALL_TIMEOUT', timeoutMs: 20 })
    expect((await createFetch(registry, { timeout: null })(origin)).status).toBe(204)
  })

  it('is none once the headers are there: the body may take longer', async () => {
    const { origin } = await serve((_, response) => {
      response.write('begun')
      setTimeout(() => response.end(', ended'), 120)
    })
    const { calls, get } = guarded({ timeout: 80 })
    expect(await (await get(origin)).text()).toBe('begun, ended')
    expect(calls(origin)).toMatchObject({ succeeded: 1, failed: 0 })
  })

  it('is a fetch that does not listen to its signal: the caller need not wait for it', async () => {
    const { registry, calls, get } = guarded({ timeout: 10, fetch: () => new Promise(() => {}) })
    expect(await errorOf(get('http://a.test'))).toMatchObject({ code: 'CALL_TIMEOUT' })
    expect(calls('http://a.test')).toMatchObject({ failed: 1 })
    expect(registry.list()).toHaveLength(1)
  })

  it('is a fetch that gives no response', async () => {
    const { calls, get } = guarded({ fetch: (async () => undefined) as unknown as typeof fetch })
    expect(await errorOf(get('http://a.test'))).toBeInstanceOf(TypeError)
    expect(calls('http://a.test')).toMatchObject({ failed: 1 })
  })

  it('behind a redirect is one of the origin that was asked', async () => {
    const dead = await deadOrigin()
    const { origin } = await serveStatus(302, { location: dead })
    const { registry, calls, get } = guarded()
    expect(await errorOf(get(origin))).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    expect(calls(origin)).toMatchObject({ failed: 1 })
    expect(registry.has(dead)).toBe(false)
  })
})

describe('the abort of the caller', () => {
  it.each(['init', 'Request'])('is ignored, and rejects with his reason (signal of the %s)', async (way) => {
    let abort = () => {}
    const { origin } = await serve(() => abort())
    const { calls, get } = guarded({ timeout: '10s' })
    const controller = new AbortController()
    const reason = new Error('the user left')
    abort = () => controller.abort(reason)
    const { signal } = controller
    const asked = way === 'init' ? get(origin, { signal }) : get(new Request(origin, { signal }))
    expect(await errorOf(asked)).toBe(reason)
    expect(calls(origin)).toMatchObject({ allowed: 1, ignored: 1, failed: 0 })
  })

  it('before the request makes no breaker', async () => {
    const { registry, get } = guarded()
    expect(await errorOf(get('http://a.test', { signal: AbortSignal.abort() }))).toMatchObject({ name: 'AbortError' })
    expect(registry.list()).toEqual([])
  })

  it('by AbortSignal.timeout is a failure: the server did not answer in time', async () => {
    const { origin } = await serve(() => {})
    const { calls, get } = guarded()
    const signal = AbortSignal.timeout(20)
    expect(await errorOf(get(origin, { signal }))).toMatchObject({ name: 'TimeoutError' })
    expect(calls(origin)).toMatchObject({ failed: 1, ignored: 0 })
  })

  it('after the headers still ends the body', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { calls, get } = guarded({ timeout: '10s' })
    const controller = new AbortController()
    const response = await get(origin, { signal: controller.signal })
    controller.abort()
    expect(await errorOf(response.text())).toMatchObject({ name: 'AbortError' })
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
  })
})

describe('a request', () => {
  it('may be a URL, a Request, or an address with a body that streams', async () => {
    const { origin } = await serve((request, response) => request.pipe(response))
    const { calls, get } = guarded()
    expect(await (await get(new URL(origin), { method: 'PUT', body: 'a' })).text()).toBe('a')
    expect(await (await get(new Request(origin, { method: 'POST', body: 'b' }))).text()).toBe('b')
    const body = new Blob(['c']).stream()
    expect(await (await get(origin, { method: 'POST', body, duplex: 'half' })).text()).toBe('c')
    expect(calls(origin)).toMatchObject({ succeeded: 3 })
  })

  it.each([
    ['a method', { method: 'no method' }],
    ['a header', { headers: { 'no header': 'x' } }],
    ['a body for GET', { body: 'x' }],
  ])('with %s that fetch refuses is a mistake of the caller, and counts neither way', async (_, init) => {
    const { origin } = await serveStatus(200)
    const { calls, get } = guarded()
    expect(await errorOf(get(origin, init as RequestInit))).toBeInstanceOf(TypeError)
    expect(calls(origin)).toMatchObject({ failed: 0, ignored: 1 })
  })

  it('that is none gets the error of fetch, and nothing is counted', async () => {
    const { registry, get } = guarded()
    expect(await errorOf(get('not a url'))).toBeInstanceOf(TypeError)
    expect(await errorOf(get(null as unknown as string))).toBeInstanceOf(TypeError)
    expect(registry.list()).toEqual([])
  })

  it('for data goes unguarded', async () => {
    const { registry, get } = guarded()
    expect(await (await get('data:,hello')).text()).toBe('hello')
    expect(registry.list()).toEqual([])
  })

  it('of an origin however it is written has one breaker', async () => {
    const answer = async () => new Response()
    const { registry, get } = guarded({ fetch: answer })
    for (const url of ['HTTPS://A.test:443/x', 'https://user:secret@a.test', 'https://a.test/y#z']) await get(url)
    expect(statesIn(registry)).toEqual([{ endpoint: 'https://a.test', state: 'closed' }])
  })

  it('after close() of the registry is refused', async () => {
    const { registry, get } = guarded({ fetch: async () => new Response() })
    await get('http://a.test')
    await registry.close()
    expect(await errorOf(get('http://a.test'))).toMatchObject({ code: 'REGISTRY_CLOSED' })
    expect(await errorOf(get('http://b.test'))).toMatchObject({ code: 'REGISTRY_CLOSED' })
  })
})

describe('half-open', () => {
  it('one request probes, and closes the breaker', async () => {
    const { origin } = await serveStatus(200)
    const { registry, clock } = newRegistry({ policy: { successThreshold: 1 } })
    const get = createFetch(registry)
    registry.breaker(origin).trip()
    clock.advance(30_000)
    const [one, other] = await Promise.allSettled([get(origin), get(origin)])
    expect(one).toMatchObject({ status: 'fulfilled' })
    expect(other).toMatchObject({ status: 'rejected', reason: { code: 'BREAKER_OPEN', state: 'halfOpen' } })
    expect(registry.state(origin)).toBe('closed')
  })

  it('a probe that is called off gives its permit back', async () => {
    const { origin } = await serve((_, response) => arrived() && response.end())
    const { registry, clock } = newRegistry({ policy: { successThreshold: 1 } })
    const get = createFetch(registry)
    const controller = new AbortController()
    const arrived = () => controller.abort() ?? true
    registry.breaker(origin).trip()
    clock.advance(30_000)
    await errorOf(get(origin, { signal: controller.signal }))
    expect(registry.breaker(origin)).toMatchObject({ state: 'halfOpen' })
    expect(registry.breaker(origin).allows()).toBe(true)
  })
})
