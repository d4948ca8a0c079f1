// The clients that people use, each by the three lines of docs/fetch.md.
import axios, { type AxiosError } from 'axios'
import got, { HTTPError } from 'got'
import ky from 'ky'
import { describe, expect, it } from 'vitest'
import { createFetch } from '../../../src/http/fetch/index.ts'
import { createRegistry, isBreakerError, type Outcome, type PolicyOptions } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { deadOrigin, serve, serveStatus } from '../../support/http-server.ts'

const policy: PolicyOptions = { failureThreshold: 2 }

/** Answers with the status that its path says. */
const serveByPath = () => serve(({ url }, response) => response.writeHead(Number(url?.slice(1))).end('body'))

describe('axios', () => {
  function client() {
    const registry = createRegistry({ policy })
    return { registry, api: axios.create({ adapter: 'fetch', env: { fetch: createFetch(registry) } }) }
  }

  it('by its fetch adapter: 4xx succeed, 5xx fail, and an open breaker is the cause of its error', async () => {
    const { origin, asked } = await serveByPath()
    const { registry, api } = client()
    expect((await api.get(`${origin}/200`)).data).toBe('body')
    expect(((await errorOf(api.get(`${origin}/404`))) as AxiosError).response?.status).toBe(404)
    for (let n = 0; n < 2; n++) {
      expect(((await errorOf(api.get(`${origin}/500`))) as AxiosError).response?.status).toBe(500)
    }
    const error = (await errorOf(api.get(`${origin}/200`))) as AxiosError
    expect([error.code, isBreakerError(error.cause, 'BREAKER_OPEN')]).toEqual(['BREAKER_OPEN', true])
    expect(asked).toHaveLength(4)
    expect(registry.breaker(origin).stats().calls).toMatchObject({ succeeded: 2, failed: 2, rejected: 1 })
  })

  it('tells of a dead host and of Retry-After', async () => {
    const { registry, api } = client()
    const dead = await deadOrigin()
    await errorOf(api.get(dead))
    expect(registry.breaker(dead).stats().calls).toMatchObject({ failed: 1 })
    const { origin } = await serveStatus(429, { 'retry-after': '60' })
    await errorOf(api.get(origin))
    expect(registry.state(origin)).toBe('open')
  })
})

describe('the timeout of axios', () => {
  it('is a failure: the server did not answer in time', async () => {
    const { origin } = await serve(() => {})
    const registry = createRegistry({ policy })
    const api = axios.create({ adapter: 'fetch', env: { fetch: createFetch(registry) }, timeout: 30 })
    expect(await errorOf(api.get(origin))).toMatchObject({ code: 'ETIMEDOUT' })
    expect(registry.breaker(origin).stats().calls).toMatchObject({ failed: 1 })
  })
})

describe('ky', () => {
  it('by its fetch: an open breaker is its error, and is not tried again', async () => {
    const { origin, asked } = await serveByPath()
    const registry = createRegistry({ policy })
    const api = ky.create({ fetch: createFetch(registry), retry: { limit: 0 } })
    expect(await api.get(`${origin}/200`).text()).toBe('body')
    expect(await errorOf(api.get(`${origin}/404`))).toMatchObject({ name: 'HTTPError' })
    for (let n = 0; n < 2; n++) expect(await errorOf(api.get(`${origin}/500`))).toMatchObject({ name: 'HTTPError' })
    expect(await errorOf(api.get(`${origin}/200`))).toMatchObject({ code: 'BREAKER_OPEN' })
    expect(asked).toHaveLength(4)
    expect(registry.breaker(origin).stats().calls).toMatchObject({ succeeded: 2, failed: 2, rejected: 1 })
  })

  it('with a timeout is a failure, where it is of createFetch', async () => {
    const { origin } = await serve(() => {})
    const registry = createRegistry({ policy })
    const api = ky.create({ fetch: createFetch(registry, { timeout: 30 }), retry: { limit: 0 }, timeout: false })
    expect(await errorOf(api.get(origin).text())).toMatchObject({ code: 'CALL_TIMEOUT' })
    expect(registry.breaker(origin).stats().calls).toMatchObject({ failed: 1 })
  })

  it('and a timeout of its own is ignored, as any abort', async () => {
    const { origin } = await serve(() => {})
    const registry = createRegistry({ policy })
    const api = ky.create({ fetch: createFetch(registry), retry: 0, timeout: 30 })
    const ended = new Promise((resolve) => {
      registry.on('ignored', resolve)
      registry.on('failure', resolve)
    })
    expect(await errorOf(api.get(origin).text())).toMatchObject({ name: 'TimeoutError' })
    await ended
    expect(registry.breaker(origin).stats().calls).toMatchObject({ allowed: 1, ignored: 1 })
  })
})

describe('got', () => {
  it('by a function around it: 4xx succeed, 5xx fail, and an open breaker is its error', async () => {
    const { origin, asked } = await serveByPath()
    const isFailure = (end: Outcome) =>
      'error' in end && !(end.error instanceof HTTPError && end.error.response.statusCode < 500)
    const registry = createRegistry({ policy: { ...policy, isFailure } })
    const api = got.extend({ retry: { limit: 0 } })
    const get = (url: string) => registry.call(new URL(url).origin, () => api.get(url).text())
    expect(await get(`${origin}/200`)).toBe('body')
    expect(await errorOf(get(`${origin}/404`))).toBeInstanceOf(HTTPError)
    for (let n = 0; n < 2; n++) expect(await errorOf(get(`${origin}/500`))).toBeInstanceOf(HTTPError)
    expect(await errorOf(get(`${origin}/200`))).toMatchObject({ code: 'BREAKER_OPEN' })
    expect(asked).toHaveLength(4)
    expect(registry.breaker(origin).stats().calls).toMatchObject({ succeeded: 2, failed: 2, rejected: 1 })
    const dead = await deadOrigin()
    expect(await errorOf(get(dead))).toMatchObject({ code: 'ECONNREFUSED' })
    expect(registry.breaker(dead).stats().calls).toMatchObject({ failed: 1 })
  })
})
