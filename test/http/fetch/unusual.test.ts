// What fetch may be called with besides an address: spent bodies, streams, other dispatchers, redirects that are not followed.
import { Agent } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFetch, type FetchOptions } from '../../../src/http/fetch/index.ts'
import { createRegistry, type RegistryOptions } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { serve, serveSockets, serveStatus } from '../../support/http-server.ts'

function guarded(options: FetchOptions = {}, registryOptions: RegistryOptions = {}) {
  const registry = createRegistry(registryOptions)
  const calls = (name: string) => registry.breaker(name).stats().calls
  return { registry, calls, get: createFetch(registry, options) }
}

const echo = () => serve((request, response) => request.pipe(response))
const streamOf = (text: string) => new Blob([text]).stream()

describe('a body', () => {
  it('of a Request that was sent before is a mistake of the caller, and nothing is counted', async () => {
    const { origin, asked } = await echo()
    const { calls, get } = guarded()
    const request = new Request(origin, { method: 'POST', body: 'once' })
    expect(await (await get(request)).text()).toBe('once')
    expect(await errorOf(get(request))).toBeInstanceOf(TypeError)
    expect(await (await get(request, { body: 'another' })).text()).toBe('another')
    expect(calls(origin)).toMatchObject({ allowed: 2, succeeded: 2, failed: 0 })
    expect(asked).toHaveLength(2)
  })

  it('of a Request that somebody reads is one, too', async () => {
    const { registry, get } = guarded()
    const request = new Request('http://a.test', { method: 'POST', body: streamOf('a'), duplex: 'half' })
    request.body?.getReader()
    expect(await errorOf(get(request))).toBeInstanceOf(TypeError)
    expect(registry.list()).toEqual([])
  })

  it.each([
    ['a stream that was read', async () => ({ method: 'POST', body: await readStream(), duplex: 'half' })],
    ['a stream without duplex', async () => ({ method: 'POST', body: streamOf('a') })],
    ['a Blob for GET', async () => ({ body: new Blob(['a']) })],
    ['a form for HEAD', async () => ({ method: 'HEAD', body: new FormData() })],
  ])('that fetch refuses counts neither way: %s', async (_, init) => {
    const { origin, asked } = await echo()
    const { calls, get } = guarded({ timeout: '10s' })
    expect(await errorOf(get(origin, (await init()) as RequestInit))).toBeInstanceOf(TypeError)
    expect(calls(origin)).toMatchObject({ failed: 0, ignored: 1 })
    expect(asked).toEqual([])
  })

  it('in a stream that a server cuts off is a failure of the server', async () => {
    const origin = await serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const { calls, get } = guarded()
    const body = streamOf('streamed')
    expect(await errorOf(get(origin, { method: 'POST', body, duplex: 'half' }))).toMatchObject({ name: 'TypeError' })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it('of a Request that a browser could not send is no mistake, though the error names no cause', async () => {
    const fail: typeof fetch = async (input) => {
      await (input as Request).text()
      throw new TypeError('Failed to fetch')
    }
    const { calls, get } = guarded({ fetch: fail })
    await errorOf(get(new Request('http://a.test', { method: 'POST', body: 'a' })))
    expect(calls('http://a.test')).toMatchObject({ failed: 1, ignored: 0 })
  })

  it.each([null, '10s'] as const)(
    'in a stream is sent once, and keepalive is handed on (timeout: %s)',
    async (timeout) => {
      const { origin } = await echo()
      const { calls, get } = guarded({ timeout })
      const response = await get(origin, { method: 'POST', body: streamOf('streamed'), duplex: 'half' })
      expect(await response.text()).toBe('streamed')
      expect((await get(origin, { keepalive: true })).status).toBe(200)
      expect(calls(origin)).toMatchObject({ succeeded: 2 })
    },
  )
})

async function readStream(): Promise<ReadableStream> {
  const stream = streamOf('a')
  const reader = stream.getReader()
  while (!(await reader.read()).done);
  reader.releaseLock()
  return stream
}

describe('a redirect', () => {
  const redirects = () =>
    serve(({ url }, response) => response.writeHead(url === '/' ? 302 : 200, { location: '/there' }).end())

  it('that is not followed is an answer', async () => {
    const { origin, asked } = await redirects()
    const { calls, get } = guarded({ watchBody: true })
    const response = await get(origin, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/there'])
    await response.text()
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
    expect(asked).toEqual(['/'])
  })

  it('that is forbidden fails, as all that fetch calls an error of the network', async () => {
    const { origin } = await redirects()
    const { calls, get } = guarded()
    expect(await errorOf(get(origin, { redirect: 'error' }))).toMatchObject({ message: 'fetch failed' })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })
})

it('a dispatcher of its own reaches fetch', async () => {
  const { origin } = await serveStatus(200)
  const agent = new Agent()
  onTestFinished(() => agent.destroy())
  let dispatched = 0
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    dispatched++
    return dispatch(options, handler)
  })
  for (const timeout of [null, '10s'] as const) {
    const { calls, get } = guarded({ timeout })
    expect((await get(origin, { dispatcher } as unknown as RequestInit)).status).toBe(200)
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
  }
  expect(dispatched).toBe(2)
})

it('an address of a blob goes unguarded', async () => {
  const { registry, get } = guarded()
  const address = URL.createObjectURL(new Blob(['hello']))
  onTestFinished(() => URL.revokeObjectURL(address))
  expect(await (await get(address)).text()).toBe('hello')
  expect(registry.list()).toEqual([])
})

it('an answer that a fetch gives at once is one, with a timeout, too', async () => {
  for (const timeout of [null, '10s'] as const) {
    const { calls, get } = guarded({ timeout, fetch: (() => new Response('now')) as unknown as typeof fetch })
    expect(await (await get('http://a.test')).text()).toBe('now')
    expect(calls('http://a.test')).toMatchObject({ succeeded: 1 })
  }
})

it.each([204, 205, 304])('an answer of %i, which has no body, is complete with watchBody', async (status) => {
  const { origin } = await serve((_, response) => response.writeHead(status).end())
  const { calls, get } = guarded({ watchBody: true })
  expect((await get(origin)).status).toBe(status)
  expect((await get(origin, { method: 'HEAD' })).body).toBeNull()
  expect(calls(origin)).toMatchObject({ succeeded: 2 })
})

it('a key of a megabyte is a name, and no message repeats it', async () => {
  const name = 'x'.repeat(2 ** 20)
  const { registry, get } = guarded({ key: () => name, fetch: async () => new Response() })
  await get('http://a.test')
  registry.breaker(name).trip()
  const error = (await errorOf(get('http://a.test'))) as Error
  expect(error).toMatchObject({ code: 'BREAKER_OPEN', endpoint: name })
  expect(error.message.length).toBeLessThan(1_000)
})

it.each([
  ['an empty Retry-After', ''],
  ['several', ['10', '20']],
])('an answer of 429 with %s is one like any other', async (_, value) => {
  const { origin } = await serve((_, response) => response.setHeader('retry-after', value).writeHead(429).end())
  const { registry, calls, get } = guarded()
  await get(origin)
  expect(registry.state(origin)).toBe('closed')
  expect(calls(origin)).toMatchObject({ succeeded: 1 })
})
