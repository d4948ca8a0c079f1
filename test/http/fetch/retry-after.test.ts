// A server that asks to be left alone is left alone for that long.
import { describe, expect, it } from 'vitest'
import { createFetch, type FetchOptions } from '../../../src/http/fetch/index.ts'
import type { PolicyOptions } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { serve, serveStatus } from '../../support/http-server.ts'
import { hear, newRegistry } from '../../support/registries.ts'

function guarded(options: FetchOptions = {}, policy: PolicyOptions = {}) {
  const { registry, clock } = newRegistry({ policy })
  return { registry, clock, get: createFetch(registry, options) }
}

const inMs = (ms: number) => new Date(Date.now() + ms).toUTCString()

describe('an answer with Retry-After', () => {
  it.each([429, 503])('of %i opens for as many seconds, and reaches the caller', async (status) => {
    const { origin } = await serveStatus(status, { 'retry-after': '120' })
    const { registry, clock, get } = guarded()
    const transitions = hear(registry, 'transition')
    const response = await get(origin)
    expect([response.status, await response.text()]).toEqual([status, 'body'])
    const message = `HTTP ${status}, Retry-After: 120 s`
    expect(transitions).toMatchObject([{ from: 'closed', to: 'open', reason: { type: 'tripped', message } }])
    expect(await errorOf(get(origin))).toMatchObject({ code: 'BREAKER_OPEN', retryAfterMs: 120_000 })
    clock.advance(119_999)
    expect(registry.state(origin)).toBe('open')
    clock.advance(1)
    expect(registry.state(origin)).toBe('halfOpen')
  })

  it('as a date opens until then', async () => {
    const { origin } = await serveStatus(429, { 'retry-after': inMs(120_000) })
    const { registry, get } = guarded()
    await get(origin)
    const { retryAfterMs } = registry.breaker(origin).stats()
    // In whole seconds, by both clocks.
    expect(retryAfterMs).toBeGreaterThan(117_000)
    expect(retryAfterMs).toBeLessThanOrEqual(121_000)
  })

  it('that asks for too long is cut', async () => {
    const { origin } = await serveStatus(503, { 'retry-after': '99999999999' })
    const { registry, get } = guarded({ retryAfter: '2m' })
    await get(origin)
    expect(registry.breaker(origin).stats().retryAfterMs).toBe(120_000)
  })

  it.each(['-1', '1e99', 'soon'])('of %s is an answer like any other', async (value) => {
    const { origin } = await serve(({ url }, response) => {
      response.writeHead(Number(url?.slice(1)), { 'retry-after': value }).end()
    })
    const { registry, get } = guarded()
    await get(`${origin}/429`)
    await get(`${origin}/503`)
    expect(registry.state(origin)).toBe('closed')
    expect(registry.breaker(origin).stats().calls).toMatchObject({ succeeded: 1, failed: 1 })
  })

  it('is not heeded with retryAfter: false, nor where isFailure says that it is none', async () => {
    const { origin } = await serveStatus(503, { 'retry-after': '120' })
    for (const options of [{ retryAfter: false }, { isFailure: () => false }] satisfies FetchOptions[]) {
      const { registry, get } = guarded(options)
      await get(origin)
      expect(registry.state(origin)).toBe('closed')
    }
  })

  it('to a probe opens again for as long as it says, and not as the policy does', async () => {
    const { origin } = await serveStatus(429, { 'retry-after': '7' })
    const { registry, clock, get } = guarded({}, { openTimeout: '1s' })
    registry.breaker(origin).trip()
    clock.advance(1_000)
    await get(origin)
    expect(registry.breaker(origin).stats()).toMatchObject({ state: 'open', retryAfterMs: 7_000 })
  })

  it('counts before the threshold that it would reach', async () => {
    const { origin } = await serveStatus(503, { 'retry-after': '7' })
    const { registry, get } = guarded({}, { failureThreshold: 1 })
    await get(origin)
    expect(registry.breaker(origin).stats()).toMatchObject({ state: 'open', retryAfterMs: 7_000 })
  })

  it('to a request of an earlier generation opens nothing (R06)', async () => {
    let answer = () => {}
    const { origin } = await serve((_, response) => {
      answer = () => response.writeHead(429, { 'retry-after': '120' }).end()
      arrived()
    })
    let arrived = () => {}
    const asked = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const { registry, get } = guarded()
    const response = get(origin)
    await asked
    registry.reset(origin)
    answer()
    expect((await response).status).toBe(429)
    expect(registry.breaker(origin).stats()).toMatchObject({ state: 'closed', calls: { late: 1 } })
  })

  it('does not undo what an operator has decided', async () => {
    const { origin } = await serveStatus(503, { 'retry-after': '120' })
    const { registry, get } = guarded()
    registry.breaker(origin).disable()
    await get(origin)
    expect(registry.breaker(origin).stats()).toMatchObject({ state: 'disabled', calls: { failed: 1 } })
  })

  it('to many at once is heeded once', async () => {
    const { origin } = await serveStatus(429, { 'retry-after': '120' })
    const { registry, get } = guarded()
    const transitions = hear(registry, 'transition')
    await Promise.all(Array.from({ length: 10 }, () => get(origin)))
    expect(transitions).toHaveLength(1)
  })
})
