// Commands and changes of policies: who may, what they do, and what is said to who may not or asks for nonsense.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { BreakerState } from '../../../src/index.ts'
import { COMMANDS, readRow } from '../../../src/observe/dashboard/protocol.ts'
import { post, rawRequest, serve, TOKEN } from './support/serving.ts'

const on = { controls: { token: TOKEN } }

describe('commands', () => {
  const STATES: Record<(typeof COMMANDS)[number], BreakerState> = {
    trip: 'open',
    probe: 'halfOpen',
    reset: 'closed',
    isolate: 'forcedOpen',
    disable: 'disabled',
    enable: 'closed',
  }
  it.each(COMMANDS)('%s does what the breaker does at that word', async (command) => {
    const { registry, url } = await serve(on)
    registry.breaker('mail').isolate()
    if (command === 'isolate') registry.breaker('mail').reset()
    if (command === 'probe') registry.breaker('mail').trip()
    const { status, body } = await post(`${url}api/control`, { endpoint: 'mail', command })
    expect(status).toBe(200)
    expect(readRow(body.row)).toMatchObject({ endpoint: 'mail', state: STATES[command] })
    expect(registry.state('mail')).toBe(STATES[command])
  })

  it('may come with the reason that people will read', async () => {
    const { registry, url } = await serve(on)
    registry.breaker('mail')
    const { body } = await post(`${url}api/control`, { endpoint: 'mail', command: 'trip', message: 'disk full' })
    expect(readRow(body.row).reason).toBe('tripped: disk full')
    registry.breaker('mail').reset()
    const told = await post(`${url}api/control`, { endpoint: 'mail', command: 'trip' })
    expect(readRow(told.body.row).reason).toBe('tripped: from the dashboard')
  })

  it('to an endpoint that there is none of are refused, and make none', async () => {
    const { registry, url } = await serve(on)
    for (const [path, body] of [
      ['api/control', { endpoint: 'nobody', command: 'trip' }],
      ['api/policy/preview', { endpoint: 'nobody', policy: {} }],
      ['api/policy', { endpoint: 'nobody', policy: {} }],
    ] as const) {
      const answer = await post(url + path, body)
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'notFound' } } })
    }
    expect(registry.list()).toEqual([])
  })

  it('are off by default, for everybody', async () => {
    const { registry, url } = await serve()
    registry.breaker('mail')
    for (const path of ['api/control', 'api/policy/preview', 'api/policy']) {
      const answer = await post(url + path, { endpoint: 'mail', command: 'trip', policy: {} })
      expect(answer).toMatchObject({ status: 403, body: { error: { code: 'controlsOff' } } })
    }
    expect(registry.state('mail')).toBe('closed')
  })

  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer wrong-horse-battery-x' }],
    ['the beginning of the token', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['the token and more', { authorization: `Bearer ${TOKEN}x` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['the token by another scheme', { authorization: `Basic ${TOKEN}` }],
    ['the token as a cookie', { cookie: `token=${TOKEN}` }],
  ] as [string, Record<string, string>][])('are refused with %s', async (_, headers) => {
    const { registry, url } = await serve(on)
    registry.breaker('mail')
    const answer = await rawRequest(`${url}api/control`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint: 'mail', command: 'isolate' }),
    })
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.text).error.code).toBe('unauthorized')
    expect(answer.text).not.toContain(TOKEN)
    expect(registry.state('mail')).toBe('closed')
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', ''])(
    'sent as %j, as a form of another site could, are refused',
    async (type) => {
      const { registry, url } = await serve(on)
      registry.breaker('mail')
      const answer = await rawRequest(`${url}api/control`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, ...(type !== '' && { 'content-type': type }) },
        body: JSON.stringify({ endpoint: 'mail', command: 'isolate' }),
      })
      expect(answer.status).toBe(415)
      expect(registry.state('mail')).toBe('closed')
    },
  )

  it('take no other method', async () => {
    const { registry, url } = await serve(on)
    registry.breaker('mail')
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const headers = { authorization: `Bearer ${TOKEN}` }
      expect((await rawRequest(`${url}api/control`, { method, headers })).status).toBe(405)
    }
    expect((await rawRequest(`${url}api/endpoint?name=mail`, { method: 'POST' })).status).toBe(405)
    expect((await rawRequest(`${url}api/stream`, { method: 'DELETE' })).status).toBe(405)
  })
})

describe('a body that is wrong', () => {
  it.each([
    ['no JSON', '{', 'the body is no JSON'],
    ['nothing', '', 'the body is no JSON'],
    ['no object', '[1]', 'body: expected an object'],
    ['null', 'null', 'body: expected an object'],
    ['without a command', '{"endpoint":"mail"}', 'body.command: expected it to be given, received nothing'],
    ['without an endpoint', '{"command":"trip"}', 'body.endpoint: expected it to be given, received nothing'],
    [
      'with another command',
      '{"endpoint":"mail","command":"explode"}',
      'body.command: expected one of trip, probe, reset',
    ],
    ['with a command of objects', '{"endpoint":"mail","command":"constructor"}', 'body.command: expected one of'],
    ['with a name that is none', '{"endpoint":7,"command":"trip"}', 'body.endpoint: expected the name of an endpoint'],
    ['with a key too many', '{"endpoint":"mail","command":"trip","why":"x"}', 'body.why: expected no such key'],
    ['with a prototype', '{"endpoint":"mail","command":"trip","__proto__":{"a":1}}', 'body.__proto__: expected no'],
    [
      'with a message that is too long',
      JSON.stringify({ endpoint: 'mail', command: 'trip', message: 'x'.repeat(201) }),
      'body.message: expected a text of at most 200 characters',
    ],
  ])('is refused and said what is wrong with: %s', async (_, body, expected) => {
    const { registry, url } = await serve(on)
    registry.breaker('mail')
    const answer = await rawRequest(`${url}api/control`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json; charset=utf-8' },
      body,
    })
    expect(answer.status).toBe(400)
    const { error } = JSON.parse(answer.text)
    const lines = (error.mistakes ?? []).map(
      ({ path, expected, received }: Record<string, string>) => `${path}: expected ${expected}, received ${received}`,
    )
    expect([error.message, ...lines].join('\n')).toContain(expected)
    expect(registry.state('mail')).toBe('closed')
  })

  it('is refused when it is too large, with and without its length', async () => {
    const { url } = await serve(on)
    const body = JSON.stringify({ endpoint: 'x'.repeat(300_000), command: 'trip' })
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const chunked = { ...headers, 'transfer-encoding': 'chunked' }
    for (const sent of [headers, chunked]) {
      const answer = await rawRequest(`${url}api/control`, { method: 'POST', headers: sent, body })
      expect(answer.status).toBe(413)
    }
  })

  it('may break off: that is no matter for the process', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const { dashboard } = await serve(on)
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const body = new ReadableStream({ pull: () => Promise.reject(new Error('aborted')) })
    const request = new Request('http://localhost/api/control', { method: 'POST', headers, body, duplex: 'half' })
    expect((await dashboard.fetch(request)).status).toBe(400)
    expect(warn).not.toHaveBeenCalled()
  })

  it('may hold the longest name there is', async () => {
    const { registry, url } = await serve(on)
    const name = '\u0007'.repeat(10_000)
    registry.breaker(name)
    expect((await post(`${url}api/control`, { endpoint: name, command: 'isolate' })).status).toBe(200)
    expect(registry.state(name)).toBe('forcedOpen')
  })
})

describe('a policy', () => {
  it('is previewed: what it would be, what that changes, and nothing is', async () => {
    const { registry, url } = await serve(on)
    registry.breaker('mail', { failureThreshold: 3 })
    const { status, body } = await post(`${url}api/policy/preview`, { endpoint: 'mail', policy: { openTimeout: '5s' } })
    expect(status).toBe(200)
    expect(body.applied).toBe(false)
    expect(body.changes).toEqual([
      {
        setting: 'openTimeout',
        before: '30 s',
        value: '5 s',
        meaning: 'Open, it rejects calls for 5 s; then it probes.',
      },
    ])
    expect(body.policy).toContainEqual({
      setting: 'failureThreshold',
      value: '3',
      meaning: '3 failures in a row open it.',
    })
    expect(registry.breaker('mail').policy).toMatchObject({ failureThreshold: 3, openTimeoutMs: 30_000 })
  })

  it('is previewed with what would not work as one thinks', async () => {
    const { registry, url } = await serve(on)
    registry.breaker('mail')
    const { body } = await post(`${url}api/policy/preview`, { endpoint: 'mail', policy: { failureThreshold: null } })
    expect(body.warnings).toEqual([expect.stringContaining('nothing opens it by itself')])
  })

  it('is applied as it was previewed; what is left out stays, rules of your own too', async () => {
    const isFailure = { error: () => false }
    const { registry, url } = await serve(on, { policy: { openTimeout: '10s', backoff: { max: '1m' } } })
    registry.breaker('mail', {
      failureThreshold: 3,
      isFailure,
      slowCalls: { slowerThan: 10, threshold: 1, window: { calls: 5 } },
    })
    const before = registry.breaker('mail').policy
    const request = { endpoint: 'mail', policy: { failureRate: { threshold: 0.5, window: { time: '10s' } } } }
    const preview = await post(`${url}api/policy/preview`, request)
    const { status, body } = await post(`${url}api/policy`, request)
    expect(status).toBe(200)
    expect(body).toEqual({ ...preview.body, applied: true })
    const { failureRate, ...rest } = registry.breaker('mail').policy
    expect(failureRate).toEqual({ threshold: 0.5, minimumCalls: 10, window: { timeMs: 10_000, buckets: 10 } })
    expect({ ...rest, failureRate: null }).toEqual(before)
    expect(rest.isFailure).toMatchObject({ error: isFailure.error })
  })

  it('takes back with null what was set', async () => {
    const { registry, url } = await serve(on)
    registry.breaker('mail', { failureWindow: '1m', timeout: '1s' })
    await post(`${url}api/policy`, { endpoint: 'mail', policy: { failureWindow: null, timeout: null } })
    expect(registry.breaker('mail').policy).toMatchObject({ failureWindowMs: null, timeoutMs: null })
  })

  it('keeps state and figures when it is applied', async () => {
    const { registry, url } = await serve(on)
    registry.breaker('mail').recordFailure()
    registry.breaker('mail').trip()
    const before = registry.breaker('mail').stats()
    await post(`${url}api/policy`, { endpoint: 'mail', policy: { failureThreshold: 1 } })
    const { state, generation, calls } = registry.breaker('mail').stats()
    expect({ state, generation, calls }).toEqual({
      state: before.state,
      generation: before.generation,
      calls: before.calls,
    })
  })

  it.each([
    [{ openTimeout: '30' }, 'policy.openTimeout'],
    [{ openTimout: '30s' }, 'policy.openTimout'],
    [{ failureThreshold: 0, successThreshold: 1.5 }, 'policy.failureThreshold policy.successThreshold'],
    [{ isFailure: 'x' }, 'policy.isFailure'],
    [{ backoff: { max: '1s' } }, 'policy.backoff.max'],
    [{ failureWindow: '1m', failureThreshold: null }, 'policy.failureWindow'],
    [JSON.parse('{"__proto__":{"failureThreshold":1}}'), 'policy.__proto__'],
  ])('that is wrong is refused with every mistake, and changes nothing: %j', async (policy, paths) => {
    const { registry, url } = await serve(on)
    const before = registry.breaker('mail').policy
    for (const path of ['api/policy/preview', 'api/policy']) {
      const answer = await rawRequest(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: `{"endpoint":"mail","policy":${JSON.stringify(policy)}}`,
      })
      const { error } = JSON.parse(answer.text)
      expect({ status: answer.status, code: error.code }).toEqual({ status: 400, code: 'invalid' })
      expect(error.mistakes.map((mistake: { path: string }) => mistake.path).join(' ')).toBe(paths)
    }
    expect(registry.breaker('mail').policy).toEqual(before)
  })

  it('of a registry that was closed is not changed', async () => {
    const { registry, url } = await serve(on)
    registry.breaker('mail')
    await registry.close()
    for (const [path, body] of [
      ['api/policy', { endpoint: 'mail', policy: {} }],
      ['api/control', { endpoint: 'mail', command: 'trip' }],
    ] as const) {
      expect(await post(url + path, body)).toMatchObject({ status: 409, body: { error: { code: 'closed' } } })
    }
    expect((await rawRequest(`${url}api/endpoint?name=mail`)).status).toBe(409)
  })
})
