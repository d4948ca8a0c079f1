// Who may ask: by Host, by Origin, by what the browser says of the page that asks; and what every answer carries.
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { isHostAllowed } from '../../../src/observe/dashboard/guard.ts'
import { createDashboard } from '../../../src/observe/dashboard/index.ts'
import { afterwards, rawRequest, serve, TOKEN } from './support/serving.ts'

describe('the Host of a request', () => {
  it.each([
    ['localhost:PORT', 200],
    ['127.0.0.1:PORT', 200],
    ['[::1]:PORT', 200],
    ['LOCALHOST:PORT', 200],
    ['evil.example', 403],
    ['evil.example:PORT', 403],
    ['localhost', 403],
    ['localhost:1', 403],
    ['localhost.evil.example:PORT', 403],
    ['127.0.0.1.nip.io:PORT', 403],
    ['evil.example#localhost:PORT', 400],
    ['localhost:PORT@evil.example', 400],
    ['0.0.0.0:PORT', 403],
  ])('%s is answered with %i by a server of its own', async (host, status) => {
    const { url } = await serve()
    const headers = { host: host.replace('PORT', new URL(url).port) }
    for (const path of ['', 'api/endpoint?name=a', 'assets/x.js']) {
      const { text, ...answer } = await rawRequest(url + path, { headers })
      // What is no host at all is refused before us.
      if (status !== 200) expect({ path, status: answer.status }).toEqual({ path, status })
      expect(text.includes('allowedHosts')).toBe(status === 403)
    }
  })

  it('may be one that was allowed, with any port or with its own', async () => {
    const { url } = await serve({ allowedHosts: ['ops.example.com', 'Box:8080'] })
    const statusFor = async (host: string) => (await rawRequest(url, { headers: { host } })).status
    expect(await statusFor('ops.example.com')).toBe(200)
    expect(await statusFor('OPS.example.com:8443')).toBe(200)
    expect(await statusFor('box:8080')).toBe(200)
    expect(await statusFor('box:8081')).toBe(403)
    expect(await statusFor('sub.ops.example.com')).toBe(403)
  })

  it('may be any where the user says so', async () => {
    const { url } = await serve({ allowedHosts: '*' })
    expect((await rawRequest(url, { headers: { host: 'evil.example' } })).status).toBe(200)
  })

  it('of a mounted dashboard is by default a name of this machine, with any port', async () => {
    const registry = createRegistry()
    afterwards(() => registry.close())
    const { fetch } = createDashboard(registry)
    const statusAt = async (url: string) => (await fetch(new Request(url))).status
    expect(await statusAt('http://localhost:3000/')).toBe(200)
    expect(await statusAt('http://127.0.0.1/')).toBe(200)
    expect(await statusAt('http://[::1]:3000/')).toBe(200)
    expect(await statusAt('https://app.example.com/')).toBe(403)
  })

  it('without a port stands for the usual one', () => {
    expect(isHostAllowed('localhost', [], { host: '127.0.0.1', port: 80 })).toBe(true)
    expect(isHostAllowed('localhost', [], { host: '127.0.0.1', port: 8080 })).toBe(false)
    expect(isHostAllowed('', [], null)).toBe(false)
  })

  it('may be the address that its own server listens on, and no other', () => {
    const at = { host: '10.0.0.5', port: 4100 }
    expect(isHostAllowed('10.0.0.5:4100', [], at)).toBe(true)
    expect(isHostAllowed('10.0.0.5:4101', [], at)).toBe(false)
    expect(isHostAllowed('10.0.0.6:4100', [], at)).toBe(false)
    expect(isHostAllowed('10.0.0.5:4100', [], null)).toBe(false)
  })

  it('of a server on all addresses is still none but names of this machine', async () => {
    const dashboard = createDashboard(createRegistry())
    afterwards(() => dashboard.close())
    const { url } = await dashboard.listen({ host: '0.0.0.0' })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
    expect((await rawRequest(url)).status).toBe(200)
    const headers = { host: `0.0.0.0:${new URL(url).port}` }
    expect((await rawRequest(url, { headers })).status).toBe(403)
  })
})

describe('a page of another site', () => {
  it.each([
    ['another host', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['an origin that is none', { origin: 'localhost' }],
    ['a file', { origin: 'file://' }],
    ['what the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['what the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
  ])('can use nothing of the interface: %s', async (_, headers) => {
    const { registry, url } = await serve({ controls: { token: TOKEN } })
    registry.breaker('a')
    for (const path of ['api/stream', 'api/endpoint?name=a']) {
      const { status, text } = await rawRequest(url + path, { headers })
      expect({ path, status, error: JSON.parse(text).error.code }).toEqual({ path, status: 403, error: 'forbidden' })
    }
    const { status } = await rawRequest(`${url}api/control`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint: 'a', command: 'isolate' }),
    })
    expect(status).toBe(403)
    expect(registry.state('a')).toBe('closed')
  })

  it('is told apart from the own page, and from no page at all', async () => {
    const { registry, url } = await serve()
    registry.breaker('a')
    const { origin } = new URL(url)
    for (const headers of [{ origin, 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, {}]) {
      expect((await rawRequest(`${url}api/endpoint?name=a`, { headers })).status).toBe(200)
    }
  })

  it('gets no permission by CORS', async () => {
    const { url } = await serve()
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'POST' }
    const answer = await rawRequest(`${url}api/control`, { method: 'OPTIONS', headers })
    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('every answer', () => {
  it.each(['', 'api/endpoint?name=a', 'api/endpoint?name=unknown', 'api/control', 'nothing', 'assets/nothing.js'])(
    'lets the browser do no more than it must: /%s',
    async (path) => {
      const { registry, url } = await serve()
      registry.breaker('a')
      const { headers } = await rawRequest(url + path)
      const policy = String(headers['content-security-policy'])
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': path === '' ? 'no-cache' : 'no-store',
      })
    },
  )
})
