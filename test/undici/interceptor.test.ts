// The interceptor in real dispatchers, against real servers; by the rules that createFetch has.
import { once } from 'node:events'
import {
  Agent,
  Client,
  type Dispatcher,
  getGlobalDispatcher,
  interceptors,
  MockAgent,
  request,
  setGlobalDispatcher,
  fetch as undiciFetch,
} from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createRegistry, type RegistryOptions } from '../../src/index.ts'
import { breakerInterceptor, type InterceptorOptions } from '../../src/undici/index.ts'
import { errorOf, thrownBy } from '../support/calls.ts'
import { deadOrigin, serve, serveSockets, serveStatus } from '../support/http-server.ts'
import { hear, newRegistry } from '../support/registries.ts'

type Interceptor = Dispatcher.DispatcherComposeInterceptor

function guarded(options: InterceptorOptions = {}, given: RegistryOptions = {}, ...others: Interceptor[]) {
  const registry = createRegistry(given)
  const dispatcher = composed(registry, options, ...others)
  return { registry, dispatcher, calls: (name: string) => registry.breaker(name).stats().calls }
}

function composed(
  registry: ReturnType<typeof createRegistry>,
  options: InterceptorOptions = {},
  ...others: Interceptor[]
) {
  const agent = new Agent()
  onTestFinished(() => agent.destroy())
  return agent.compose(breakerInterceptor(registry, options), ...others)
}

async function get(url: string, dispatcher: Dispatcher) {
  const { statusCode, body } = await request(url, { dispatcher })
  return [statusCode, await body.text()]
}

describe('an answer', () => {
  it.each([
    [200, { succeeded: 1, failed: 0 }],
    [404, { succeeded: 1, failed: 0 }],
    [500, { succeeded: 0, failed: 1 }],
    [503, { succeeded: 0, failed: 1 }],
  ])('of %i reaches the caller, and is counted', async (status, counted) => {
    const { origin } = await serveStatus(status)
    const { dispatcher, calls } = guarded()
    expect(await get(`${origin}/path`, dispatcher)).toEqual([status, 'body'])
    expect(calls(origin)).toMatchObject({ allowed: 1, ...counted })
  })

  it('is what isFailure says', async () => {
    const { origin } = await serveStatus(404, { 'x-a': 'b' })
    const { dispatcher, calls } = guarded({
      isFailure: ({ statusCode, headers }) => statusCode === 404 && headers['x-a'] === 'b',
    })
    await get(origin, dispatcher)
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it.each(['120', new Date(Date.now() + 120_000).toUTCString()])('of 429 with Retry-After: %s opens', async (value) => {
    const { origin, asked } = await serveStatus(429, { 'retry-after': value })
    const { registry } = newRegistry()
    const dispatcher = composed(registry)
    expect(await get(origin, dispatcher)).toEqual([429, 'body'])
    const error = await errorOf(get(origin, dispatcher))
    expect(error).toMatchObject({ code: 'BREAKER_OPEN', endpoint: origin })
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(100_000)
    expect(asked).toHaveLength(1)
  })

  it.each(['-1', '1e99'])('of 429 with Retry-After: %s is an answer like any other', async (value) => {
    const { origin } = await serveStatus(429, { 'retry-after': value })
    const { dispatcher, registry } = guarded()
    await get(origin, dispatcher)
    expect(registry.state(origin)).toBe('closed')
  })

  it('after an early hint is judged by itself', async () => {
    const { origin } = await serve((_, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.writeHead(500).end()
    })
    const { dispatcher, calls } = guarded()
    expect(await get(origin, dispatcher)).toEqual([500, ''])
    expect(calls(origin)).toMatchObject({ failed: 1, succeeded: 0 })
  })
})

describe('a failure', () => {
  it('is a connection that is refused', async () => {
    const origin = await deadOrigin()
    const { dispatcher, calls } = guarded({}, { policy: { failureThreshold: 2 } })
    for (let n = 0; n < 2; n++) expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'ECONNREFUSED' })
    expect(calls(origin)).toMatchObject({ failed: 2 })
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'BREAKER_OPEN' })
    expect(calls(origin)).toMatchObject({ failed: 2, rejected: 1 })
  })

  it('is a connection that is reset', async () => {
    const origin = await serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const { dispatcher, calls } = guarded()
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'ECONNRESET' })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it.each([
    ['hangs', () => {}],
    ['is slow with its headers', (socket: { write(text: string): void }) => socket.write('HTTP/1.1 200 OK\r\nx-a: ')],
  ])('is a server that %s for longer than the timeout, which ends the connection', async (_, begin) => {
    let closed = () => {}
    const disconnected = new Promise<void>((resolve) => {
      closed = resolve
    })
    const origin = await serveSockets((socket) => {
      socket.once('close', closed)
      socket.once('data', () => begin(socket))
    })
    const { registry, dispatcher, calls } = guarded({ timeout: 40 })
    const timeouts = hear(registry, 'timeout')
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'CALL_TIMEOUT', timeoutMs: 40 })
    await disconnected
    expect(calls(origin)).toMatchObject({ failed: 1, ignored: 0 })
    expect(timeouts).toHaveLength(1)
  })

  it('is a request that waits for a connection for longer than the timeout', async () => {
    // One connection, which another request keeps.
    const { origin } = await serve(() => {})
    const registry = createRegistry({ policy: { timeout: 40 } })
    const agent = new Agent({ connections: 1, pipelining: 1 })
    onTestFinished(() => agent.destroy())
    const blocking = errorOf(request(origin, { dispatcher: agent }))
    expect(await errorOf(get(origin, agent.compose(breakerInterceptor(registry))))).toMatchObject({
      code: 'CALL_TIMEOUT',
    })
    expect(registry.breaker(origin).stats().calls).toMatchObject({ failed: 1 })
    await agent.destroy()
    await blocking
    expect(registry.breaker(origin).stats().calls).toMatchObject({ allowed: 1, failed: 1, late: 0, ignored: 0 })
  })

  it.each([
    [true, { succeeded: 0, failed: 1 }],
    [false, { succeeded: 1, failed: 0 }],
  ])('is a body that breaks off, with watchBody: %s', async (watchBody, counted) => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('begun', () => response.destroy())
    })
    const { dispatcher, calls } = guarded({ watchBody })
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'UND_ERR_SOCKET' })
    expect(calls(origin)).toMatchObject(counted)
  })

  it('is a body that stalls for longer than the timeout, with watchBody', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { dispatcher, calls } = guarded({ watchBody: true, timeout: 60 })
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'CALL_TIMEOUT' })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it('is none where a body is complete in time', async () => {
    const { origin } = await serveStatus(200)
    const { dispatcher, calls } = guarded({ watchBody: true, timeout: '10s' })
    expect(await get(origin, dispatcher)).toEqual([200, 'body'])
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
  })
})

describe('what is no fault of the server counts neither way', () => {
  it('an abort by the caller', async () => {
    const controller = new AbortController()
    const { origin } = await serve(() => controller.abort(new Error('the user left')))
    const { dispatcher, calls } = guarded()
    const { signal } = controller
    expect(await errorOf(request(origin, { dispatcher, signal }))).toEqual(new Error('the user left'))
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('but his deadline is a failure', async () => {
    const { origin } = await serve(() => {})
    const { dispatcher, calls } = guarded()
    const signal = AbortSignal.timeout(20)
    expect(await errorOf(request(origin, { dispatcher, signal }))).toMatchObject({ name: 'TimeoutError' })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it('a body that he destroys, with watchBody', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { registry, dispatcher, calls } = guarded({ watchBody: true })
    const ignored = new Promise((resolve) => registry.on('ignored', resolve))
    const { body } = await request(origin, { dispatcher })
    body.on('error', () => {}).destroy()
    await ignored
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('a request that undici refuses', async () => {
    const { origin } = await serveStatus(200)
    const { dispatcher, calls } = guarded()
    const headers = { 'no header': 'x' }
    expect(await errorOf(request(origin, { dispatcher, headers }))).toMatchObject({ code: 'UND_ERR_INVALID_ARG' })
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('a dispatcher that is closed', async () => {
    const registry = createRegistry()
    const agent = new Agent()
    const dispatcher = agent.compose(breakerInterceptor(registry))
    await agent.close()
    expect(await errorOf(request('http://a.test', { dispatcher }))).toMatchObject({
      code: expect.stringMatching(/UND_ERR_(CLOSED|DESTROYED)/),
    })
    expect(registry.breaker('http://a.test').stats().calls).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('a request that the mocks of a test do not know', async () => {
    const registry = createRegistry()
    const agent = new MockAgent()
    onTestFinished(() => agent.close())
    agent.disableNetConnect()
    const dispatcher = agent.compose(breakerInterceptor(registry))
    expect(await errorOf(request('http://a.test', { dispatcher }))).toMatchObject({
      code: 'UND_MOCK_ERR_MOCK_NOT_MATCHED',
    })
    expect(registry.breaker('http://a.test').stats().calls).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('a dispatcher that throws: the caller gets what it threw', () => {
    const registry = createRegistry()
    const dispatch = breakerInterceptor(registry)(() => {
      throw new Error('a mistake in an interceptor')
    })
    const told: unknown[] = []
    const handler = { onResponseError: (_: unknown, error: Error) => told.push(error.message) }
    dispatch({ origin: 'http://a.test', path: '/', method: 'GET' }, handler)
    expect(told).toEqual(['a mistake in an interceptor'])
    expect(registry.breaker('http://a.test').stats().calls).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('a handler that throws when it is told of the end: a warning says so', async () => {
    const registry = createRegistry()
    registry.breaker('http://a.test').trip()
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const onResponseError = () => {
      throw new Error('a mistake in the handler of an error')
    }
    breakerInterceptor(registry)(() => true)({ origin: 'http://a.test', path: '/', method: 'GET' }, { onResponseError })
    expect((await warned).message).toBe('a mistake in the handler of an error')
  })

  it('a handler that throws', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { dispatcher, calls } = guarded({ watchBody: true })
    const thrown = new Error('a mistake in a handler')
    const told = new Promise((resolve) => {
      dispatcher.dispatch(
        { origin, path: '/', method: 'GET' },
        {
          onRequestStart() {},
          onResponseData() {
            throw thrown
          },
          onResponseError: (_, error) => resolve(error),
        },
      )
    })
    expect(await told).toBe(thrown)
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })
})

describe('every user of undici', () => {
  it('is covered by the global dispatcher: fetch of undici and of Node, request, stream; each counted once', async () => {
    const { origin } = await serveStatus(200)
    const { dispatcher, registry, calls } = guarded()
    const former = getGlobalDispatcher()
    setGlobalDispatcher(dispatcher)
    onTestFinished(() => setGlobalDispatcher(former))
    expect(await (await undiciFetch(origin)).text()).toBe('body')
    expect(await (await fetch(origin)).text()).toBe('body')
    expect(await (await request(origin)).body.text()).toBe('body')
    expect(calls(origin)).toMatchObject({ allowed: 3, succeeded: 3 })
    registry.breaker(origin).trip()
    expect(await errorOf(fetch(origin))).toMatchObject({ message: 'fetch failed', cause: { code: 'BREAKER_OPEN' } })
    expect(await errorOf(undiciFetch(origin))).toMatchObject({ cause: { code: 'BREAKER_OPEN' } })
  })

  it('with an abort of fetch is ignored', async () => {
    const controller = new AbortController()
    const { origin } = await serve(() => controller.abort())
    const { dispatcher, calls } = guarded()
    const { signal } = controller
    expect(await errorOf(undiciFetch(origin, { dispatcher, signal }))).toMatchObject({ name: 'AbortError' })
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('with an upload, a download in a stream and an upgrade', async () => {
    const { origin } = await serve((message, response) => message.pipe(response))
    const { dispatcher, calls } = guarded({ watchBody: true })
    const { body } = await request(origin, { dispatcher, method: 'POST', body: Buffer.alloc(300_000, 'x') })
    expect((await body.arrayBuffer()).byteLength).toBe(300_000)
    const sockets = await serveSockets((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: any\r\n\r\n'))
    })
    const { socket } = await dispatcher.upgrade({
      origin: sockets,
      path: '/',
      protocol: 'any',
    } as Dispatcher.UpgradeOptions)
    socket.destroy()
    await once(socket, 'close')
    expect([calls(origin), calls(sockets)]).toMatchObject([{ succeeded: 1 }, { succeeded: 1 }])
  })
})

describe('beside other interceptors', () => {
  it('under retry each attempt counts, and a rejection ends the attempts', async () => {
    const { origin, asked } = await serveStatus(500)
    const { dispatcher, calls } = guarded(
      {},
      { policy: { failureThreshold: 2 } },
      interceptors.retry({ minTimeout: 1, maxRetries: 5 }),
    )
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'BREAKER_OPEN' })
    expect(calls(origin)).toMatchObject({ failed: 2, rejected: 1 })
    expect(asked).toHaveLength(2)
  })

  it.each(['before', 'after'])(
    'a redirect to a dead host counts for the origin of each hop, or of the first (%s)',
    async (order) => {
      const dead = await deadOrigin()
      const { origin } = await serveStatus(302, { location: dead })
      const registry = createRegistry()
      const agent = new Agent()
      onTestFinished(() => agent.destroy())
      const redirect = interceptors.redirect({ maxRedirections: 3 })
      const breaker = breakerInterceptor(registry)
      const dispatcher = order === 'before' ? agent.compose(redirect, breaker) : agent.compose(breaker, redirect)
      expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'ECONNREFUSED' })
      const outcomes = registry
        .stats()
        .map(({ endpoint, calls: { succeeded, failed } }) => [endpoint, succeeded, failed])
      expect(outcomes).toEqual(
        order === 'before'
          ? [[origin, 0, 1]]
          : [
              [origin, 1, 0],
              [dead, 0, 1],
            ],
      )
    },
  )
})

describe('the name of the breaker', () => {
  it('is the origin, however it is written', async () => {
    const registry = createRegistry()
    const sent: unknown[] = []
    const dispatch = breakerInterceptor(registry)((options) => sent.push(options.origin) > 0)
    for (const origin of ['HTTP://A.test:80', 'http://a.test/', new URL('http://a.test/x')]) {
      dispatch({ origin, path: '/', method: 'GET' }, {})
    }
    expect(registry.list()).toEqual([{ endpoint: 'http://a.test', state: 'closed' }])
    expect(sent).toHaveLength(3)
  })

  it.each([
    ['a list', ['X-Tenant', 'one', 'x-a', 'b']],
    ['an object', { 'x-tenant': 'one' }],
    ['an object of lists', { 'x-tenant': ['one'] }],
    ['pairs', new Map([['x-tenant', 'one']])],
  ])('is what the key says of address, method and headers (%s)', async (_, headers) => {
    const registry = createRegistry()
    const key: InterceptorOptions['key'] = ({ url, method, headers }) =>
      `${method} ${url.href} ${headers.get('x-tenant')}`
    const dispatch = breakerInterceptor(registry, { key })(() => true)
    dispatch({ origin: 'http://a.test', path: '/b?c', method: 'PUT', headers }, {})
    expect(registry.has('PUT http://a.test/b?c one')).toBe(true)
  })

  it('needs a key for a Client, which does not tell its origin', async () => {
    const { origin } = await serveStatus(200)
    const registry = createRegistry()
    const client = new Client(origin)
    onTestFinished(() => client.destroy())
    const keyless = client.compose(breakerInterceptor(registry))
    const error = await errorOf(keyless.request({ path: '/', method: 'GET' } as Dispatcher.RequestOptions))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('give a key') })
    const keyed = client.compose(breakerInterceptor(registry, { key: () => 'shop' }))
    const { body } = await keyed.request({ path: '/', method: 'GET' } as Dispatcher.RequestOptions)
    await body.dump()
    expect(registry.list()).toEqual([{ endpoint: 'shop', state: 'closed' }])
  })

  it.each([() => 42, () => JSON.parse('{')])(
    'that is none is an error for the caller, and nothing is sent',
    async (key) => {
      const { origin, asked } = await serveStatus(200)
      const { registry, dispatcher } = guarded({ key: key as () => string })
      expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'INVALID_ARGUMENT' })
      expect([asked, registry.list()]).toEqual([[], []])
    },
  )

  it('of 10,000 origins is kept for the latest', () => {
    const { registry } = newRegistry()
    const handlers: Dispatcher.DispatchHandler[] = []
    const dispatch = breakerInterceptor(registry, { maxBreakers: 50 })((_, handler) => handlers.push(handler) > 0)
    const controller = { aborted: false, paused: false, reason: null, abort() {}, pause() {}, resume() {} }
    for (let n = 0; n < 10_000; n++) {
      dispatch({ origin: `http://host-${n}.test`, path: '/', method: 'GET' }, {})
      handlers.pop()?.onResponseStart?.(controller, 200, {})
    }
    expect(registry.list()).toHaveLength(50)
    for (const { endpoint } of registry.list()) registry.breaker(endpoint).trip()
    dispatch({ origin: 'http://one-more.test', path: '/', method: 'GET' }, {})
    expect(handlers).toHaveLength(1)
    expect(registry.has('http://one-more.test')).toBe(false)
  })
})

describe('half-open', () => {
  it('one request probes; another is rejected', async () => {
    const { origin } = await serveStatus(200)
    const { registry, clock } = newRegistry({ policy: { successThreshold: 1 } })
    const dispatcher = composed(registry)
    registry.breaker(origin).trip()
    clock.advance(30_000)
    const answers = await Promise.allSettled([get(origin, dispatcher), get(origin, dispatcher)])
    expect(answers).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'BREAKER_OPEN', state: 'halfOpen' } }])
    expect(registry.state(origin)).toBe('closed')
  })
})

it('after close() of the registry requests are refused', async () => {
  const { registry, dispatcher } = guarded()
  await registry.close()
  expect(await errorOf(get('http://a.test', dispatcher))).toMatchObject({ code: 'REGISTRY_CLOSED' })
})

it.each([
  [{ retryafter: 1 }, 'did you mean retryAfter?'],
  [{ timeout: 0 }, 'options.timeout: expected a duration above 0'],
  [{ fetch }, 'options.fetch: expected one of'],
])('wrong options are refused: %j', (options, message) => {
  const error = thrownBy(() => breakerInterceptor(createRegistry(), options as InterceptorOptions))
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) })
})
