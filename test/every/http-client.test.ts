// Requests that go out through a breaker: whichever client sends them, they are counted and told alike. A table of the clients,
// and of what a server may do.
import diagnostics from 'node:diagnostics_channel'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFetch } from '../../src/http/fetch/index.ts'
import { type CallMessage, createRegistry, type Registry } from '../../src/index.ts'
import { composed } from '../http/undici/dispatchers.ts'
import { deadOrigin, serve } from '../support/http-server.ts'

type Send = (url: string, signal?: AbortSignal) => Promise<number>

const fetching =
  (options: Parameters<typeof createFetch>[1]) =>
  (registry: Registry): Send => {
    const fetch = createFetch(registry, { key: () => 'api', ...options })
    return async (url, signal) => {
      const response = await fetch(url, { signal: signal ?? null })
      await response.text()
      return response.status
    }
  }
const requesting =
  (options: Parameters<typeof composed>[1]) =>
  (registry: Registry): Send => {
    const dispatcher = composed(registry, { key: () => 'api', ...options })
    return async (url, signal) => {
      const { statusCode, body } = await request(url, { dispatcher, signal })
      await body.text()
      return statusCode
    }
  }

const CLIENTS: Record<string, (registry: Registry) => Send> = {
  createFetch: fetching({}),
  'createFetch that watches bodies': fetching({ watchBody: true }),
  'createFetch with a timeout': fetching({ timeout: '10s' }),
  'createFetch with a classifier': fetching({ isFailure: () => undefined as never }),
  undici: requesting({}),
  'undici that watches bodies': requesting({ watchBody: true }),
  'undici with a timeout': requesting({ timeout: '10s' }),
}

/** A breaker with one place, and what was told of its calls. */
function guarded(client: (registry: Registry) => Send) {
  const registry = createRegistry({ policy: { failureThreshold: 3, maxConcurrent: 1 } })
  const breaker = registry.breaker('api')
  const outcomes: string[] = []
  const hear = (message: unknown) => outcomes.push((message as CallMessage).outcome)
  diagnostics.subscribe('switchgear:call', hear)
  onTestFinished(() => void diagnostics.unsubscribe('switchgear:call', hear))
  onTestFinished(() => registry.close())
  return { registry, breaker, outcomes, send: client(registry) }
}

describe.each(Object.entries(CLIENTS))('%s', (_, client) => {
  it.each([
    [200, 'success', { succeeded: 1 }],
    [404, 'success', { succeeded: 1 }],
    [500, 'failure', { failed: 1 }],
    [503, 'failure', { failed: 1 }],
  ])('an answer of %i is a %s, counted and told once', async (status, outcome, counters) => {
    const { breaker, outcomes, send } = guarded(client)
    const { origin } = await serve((_request, response) => response.writeHead(status).end('body'))
    expect(await send(origin)).toBe(status)
    expect(outcomes).toEqual([outcome])
    expect(breaker.stats().calls).toMatchObject({ allowed: 1, succeeded: 0, failed: 0, ignored: 0, ...counters })
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })

  it('a server that is not there is a failure', async () => {
    const { breaker, outcomes, send } = guarded(client)
    await expect(send(await deadOrigin())).rejects.toThrow()
    expect(outcomes).toEqual(['failure'])
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })

  it('a caller who leaves is ignored, and an answer after a reset is late', async () => {
    const { breaker, outcomes, send } = guarded(client)
    const leave = new AbortController()
    const reached = serve(() => leave.abort())
    await expect(send((await reached).origin, leave.signal)).rejects.toThrow()
    const slow = await serve((_request, response) => {
      breaker.reset()
      response.end('body')
    })
    expect(await send(slow.origin)).toBe(200)
    expect(outcomes).toEqual(['ignored', 'late'])
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })

  it('an open breaker, or one without a place, refuses it, and nobody is asked', async () => {
    const { breaker, outcomes, send } = guarded(client)
    const { origin, asked } = await serve((_request, response) => response.end('body'))
    breaker.trip()
    await expect(send(origin)).rejects.toMatchObject({ code: 'BREAKER_OPEN' })
    breaker.reset()
    const permit = breaker.tryAcquire()
    await expect(send(origin)).rejects.toMatchObject({ code: 'CONCURRENCY_LIMIT' })
    permit?.ignore()
    expect([asked, outcomes]).toEqual([[], ['rejected', 'limited', 'ignored']])
  })

  it('a half-open breaker closes by one that succeeds, and opens by one that fails', async () => {
    const { breaker, send } = guarded(client)
    const answer = { status: 500 }
    const { origin } = await serve((_request, response) => response.writeHead(answer.status).end('body'))
    breaker.trip()
    breaker.probe()
    await send(origin)
    expect(breaker.state).toBe('open')
    breaker.probe()
    answer.status = 200
    await send(origin)
    await send(origin)
    await send(origin)
    expect(breaker.state).toBe('closed')
  })
})
