// What an undici request may be besides a GET whose body is read: aborted early or late, of a wrong length, left lying.
import { Agent, interceptors, request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { breakerInterceptor } from '../../../src/http/undici/index.ts'
import { createRegistry } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { serve, serveStatus } from '../../support/http-server.ts'
import { get, guarded, HOOKS } from './dispatchers.ts'

describe.each(HOOKS)('a request (told by the $hooks hooks)', ({ behind }) => {
  it.each([
    ['an empty Retry-After', ''],
    ['several', ['10', '20']],
  ])('that is answered with 429 and %s is one like any other', async (_, value) => {
    const { origin } = await serve((_, response) => response.setHeader('retry-after', value).writeHead(429).end())
    const { registry, dispatcher, calls } = guarded({}, {}, ...behind)
    await get(origin, dispatcher)
    expect(registry.state(origin)).toBe('closed')
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
  })

  it('whose body nobody reads has succeeded with its headers', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { dispatcher, calls } = guarded({}, {}, ...behind)
    await request(origin, { dispatcher })
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
  })

  it('with a body of another length than it says is a mistake of the caller', async () => {
    const { origin } = await serveStatus(200)
    const { dispatcher, calls } = guarded({}, {}, ...behind)
    const asked = request(origin, { dispatcher, method: 'POST', body: 'a', headers: { 'content-length': '9' } })
    expect(await errorOf(asked)).toMatchObject({ code: 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH' })
    expect(calls(origin)).toMatchObject({ failed: 0, ignored: 1 })
  })

  it('that is aborted after its headers has succeeded', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { dispatcher, calls } = guarded({}, {}, ...behind)
    const controller = new AbortController()
    const { body } = await request(origin, { dispatcher, signal: controller.signal })
    controller.abort(new Error('the user left'))
    expect(await errorOf(body.text())).toMatchObject({ message: 'the user left' })
    expect(calls(origin)).toMatchObject({ succeeded: 1, ignored: 0, failed: 0 })
  })

  it('that was aborted before asks nobody, and counts neither way', async () => {
    const { origin, asked } = await serveStatus(200)
    const { dispatcher, registry } = guarded({}, {}, ...behind)
    const signal = AbortSignal.abort(new Error('the user left'))
    expect(await errorOf(request(origin, { dispatcher, signal }))).toMatchObject({ message: 'the user left' })
    expect(asked).toEqual([])
    expect(registry.stats().map(({ calls }) => calls.failed + calls.succeeded)).not.toContain(1)
  })
})

it('beside the interceptor that throws for an error status the answer is still judged by itself', async () => {
  const { origin } = await serveStatus(500)
  const registry = createRegistry()
  const agent = new Agent()
  onTestFinished(() => agent.destroy())
  const dispatcher = agent.compose(breakerInterceptor(registry), interceptors.responseError())
  expect(await errorOf(request(origin, { dispatcher }))).toMatchObject({ statusCode: 500 })
  expect(registry.breaker(origin).stats().calls).toMatchObject({ failed: 1, ignored: 0 })
})
