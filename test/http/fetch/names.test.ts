// Which breaker a request belongs to, and how many of them there may be.
import { describe, expect, it } from 'vitest'
import { createFetch, type FetchOptions, type OutgoingRequest } from '../../../src/http/fetch/index.ts'
import { createRegistry, type RegistryEvents, type RegistryOptions } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { errorOf, promiseOf, thrownBy } from '../../support/calls.ts'
import { serve, serveStatus } from '../../support/http-server.ts'
import { hear } from '../../support/registries.ts'

function guarded(options: FetchOptions = {}, registryOptions: RegistryOptions = {}) {
  const registry = createRegistry(registryOptions)
  return { registry, get: createFetch(registry, { fetch: async () => new Response(), ...options }) }
}

const endpoints = (registry: { list(): { endpoint: string }[] }) => registry.list().map(({ endpoint }) => endpoint)

describe('a key', () => {
  it('names the breaker by address, method and headers', async () => {
    const asked: OutgoingRequest[] = []
    const { registry, get } = guarded({
      key: (request) => {
        asked.push(request)
        return `${request.url.host} ${request.method} ${request.headers.get('x-tenant')}`
      },
    })
    await get('http://a.test/x', { headers: { 'X-Tenant': 'one' } })
    await get(new Request('http://b.test', { method: 'POST', headers: { 'x-tenant': 'two' } }))
    await get(new URL('http://c.test'), { method: 'put' })
    expect(endpoints(registry)).toEqual(['a.test GET one', 'b.test POST two', 'c.test PUT null'])
    expect(asked[0]?.url.href).toBe('http://a.test/x')
  })

  it.each([
    ['gives no string', () => 42, 'options.key(request): expected a string, received 42'],
    ['gives a promise', async () => 'a', 'options.key(request): expected a string, received a promise'],
    [
      'throws',
      () => {
        throw new Error('no tenant')
      },
      'options.key(request): expected a string, not that it throws',
    ],
  ])('that %s is an error for the caller, and nothing is counted or sent', async (_, key, message) => {
    let sent = 0
    const { registry, get } = guarded({
      key: key as unknown as () => string,
      fetch: async () => {
        sent++
        return new Response()
      },
    })
    const error = await errorOf(get('http://a.test'))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) })
    expect((error as Error).cause).toEqual(message.endsWith('throws') ? new Error('no tenant') : undefined)
    expect([sent, registry.list()]).toEqual([0, []])
  })

  it('that is hostile reaches neither a header nor a line of a log', async () => {
    const { origin, headers } = await serveStatus(503, { 'retry-after': '9' })
    const hostile = 'a\r\nx-evil: 1\u2028'
    const registry = createRegistry()
    const get = createFetch(registry, { key: () => hostile })
    await get(origin)
    expect(headers()).not.toHaveProperty('x-evil')
    const { message } = (await errorOf(get(origin))) as Error
    expect(message).toContain('x-evil')
    expect(message).not.toMatch(/[\r\n\u2028]/)
  })
})

describe('of 10,000 origins', () => {
  const LIMIT = 100

  it('no more than maxBreakers are kept, the latest', async () => {
    const { registry, get } = guarded({ maxBreakers: LIMIT })
    for (let n = 0; n < 10_000; n++) await get(`http://host-${n}.test`)
    expect(registry.list()).toHaveLength(LIMIT)
    expect(registry.has('http://host-9999.test')).toBe(true)
  })

  it('1,000 are kept by default', async () => {
    const { registry, get } = guarded()
    for (let n = 0; n < 1_100; n++) await get(`http://host-${n}.test`)
    expect(registry.list()).toHaveLength(1_000)
  })

  it('one that has gone is not found again by the address that came last', async () => {
    const { registry, get } = guarded({ maxBreakers: 1 })
    for (const host of ['a', 'a', 'b', 'a', 'b', 'b', 'a']) {
      await get(`http://${host}.test/`)
      expect(endpoints(registry)).toEqual([`http://${host}.test`])
    }
  })

  it('one that is used stays, and so do the open ones and those of others', async () => {
    const { registry, get } = guarded({ maxBreakers: 10 })
    registry.breaker('mine')
    await get('http://used.test')
    await get('http://open.test')
    registry.breaker('http://open.test').trip()
    for (let n = 0; n < 100; n++) {
      await get('http://used.test')
      await get(`http://host-${n}.test`)
    }
    expect(endpoints(registry)).toEqual(expect.arrayContaining(['mine', 'http://open.test', 'http://used.test']))
    expect(registry.list()).toHaveLength(11)
    expect(registry.breaker('http://used.test').stats().calls.succeeded).toBe(101)
  })

  it('those that others have made stay in the registry', async () => {
    const { registry, get } = guarded({ maxBreakers: 5 })
    const others = Array.from({ length: 20 }, (_, n) => `http://host-${n}.test`)
    for (const name of others) registry.breaker(name)
    registry.breaker('http://host-0.test').trip()
    for (let n = 1; n < 40; n++) expect((await get(`http://host-${n}.test`)).status).toBe(200)
    expect(endpoints(registry)).toEqual(expect.arrayContaining(others))
    expect(registry.list()).toHaveLength(25)
  })

  it('one with a request under way stays while another can go', async () => {
    let finish = () => {}
    const slow = new Promise<Response>((resolve) => {
      finish = () => resolve(new Response())
    })
    const { registry, get } = guarded({
      maxBreakers: 2,
      fetch: async (input) => (input === 'http://slow.test' ? slow : new Response()),
    })
    const answer = get('http://slow.test')
    for (let n = 0; n < 10; n++) await get(`http://host-${n}.test`)
    expect(registry.has('http://slow.test')).toBe(true)
    finish()
    await answer
    for (let n = 10; n < 20; n++) await get(`http://host-${n}.test`)
    expect(registry.has('http://slow.test')).toBe(false)
  })

  it('those that find all breakers open go unguarded', async () => {
    const { registry, get } = guarded({ maxBreakers: 2 })
    for (const name of ['http://a.test', 'http://b.test']) {
      await get(name)
      registry.breaker(name).trip()
    }
    expect((await get('http://c.test')).status).toBe(200)
    expect(await errorOf(get('http://a.test'))).toMatchObject({ code: 'BREAKER_OPEN' })
    expect(registry.has('http://c.test')).toBe(false)
  })

  it.each([true, false])('the maxBreakers of the registry holds, too (all open: %s)', async (allOpen) => {
    const { registry, get } = guarded({}, { maxBreakers: 3 })
    for (let n = 0; n < 3; n++) {
      await get(`http://host-${n}.test`)
      if (allOpen) registry.breaker(`http://host-${n}.test`).trip()
    }
    for (let n = 3; n < 10; n++) expect((await get(`http://host-${n}.test`)).status).toBe(200)
    expect(registry.list()).toHaveLength(3)
    expect(registry.has('http://host-9.test')).toBe(!allOpen)
  })

  it('one that the registry has evicted, and has no room for, goes unguarded', async () => {
    const { registry, get } = guarded({}, { maxBreakers: 1 })
    await get('http://a.test')
    registry.breaker('other').trip()
    expect(registry.has('http://a.test')).toBe(false)
    expect((await get('http://a.test')).status).toBe(200)
  })
})

describe('requests that go unguarded', () => {
  const wordsOf = (heard: RegistryEvents['error'][]) =>
    heard.map(({ source, endpoint, error }) => `${source} ${endpoint}: ${(error as Error).message}`)

  it('are told once for each origin where the registry is full, and not for each request (R26)', async () => {
    const { registry, get } = guarded({}, { maxBreakers: 1 })
    const heard = hear(registry, 'error')
    registry.breaker('held').isolate()
    for (let n = 0; n < 200; n++) await get(n % 2 === 0 ? 'http://a.test/x' : 'http://b.test/y')
    const why = 'requests are sent without a breaker: the registry is full'
    expect(wordsOf(heard)).toEqual([`unguarded http://a.test: ${why}`, `unguarded http://b.test: ${why}`])
    expect(heard[0]?.error).toMatchObject({ cause: { code: 'REGISTRY_FULL' } })
  })

  it('are told again when there was a place for them meanwhile (R26)', async () => {
    const { registry, get } = guarded({}, { maxBreakers: 1 })
    const heard = hear(registry, 'error')
    for (let times = 0; times < 2; times++) {
      registry.breaker('held').isolate()
      await get('http://a.test')
      registry.delete('held')
      await get('http://a.test')
      expect(registry.has('http://a.test')).toBe(true)
    }
    registry.breaker('held').isolate()
    for (let times = 0; times < 3; times++) await get('http://a.test')
    expect(heard, 'and where its breaker was evicted').toHaveLength(3)
  })

  it('are told once for each origin under maxBreakers of its own (R26)', async () => {
    const { registry, get } = guarded({ maxBreakers: 1 })
    const heard = hear(registry, 'error')
    await get('http://open.test')
    registry.breaker('http://open.test').trip()
    for (let n = 0; n < 10; n++) await get('http://a.test')
    const why = 'requests are sent without a breaker: none of options.maxBreakers = 1 can make room'
    expect(wordsOf(heard)).toEqual([`unguarded http://a.test: ${why}`])
  })

  it('of more origins than anybody remembers are told of in bounded memory (R26)', async () => {
    const { registry, get } = guarded({}, { maxBreakers: 1 })
    const heard = hear(registry, 'error')
    registry.breaker('held').isolate()
    for (let n = 0; n <= 1_000; n++) await get(`http://host-${n}.test`)
    await get('http://host-1000.test')
    expect(heard).toHaveLength(1_001)
    await get('http://host-0.test')
    expect(heard, 'the longest told of is forgotten').toHaveLength(1_002)
  })
})

describe('a half-open breaker that waits for a request', () => {
  it('makes room for another origin, unless a request is under way (R26)', async () => {
    const clock = createVirtualClock()
    const { promise, resolve } = promiseOf<Response>()
    const { registry, get } = guarded(
      { maxBreakers: 1, fetch: async (input) => (input === 'http://slow.test' ? promise : new Response()) },
      { clock },
    )
    await get('http://gone.test')
    registry.breaker('http://gone.test').trip()
    clock.advance(30_000)
    await get('http://b.test')
    expect(endpoints(registry)).toEqual(['http://b.test'])
    const probe = get('http://slow.test')
    registry.breaker('http://slow.test').trip()
    clock.advance(30_000)
    await get('http://c.test')
    expect(registry.has('http://slow.test'), 'its request is under way').toBe(true)
    resolve(new Response())
    await probe
  })
})

describe('time that passes while a request asks for admission', () => {
  it('admits it after all, and every request is counted once', async () => {
    let heldUp = 0
    for (let openTimeout = 1; openTimeout <= 20; openTimeout++) {
      // At each look it is later: open to who asks first, half-open to who calls.
      let now = 0
      const clock = { now: () => now++, setTimeout: () => 0, clearTimeout: () => {} }
      const { registry, get } = guarded({}, { clock, policy: { openTimeout, latencySampling: 0 } })
      registry.breaker('http://a.test').trip()
      const answers: string[] = []
      for (let n = 0; n < 12; n++) {
        answers.push(
          await get('http://a.test').then(
            ({ status }) => `${status}`,
            ({ code }) => code,
          ),
        )
      }
      const { succeeded, rejected } = registry.breaker('http://a.test').stats().calls
      const admitted = answers.filter((answer) => answer === '200')
      expect(admitted).toHaveLength(succeeded)
      expect(answers.filter((answer) => answer === 'BREAKER_OPEN')).toHaveLength(rejected)
      expect(succeeded + rejected).toBe(12)
      heldUp += rejected
    }
    expect(heldUp).toBeGreaterThan(0)
  })
})

describe('an address', () => {
  it('that only begins like a known origin is of another', async () => {
    const { registry, get } = guarded()
    await get('http://a.test/')
    const others = [
      'http://a.test:81/',
      'http://a.test.evil.test/',
      'http://a.test@evil.test/',
      'http://a.test?x/',
      'http://a.testx',
    ]
    for (const url of others) await get(url)
    expect(endpoints(registry)).toEqual([
      'http://a.test',
      'http://a.test:81',
      'http://a.test.evil.test',
      'http://evil.test',
      'http://a.testx',
    ])
    expect(registry.breaker('http://a.test').stats().calls.succeeded).toBe(2)
  })
})

describe('the options', () => {
  it.each([
    [
      { timeOut: 1 },
      'options.timeOut: expected one of key, isFailure, timeout, retryAfter, watchBody, maxBreakers, fetch',
    ],
    [{ key: 'host' }, 'options.key: expected a function of a request that gives a string, received "host"'],
    [
      { isFailure: true },
      'options.isFailure: expected a function of an outcome, or an object of functions: { value, error }, received true',
    ],
    [{ isFailure: { value: 5 } }, 'options.isFailure.value: expected a function of a value, received 5'],
    [{ isFailure: null }, 'options.isFailure: expected a classifier, not null, received null'],
    [{ timeout: '2 parsecs' }, "options.timeout: expected a duration above 0: milliseconds or a string such as '30s'"],
    [{ timeout: -1 }, 'options.timeout: expected a duration above 0'],
    [{ retryAfter: true }, 'options.retryAfter: expected a duration above 0: milliseconds or a string such as'],
    [{ retryAfter: 0 }, "'30s', or false, received 0"],
    [{ watchBody: 'yes' }, 'options.watchBody: expected true or false, received "yes"'],
    [{ maxBreakers: 0 }, 'options.maxBreakers: expected a whole number of at least 1, received 0'],
    [{ fetch: {} }, 'options.fetch: expected a function such as fetch, received {}'],
    [null, 'options: expected an object'],
  ])('%j are refused', (options, message) => {
    const error = thrownBy(() => createFetch(createRegistry(), options as FetchOptions))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) })
  })

  it('say what was meant', () => {
    const error = thrownBy(() => createFetch(createRegistry(), { retryafter: 1 } as FetchOptions))
    expect(error).toMatchObject({ message: expect.stringContaining('did you mean retryAfter?') })
  })

  it('need a registry', () => {
    const error = thrownBy(() => createFetch({} as ReturnType<typeof createRegistry>))
    expect(error).toMatchObject({ message: expect.stringContaining('createFetch(registry): expected a registry') })
  })
})

it('a redirect is not asked about twice', async () => {
  const { origin } = await serve(({ url }, response) => {
    if (url === '/') response.writeHead(302, { location: '/there' }).end()
    else response.end()
  })
  const registry = createRegistry()
  await createFetch(registry)(origin)
  expect(registry.breaker(origin).stats().calls).toMatchObject({ allowed: 1, succeeded: 1 })
})

describe('a limit of concurrent requests', () => {
  it('has them wait in their turn, refuses the next, and ends the wait of who is called off', async () => {
    const { promise, resolve } = promiseOf<Response>()
    const sent: string[] = []
    const send = async (input: unknown) => {
      sent.push(String(input))
      return sent.length === 1 ? promise : new Response('later')
    }
    const policy = { maxConcurrent: 1, maxQueued: 2 }
    const { registry, get } = guarded({ fetch: send }, { policy })
    const first = get('http://a.test/1')
    const leave = new AbortController()
    const second = errorOf(get('http://a.test/2', { signal: leave.signal }))
    const third = get('http://a.test/3')
    expect(await errorOf(get('http://a.test/4'))).toMatchObject({
      code: 'CONCURRENCY_LIMIT',
      endpoint: 'http://a.test',
    })
    leave.abort()
    expect(await second).toBe(leave.signal.reason)
    resolve(new Response('first'))
    expect(await (await first).text()).toBe('first')
    expect(await (await third).text()).toBe('later')
    expect(sent).toEqual(['http://a.test/1', 'http://a.test/3'])
    expect(registry.breaker('http://a.test').stats()).toMatchObject({
      concurrency: { inFlight: 0, queued: 0 },
      calls: { allowed: 2, limited: 1, rejected: 0, ignored: 0 },
    })
  })
})
