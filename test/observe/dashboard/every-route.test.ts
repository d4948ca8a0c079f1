// The rules of the interface hold on every route of it: a table of the routes, and each rule over all of them.
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { createDashboard, type DashboardOptions } from '../../../src/observe/dashboard/index.ts'
import { COMMANDS, PATHS, readRow } from '../../../src/observe/dashboard/protocol.ts'
import { afterwards, TOKEN } from './support/serving.ts'

interface Route {
  readonly path: string
  readonly method: 'GET' | 'POST'
  /** Of one that takes a body: what it does, if it does it. */
  readonly body?: object
}

const PAGE: Route = { path: '/', method: 'GET' }
const FILE: Route = { path: '/assets/nothing.js', method: 'GET' }
const API: Record<keyof typeof PATHS, Route> = {
  stream: { path: `/${PATHS.stream}`, method: 'GET' },
  endpoint: { path: `/${PATHS.endpoint}?name=mail`, method: 'GET' },
  control: { path: `/${PATHS.control}`, method: 'POST', body: { command: 'isolate' } },
  preview: { path: `/${PATHS.preview}`, method: 'POST', body: { policy: { openTimeout: '7s' } } },
  policy: { path: `/${PATHS.policy}`, method: 'POST', body: { policy: { openTimeout: '7s' } } },
}
const api = Object.values(API)
const commands = api.filter(({ method }) => method === 'POST')
const named = (routes: readonly Route[]) => routes.map((route) => [`${route.method} ${route.path}`, route] as const)

interface Asking {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly text?: string
  readonly host?: string
}

const AUTHORIZED = { authorization: `Bearer ${TOKEN}` }
const JSON_TYPE = { 'content-type': 'application/json' }

function open(options: DashboardOptions = { controls: { token: TOKEN } }) {
  const registry = createRegistry()
  const breaker = registry.breaker('mail')
  const dashboard = createDashboard(registry, options)
  afterwards(() => registry.close())
  afterwards(() => dashboard.close())
  /** As the page asks, but for what is said. */
  async function ask({ path, method: usual, body }: Route, asking: Asking = {}) {
    const { method = usual, headers, host = 'localhost' } = asking
    const text = asking.text ?? (body && JSON.stringify({ endpoint: 'mail', ...body }))
    const response = await dashboard.fetch(
      new Request(`http://${host}${path}`, {
        method,
        headers: headers ?? { ...AUTHORIZED, ...JSON_TYPE },
        ...(method !== 'GET' && method !== 'HEAD' && text !== undefined && { body: text }),
      }),
    )
    const isStream = response.headers.get('content-type') === 'text/event-stream'
    if (isStream) await response.body?.cancel()
    return { response, status: response.status, text: isStream ? '' : await response.text() }
  }
  const isUntouched = () => breaker.state === 'closed' && breaker.policy.openTimeoutMs === 30_000
  return { registry, breaker, dashboard, ask, isUntouched }
}

describe('the table of routes', () => {
  it.each(named(api))('has %s as it is asked by the page, which is answered', async (_, route) => {
    const { ask, isUntouched } = open()
    expect((await ask(route)).status).toBe(200)
    expect(isUntouched()).toBe(route.method === 'GET' || route === API.preview)
  })
})

describe.each(named([PAGE, FILE, ...api]))('%s', (_, route) => {
  it('is refused to another Host', async () => {
    const { ask, isUntouched } = open()
    const { status, text } = await ask(route, { host: 'evil.example' })
    expect([status, text.includes('allowedHosts')]).toEqual([403, true])
    expect(isUntouched()).toBe(true)
  })

  it('is answered with what keeps a browser from doing more, refused or not', async () => {
    const { ask } = open()
    for (const asking of [{}, { host: 'evil.example' }, { headers: {} }, { method: 'DELETE' }]) {
      const { response } = await ask(route, asking)
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('x-frame-options')).toBe('DENY')
      expect(response.headers.get('cache-control')).toMatch(/^no-(store|cache)$/)
    }
  })
})

describe.each(named(api))('%s', (_, route) => {
  it.each([
    ['the page of another host', { origin: 'http://evil.example' }],
    ['a page of nobody', { origin: 'null' }],
    ['a cross-site page', { 'sec-fetch-site': 'cross-site' }],
    ['a same-site page', { 'sec-fetch-site': 'same-site' }],
  ] as [string, Record<string, string>][])('is refused to %s, also with the token', async (_, headers) => {
    const { ask, isUntouched } = open()
    const { status, text } = await ask(route, { headers: { ...AUTHORIZED, ...JSON_TYPE, ...headers } })
    expect([status, JSON.parse(text).error.code]).toEqual([403, 'forbidden'])
    expect(isUntouched()).toBe(true)
  })

  it('takes no other method', async () => {
    const { ask, isUntouched } = open()
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((one) => one !== route.method)) {
      const { status, text } = await ask(route, { method })
      expect([method, status, JSON.parse(text).error.code]).toEqual([method, 405, 'methodNotAllowed'])
    }
    expect(isUntouched()).toBe(true)
  })

  it('says that the dashboard is closed, once it is: the stream by its farewell', async () => {
    const { ask, dashboard, isUntouched } = open()
    await dashboard.close()
    expect((await ask(route)).status).toBe(route === API.stream ? 200 : 503)
    expect(isUntouched()).toBe(true)
  })
})

describe.each(named(commands))('%s', (_, route) => {
  it.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer wrong-horse-battery-x' }],
    ['the beginning of the token', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['the token and more', { authorization: `Bearer ${TOKEN}x` }],
    ['the token by another scheme', { authorization: `Basic ${TOKEN}` }],
  ] as [string, Record<string, string>][])('is refused with %s', async (_, headers) => {
    const { ask, isUntouched } = open()
    const { status, text } = await ask(route, { headers: { ...JSON_TYPE, ...headers } })
    expect([status, JSON.parse(text).error.code]).toEqual([401, 'unauthorized'])
    expect(isUntouched()).toBe(true)
  })

  it('is refused to everybody where controls are off', async () => {
    const { ask, isUntouched } = open({})
    const { status, text } = await ask(route)
    expect([status, JSON.parse(text).error.code]).toEqual([403, 'controlsOff'])
    expect(isUntouched()).toBe(true)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])(
    'is refused as %s, as a form of another site could send it',
    async (type) => {
      const { ask, isUntouched } = open()
      const { status } = await ask(route, { headers: { ...AUTHORIZED, 'content-type': type } })
      expect(status).toBe(415)
      expect(isUntouched()).toBe(true)
    },
  )

  it('takes a body of 256 KB, and none that is a byte longer', async () => {
    const { ask, isUntouched } = open()
    const text = JSON.stringify({ endpoint: 'mail', ...route.body })
    expect((await ask(route, { text: text.padEnd(256 * 1024 + 1) })).status).toBe(413)
    expect(isUntouched()).toBe(true)
    expect((await ask(route, { text: text.padEnd(256 * 1024) })).status).toBe(200)
  })

  it('about an endpoint that there is none of is refused, and makes none', async () => {
    const { ask, registry } = open()
    const { status } = await ask(route, { text: JSON.stringify({ endpoint: 'nobody', ...route.body }) })
    expect([status, registry.has('nobody')]).toEqual([404, false])
  })
})

describe('a reason', () => {
  /** Of the commands whose transitions tell one. */
  const BEFORE: Partial<Record<(typeof COMMANDS)[number], 'trip' | 'reset'>> = { trip: 'reset', probe: 'trip' }
  it.each(COMMANDS.filter((command) => BEFORE[command] !== undefined))(
    'that comes with %s is told',
    async (command) => {
      const { ask, breaker } = open()
      breaker[BEFORE[command] ?? 'reset']()
      const text = (message: string) => JSON.stringify({ endpoint: 'mail', command, message })
      expect((await ask(API.control, { text: text('x'.repeat(201)) })).status).toBe(400)
      const answer = await ask(API.control, { text: text('x'.repeat(200)) })
      expect(readRow(JSON.parse(answer.text).row).reason).toContain('x'.repeat(200))
    },
  )
})
