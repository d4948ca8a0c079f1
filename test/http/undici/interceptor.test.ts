// Who is covered by the interceptor, beside which others, and by which breaker.
import { once } from 'node:events'
import {
  Agent,
  Client,
  type Dispatcher,
  getGlobalDispatcher,
  interceptors,
  request,
  setGlobalDispatcher,
  fetch as undiciFetch,
} from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { breakerInterceptor, type InterceptorOptions } from '../../../src/http/undici/index.ts'
import { createRegistry } from '../../../src/index.ts'
import { errorOf, thrownBy } from '../../support/calls.ts'
import { deadOrigin, serve, serveSockets, serveStatus } from '../../support/http-server.ts'
import { newRegistry, statesIn } from '../../support/registries.ts'
import { composed, get, guarded } from './dispatchers.ts'

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
    expect(statesIn(registry)).toEqual([{ endpoint: 'http://a.test', state: 'closed' }])
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
    expect(statesIn(registry)).toEqual([{ endpoint: 'shop', state: 'closed' }])
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
