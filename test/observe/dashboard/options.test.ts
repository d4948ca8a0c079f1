// What createDashboard and listen may be given, and what is said of the rest.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { createDashboard } from '../../../src/observe/dashboard/index.ts'
import { afterwards, rawRequest, serve } from './support/serving.ts'

// As they are before any server was started: the bridge would replace them, if it were let.
const { Request: OWN_REQUEST, Response: OWN_RESPONSE } = globalThis

function registryOfTest() {
  const registry = createRegistry()
  afterwards(() => registry.close())
  return registry
}

describe('an option that is wrong is refused at once', () => {
  it.each([
    [{ titel: 'x' }, 'options.titel: expected one of title, basePath, controls, allowedHosts (did you mean title?)'],
    [{ title: 7 }, 'options.title: expected a text of 1 to 200 characters, received 7'],
    [{ title: '' }, 'options.title: expected'],
    [{ basePath: 'breakers' }, "options.basePath: expected a path that begins with a slash, as in '/breakers'"],
    [{ basePath: '/a/../b' }, 'options.basePath: expected'],
    [{ basePath: '//evil.example' }, 'options.basePath: expected'],
    [{ basePath: '/a?b' }, 'options.basePath: expected'],
    [{ controls: true }, 'options.controls: expected false, or { token } with a token of at least 16 characters'],
    [{ controls: {} }, 'options.controls.token: expected at least 16 characters, received undefined'],
    [{ controls: { token: undefined } }, 'options.controls.token: expected at least 16 characters'],
    [
      { controls: { token: 'with a space in it somewhere' } },
      'options.controls.token: expected letters, digits and signs',
    ],
    [{ controls: { token: 'x'.repeat(16), tokens: [] } }, 'options.controls.tokens: expected one of token'],
    [{ allowedHosts: 'ops.example.com' }, "options.allowedHosts: expected '*', or host names"],
    [{ allowedHosts: ['https://ops.example.com'] }, 'options.allowedHosts: expected'],
    [{ allowedHosts: ['*.example.com'] }, 'options.allowedHosts: expected'],
    [null, 'options: expected an object: { title, basePath, controls, allowedHosts }, received null'],
  ])('%j', (options, message) => {
    expect(() => createDashboard(registryOfTest(), options as never)).toThrow(message)
  })

  it('a token that is too short, without repeating it', () => {
    const make = () => createDashboard(registryOfTest(), { controls: { token: 'secret-15-chars' } })
    expect(make).toThrow('options.controls.token: expected at least 16 characters')
    expect(make).not.toThrow('secret-15-chars')
  })

  it.each([[undefined], [null], [{}], [createRegistry]])('what is no registry: %s', (registry) => {
    expect(() => createDashboard(registry as never)).toThrow(
      'createDashboard(registry): expected what createRegistry gives',
    )
  })

  it.each([
    [{ prot: 1 }, 'listen(options).prot: expected one of port, host (did you mean port?)'],
    [{ port: '80' }, 'listen(options).port: expected a whole number from 0 to 65535, received "80"'],
    [{ port: 65_536 }, 'listen(options).port'],
    [{ host: '' }, 'listen(options).host: expected an address'],
    [null, 'listen(options): expected an object'],
  ])('of listen, as a rejection: %j', async (options, message) => {
    await expect(createDashboard(registryOfTest()).listen(options as never)).rejects.toThrow(message)
  })
})

describe('a server of its own', () => {
  it('is on loopback, on a port that is free, and says where', async () => {
    const { url } = await serve()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    expect((await rawRequest(url)).status).toBe(200)
  })

  it('says where with its base path, and as an address of IPv6', async () => {
    const dashboard = createDashboard(registryOfTest(), { basePath: '/breakers/' })
    afterwards(() => dashboard.close())
    const { url } = await dashboard.listen({ host: '::1' })
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/breakers\/$/)
    expect((await rawRequest(url)).status).toBe(200)
  })

  it('whose port is taken rejects with that', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    afterwards(() => other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    await expect(createDashboard(registryOfTest()).listen({ port })).rejects.toThrow('EADDRINUSE')
  })

  it('is closed alone, or with the dashboard, as often as one likes', async () => {
    const dashboard = createDashboard(registryOfTest())
    const [first, second] = [await dashboard.listen(), await dashboard.listen()]
    await first.close()
    await first.close()
    await expect(fetch(first.url)).rejects.toThrow('fetch failed')
    expect((await rawRequest(second.url)).status).toBe(200)
    await Promise.all([dashboard.close(), dashboard.close()])
    await expect(fetch(second.url)).rejects.toThrow('fetch failed')
  })

  it('leaves the globals of the process as they are', async () => {
    const { url } = await serve()
    await rawRequest(url)
    const dashboard = createDashboard(registryOfTest())
    const server = createServer(dashboard.listener).listen(0, '127.0.0.1')
    afterwards(() => server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    await rawRequest(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(globalThis.Request).toBe(OWN_REQUEST)
    expect(globalThis.Response).toBe(OWN_RESPONSE)
  })
})

describe('the files of the page', () => {
  it.each([
    ['br, gzip', 'br'],
    ['gzip;q=0.8, deflate', 'gzip'],
    ['GZIP, br;q=0', 'gzip'],
    ['identity', undefined],
    ['', undefined],
  ])('are compressed as the browser takes it: %j', async (accepted, coding) => {
    const { url } = await serve()
    const plain = await rawRequest(url)
    const answer = await rawRequest(url, { headers: { 'accept-encoding': accepted } })
    expect(answer.headers['content-encoding']).toBe(coding)
    expect(answer.headers['vary']).toBe('accept-encoding')
    const { text } = await fetch(url, { headers: { 'accept-encoding': accepted } }).then(async (response) => ({
      text: await response.text(),
    }))
    expect(text).toBe(plain.text)
  })

  it('are kept for ever where their name has their content in it', async () => {
    const { url } = await serve()
    const script = /(assets\/[^"]+\.js)/.exec((await rawRequest(url)).text)?.[1]
    const { headers } = await rawRequest(url + script)
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
  })

  it('are all that can be read: no path leads anywhere else', async () => {
    const { url } = await serve()
    for (const path of [
      'assets/../index.html',
      'assets/%2e%2e/package.json',
      'assets/',
      'assets/constructor',
      'package.json',
    ]) {
      const { status } = await rawRequest(url + path)
      expect({ path, status }).toEqual({ path, status: path === 'assets/../index.html' ? status : 404 })
    }
    expect((await rawRequest(`${url}assets/__proto__`)).status).toBe(404)
  })
})
