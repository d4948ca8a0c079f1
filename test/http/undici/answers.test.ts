// The interceptor in a real dispatcher, against real servers: what counts as a failure, by the rules that createFetch has.
import { Agent, request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { breakerInterceptor } from '../../../src/http/undici/index.ts'
import { createRegistry } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { deadOrigin, serve, serveSockets, serveStatus } from '../../support/http-server.ts'
import { hear, newRegistry } from '../../support/registries.ts'
import { composed, get, guarded, HOOKS } from './dispatchers.ts'

describe.each(HOOKS)('an answer (told by the $hooks hooks)', ({ behind }) => {
  it.each([
    [200, { succeeded: 1, failed: 0 }],
    [404, { succeeded: 1, failed: 0 }],
    [500, { succeeded: 0, failed: 1 }],
    [503, { succeeded: 0, failed: 1 }],
  ])('of %i reaches the caller, and is counted', async (status, counted) => {
    const { origin } = await serveStatus(status)
    const { dispatcher, calls } = guarded({}, {}, ...behind)
    expect(await get(`${origin}/path`, dispatcher)).toEqual([status, 'body'])
    expect(calls(origin)).toMatchObject({ allowed: 1, ...counted })
  })

  it('is what isFailure says', async () => {
    const { origin } = await serveStatus(404, { 'x-a': 'b' })
    const { dispatcher, calls } = guarded({
      isFailure: { value: ({ statusCode, headers }) => statusCode === 404 && headers['x-a'] === 'b' },
    })
    await get(origin, dispatcher)
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it.each(['120', new Date(Date.now() + 120_000).toUTCString()])('of 429 with Retry-After: %s opens', async (value) => {
    const { origin, asked } = await serveStatus(429, { 'retry-after': value })
    const { registry } = newRegistry()
    const dispatcher = composed(registry, {}, ...behind)
    expect(await get(origin, dispatcher)).toEqual([429, 'body'])
    const error = await errorOf(get(origin, dispatcher))
    expect(error).toMatchObject({ code: 'BREAKER_OPEN', endpoint: origin })
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(100_000)
    expect(asked).toHaveLength(1)
  })

  it.each(['-1', '1e99'])('of 429 with Retry-After: %s is an answer like any other', async (value) => {
    const { origin } = await serveStatus(429, { 'retry-after': value })
    const { dispatcher, registry } = guarded({}, {}, ...behind)
    await get(origin, dispatcher)
    expect(registry.state(origin)).toBe('closed')
  })

  it('after an early hint is judged by itself', async () => {
    const { origin } = await serve((_, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.writeHead(500).end()
    })
    const { dispatcher, calls } = guarded({}, {}, ...behind)
    expect(await get(origin, dispatcher)).toEqual([500, ''])
    expect(calls(origin)).toMatchObject({ failed: 1, succeeded: 0 })
  })
})

describe.each(HOOKS)('a failure (told by the $hooks hooks)', ({ behind }) => {
  it('is a connection that is refused', async () => {
    const origin = await deadOrigin()
    const { dispatcher, calls } = guarded({}, { policy: { failureThreshold: 2 } }, ...behind)
    for (let n = 0; n < 2; n++) expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'ECONNREFUSED' })
    expect(calls(origin)).toMatchObject({ failed: 2 })
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'BREAKER_OPEN' })
    expect(calls(origin)).toMatchObject({ failed: 2, rejected: 1 })
  })

  it('is a connection that is reset', async () => {
    const origin = await serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const { dispatcher, calls } = guarded({}, {}, ...behind)
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
    const { registry, dispatcher, calls } = guarded({ timeout: 40 }, {}, ...behind)
    const timeouts = hear(registry, 'timeout')
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'CALL_TIMEOUT', timeoutMs: 40 })
    await disconnected
    expect(calls(origin)).toMatchObject({ failed: 1, ignored: 0 })
    expect(timeouts).toHaveLength(1)
  })

  it('is a request that waits for a connection for longer than the timeout, and is never sent', async () => {
    // One connection, which another request keeps.
    let finish = () => {}
    const { origin, asked } = await serve(({ url }, response) => {
      if (url === '/slow') finish = () => response.end()
      else response.end()
    })
    const registry = createRegistry({ policy: { timeout: 60 } })
    const agent = new Agent({ connections: 1, pipelining: 1 })
    onTestFinished(() => agent.destroy())
    const slow = request(`${origin}/slow`, { dispatcher: agent })
    const dispatcher = agent.compose(breakerInterceptor(registry), ...behind)
    const error = await new Promise((onError) => {
      // One of undici's own would see to it that it is not sent, for it has ended.
      const hooks = {
        onConnect() {},
        onHeaders: () => true,
        onData: () => true,
        onComplete() {},
        onUpgrade() {},
        onError,
      }
      dispatcher.dispatch({ origin, path: '/waiting', method: 'GET' }, hooks)
    })
    expect(error).toMatchObject({ code: 'CALL_TIMEOUT' })
    finish()
    await (await slow).body.dump()
    await (await request(`${origin}/after`, { dispatcher: agent })).body.dump()
    expect(asked).toEqual(['/slow', '/after'])
    expect(registry.breaker(origin).stats().calls).toMatchObject({ allowed: 1, failed: 1, late: 0, ignored: 0 })
  })

  it('is none once the headers are there: the body may take longer', async () => {
    const { origin } = await serve((_, response) => {
      response.write('begun')
      setTimeout(() => response.end(', ended'), 120)
    })
    const { dispatcher, calls } = guarded({ timeout: 80 }, {}, ...behind)
    expect(await get(origin, dispatcher)).toEqual([200, 'begun, ended'])
    expect(calls(origin)).toMatchObject({ succeeded: 1, failed: 0 })
  })

  it.each([
    [true, { succeeded: 0, failed: 1 }],
    [false, { succeeded: 1, failed: 0 }],
  ])('is a body that breaks off, with watchBody: %s', async (watchBody, counted) => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('begun', () => response.destroy())
    })
    const { dispatcher, calls } = guarded({ watchBody }, {}, ...behind)
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'UND_ERR_SOCKET' })
    expect(calls(origin)).toMatchObject(counted)
  })

  it('is a body that stalls for longer than the timeout, with watchBody', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { dispatcher, calls } = guarded({ watchBody: true, timeout: 60 }, {}, ...behind)
    expect(await errorOf(get(origin, dispatcher))).toMatchObject({ code: 'CALL_TIMEOUT' })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it('is none where a body is complete in time', async () => {
    const { origin } = await serveStatus(200)
    const { dispatcher, calls } = guarded({ watchBody: true, timeout: '10s' }, {}, ...behind)
    expect(await get(origin, dispatcher)).toEqual([200, 'body'])
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
  })
})
