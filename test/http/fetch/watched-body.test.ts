// With `watchBody` a request ends with its body, and one that breaks off is a failure.
import { describe, expect, it } from 'vitest'
import { createFetch, type FetchOptions } from '../../../src/http/fetch/index.ts'
import { createRegistry } from '../../../src/index.ts'
import { errorOf } from '../../support/calls.ts'
import { serve } from '../../support/http-server.ts'

function guarded(options: FetchOptions = {}) {
  const registry = createRegistry()
  return {
    registry,
    calls: (name: string) => registry.breaker(name).stats().calls,
    get: createFetch(registry, { watchBody: true, ...options }),
  }
}

const breaksOff = () =>
  serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('begun', () => response.destroy())
  })

describe('a body', () => {
  it('that breaks off is a failure; the caller gets the error of fetch', async () => {
    const { origin } = await breaksOff()
    const { calls, get } = guarded()
    const response = await get(origin)
    expect(calls(origin)).toMatchObject({ allowed: 1, succeeded: 0, failed: 0 })
    expect(await errorOf(response.text())).toMatchObject({ name: 'TypeError', message: 'terminated' })
    expect(calls(origin)).toMatchObject({ succeeded: 0, failed: 1 })
  })

  it('that breaks off is none of the breaker without it', async () => {
    const { origin } = await breaksOff()
    const { calls, get } = guarded({ watchBody: false })
    await errorOf((await get(origin)).text())
    expect(calls(origin)).toMatchObject({ succeeded: 1, failed: 0 })
  })

  it('that is complete is a success, in a response like any other', async () => {
    const { origin } = await serve(({ url }, response) => {
      if (url === '/') response.writeHead(302, { location: '/there' }).end()
      else
        response
          .writeHead(
            201,
            'Made',
            [
              ['x-a', 'b'],
              ['set-cookie', 'c=1'],
              ['set-cookie', 'd=2'],
            ].flat(),
          )
          .end('{"a":1}')
    })
    const { calls, get } = guarded()
    const response = await get(origin)
    const plain = await fetch(origin)
    const shown = ({ status, statusText, ok, url, redirected, type, headers }: Response) => [
      ...[status, statusText, ok, url, redirected, type],
      [...headers].filter(([name]) => name !== 'date'),
    ]
    expect(shown(response)).toEqual(shown(plain))
    const clone = response.clone()
    expect(shown(clone)).toEqual(shown(plain))
    expect(await response.json()).toEqual({ a: 1 })
    expect(await clone.text()).toBe('{"a":1}')
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
  })

  it.each(['default', 'byob'])('of a megabyte arrives whole (%s reader)', async (mode) => {
    const sent = Buffer.alloc(1_000_000, 'x')
    const { origin } = await serve((_, response) => response.end(sent))
    const { calls, get } = guarded()
    const { body } = await get(origin)
    if (body === null) throw new Error('no body')
    let length = 0
    if (mode === 'default') for await (const chunk of body) length += chunk.byteLength
    else {
      const reader = body.getReader({ mode: 'byob' })
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(10_000))
        if (done) break
        length += value.byteLength
      }
    }
    expect(length).toBe(sent.length)
    expect(calls(origin)).toMatchObject({ succeeded: 1 })
  })

  it('that is empty, or that there is none of, is a success', async () => {
    const { origin } = await serve(({ url }, response) => response.writeHead(Number(url?.slice(1))).end())
    const { calls, get } = guarded()
    expect(await (await get(`${origin}/200`)).text()).toBe('')
    expect((await get(`${origin}/204`)).body).toBeNull()
    expect(calls(origin)).toMatchObject({ succeeded: 2 })
  })

  it('that shares its buffer with others leaves it to them', async () => {
    const shared = new TextEncoder().encode('onetwo')
    const chunks = [shared.subarray(0, 3), new Uint8Array(0), shared.subarray(3)]
    const body = new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
    })
    const { get } = guarded({ fetch: async () => new Response(body) })
    expect(await (await get('http://a.test')).text()).toBe('onetwo')
    expect(shared.byteLength).toBe(6)
  })

  it('of a 5xx is not waited for', async () => {
    const { origin } = await serve((_, response) => response.writeHead(500).write('sorry'))
    const { calls, get } = guarded()
    const controller = new AbortController()
    await get(origin, { signal: controller.signal })
    controller.abort()
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })

  it('that the caller cancels counts neither way', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { calls, get } = guarded()
    await (await get(origin)).body?.cancel()
    expect(calls(origin)).toMatchObject({ failed: 0, succeeded: 0, ignored: 1 })
  })

  it.each(['reads', 'leaves lying'])('that the caller %s when he aborts counts neither way', async (way) => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { registry, calls, get } = guarded()
    const ignored = new Promise((resolve) => registry.on('ignored', resolve))
    const controller = new AbortController()
    const response = await get(origin, { signal: controller.signal })
    const text = way === 'reads' ? errorOf(response.text()) : undefined
    controller.abort(new Error('the user left'))
    if (text !== undefined) expect(await text).toEqual(new Error('the user left'))
    await ignored
    expect(calls(origin)).toMatchObject({ failed: 0, succeeded: 0, ignored: 1 })
  })

  it('that stalls for longer than the timeout is a failure', async () => {
    const { origin } = await serve((_, response) => response.write('begun'))
    const { calls, get } = guarded({ timeout: 60 })
    const response = await get(origin)
    expect(await errorOf(response.text())).toMatchObject({ code: 'CALL_TIMEOUT', timeoutMs: 60 })
    expect(calls(origin)).toMatchObject({ failed: 1 })
  })
})
