// What ends a request and says nothing about the server.
import { Agent, MockAgent, request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { breakerInterceptor } from '../../../src/http/undici/index.ts'
import { createRegistry } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { serve, serveStatus } from '../../support/http-server.ts'
import { guarded, HOOKS } from './dispatchers.ts'

describe.each(HOOKS)('what is no fault of the server counts neither way (told by the $hooks hooks)', ({ behind }) => {
  it('an abort by the caller', async () => {
    const controller = new AbortController()
    const { origin } = await serve(() => controller.abort(new Error('the user left')))
    const { dispatcher, calls } = guarded({}, {}, ...behind)
    const { signal } = controller
    expect(await errorOf(request(origin, { dispatcher, signal }))).toEqual(new Error('the user left'))
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('but his deadline is a failure', async () => {
    const { origin } = await serve(() => {})
    const { dispatcher, calls } = guarded({}, {}, ...behind)
    const signal = AbortSignal.timeout(20)
    expect(await errorOf(request(origin, { dispatcher, signal }))).toMatchObject({ name: 'TimeoutError' })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it('a body that he destroys, with watchBody', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { registry, dispatcher, calls } = guarded({ watchBody: true }, {}, ...behind)
    const ignored = new Promise((resolve) => registry.on('ignored', resolve))
    const { body } = await request(origin, { dispatcher })
    body.on('error', () => {}).destroy()
    await ignored
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('a request that undici refuses', async () => {
    const { origin } = await serveStatus(200)
    const { dispatcher, calls } = guarded({}, {}, ...behind)
    const headers = { 'no header': 'x' }
    expect(await errorOf(request(origin, { dispatcher, headers }))).toMatchObject({ code: 'UND_ERR_INVALID_ARG' })
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('a dispatcher that is closed', async () => {
    const registry = createRegistry()
    const agent = new Agent()
    const dispatcher = agent.compose(breakerInterceptor(registry), ...behind)
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
    const dispatcher = agent.compose(breakerInterceptor(registry), ...behind)
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

  it('a handler that throws when it is told of the end: an event says so', async () => {
    const registry = createRegistry()
    registry.breaker('http://a.test').trip()
    const told = new Promise((resolve) => registry.on('error', resolve))
    const onResponseError = () => {
      throw new Error('a mistake in the handler of an error')
    }
    breakerInterceptor(registry)(() => true)({ origin: 'http://a.test', path: '/', method: 'GET' }, { onResponseError })
    expect(await told).toMatchObject({ source: 'handler', error: { message: 'a mistake in the handler of an error' } })
  })

  it('a handler of the older hooks that throws', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { dispatcher, calls } = guarded({ watchBody: true }, {}, ...behind)
    const thrown = new Error('a mistake in a handler')
    const told = new Promise((onError) => {
      const onData = () => {
        throw thrown
      }
      const hooks = { onConnect() {}, onHeaders: () => true, onData, onComplete() {}, onError, onUpgrade() {} }
      dispatcher.dispatch({ origin, path: '/', method: 'GET' }, hooks)
    })
    expect(await told).toBe(thrown)
    expect(calls(origin)).toMatchObject({ ignored: 1, failed: 0 })
  })

  it('a handler that throws', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { dispatcher, calls } = guarded({ watchBody: true }, {}, ...behind)
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
