// One endpoint opened: figures, evidence, policy, transitions and the stays between them.
import { describe, expect, it } from 'vitest'
import { createRegistry, type Reason } from '../../../src/index.ts'
import { MOST_IN_ALL, MOST_OF_ENDPOINT, recordHistory } from '../../../src/observe/dashboard/history.ts'
import { createDashboard } from '../../../src/observe/dashboard/index.ts'
import type { EndpointDetail } from '../../../src/observe/dashboard/protocol.ts'
import { afterwards, rawRequest, serve } from './support/serving.ts'

async function detail(url: string, name: string): Promise<EndpointDetail> {
  const response = await fetch(`${url}api/endpoint?name=${encodeURIComponent(name)}`)
  expect(response.status).toBe(200)
  return response.json() as Promise<EndpointDetail>
}

const rates = { rate: 0.75, calls: 40, reporters: 3, version: 2, message: '' }
const FLEET: Reason = { type: 'fleet', decision: 'failureRate', ...rates }

const HOSTILE = [
  '',
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  'שלום\u202egnp.exe',
  'data: x\n\nevent: bye\ndata: {}\n\n',
  '\r\n\r\nHTTP/1.1 200 OK',
  '\ud800',
  '__proto__',
  '../../etc/passwd',
  '%00&name=other#x',
  'x'.repeat(10_000),
  '你'.repeat(10_000),
]

describe('the detail of an endpoint', () => {
  it('has its figures, its evidence, its policy in words, and what in that will not work', async () => {
    const policy = { failureRate: { threshold: 0.5, minimumCalls: 2, window: { calls: 10 } }, failureWindow: 60_000 }
    const { registry, url } = await serve({}, { policy })
    for (let call = 0; call < 3; call++) registry.breaker('mail').recordSuccess()
    registry.breaker('mail').recordFailure()
    const found = await detail(url, 'mail')
    expect(found.row.slice(0, 7)).toEqual(['mail', 0, 0, 0, 0, 3, 1])
    expect(found.stats.consecutiveFailures).toBe(1)
    expect(found.evidence.failures).toMatchObject({ count: 1, threshold: 5, windowMs: 60_000 })
    expect(found.evidence.failures.ages.length).toBe(1)
    expect(found.evidence.failureRate).toMatchObject({ calls: 4, marked: 1, threshold: 0.5, rate: 0.25 })
    expect(found.evidence.failureRate?.buckets.map(({ marked }) => marked)).toEqual([0, 0, 0, 1])
    expect(found.evidence.slowCalls).toBe(null)
    expect(found.policy).toContainEqual({
      setting: 'failureThreshold',
      value: '5',
      meaning: '5 failures within 1 min open it.',
    })
    expect(found.options).toMatchObject({
      failureThreshold: 5,
      openTimeout: 30_000,
      failureRate: { window: { calls: 10 } },
    })
    expect(found.warnings).toEqual([expect.stringContaining('failureRate: a single failure opens it')])
  })

  it('has what a fleet rules on top of it, in words', async () => {
    const { registry, url } = await serve()
    const breaker = registry.breaker('mail')
    expect((await detail(url, 'mail')).override).toBe(null)
    breaker.override({ state: 'open', reason: FLEET, retryAfterMs: 60_000 })
    const { override, row } = await detail(url, 'mail')
    expect(row[1]).toBe(0)
    expect(override).toMatchObject({
      state: 'open',
      share: 0,
      reason: expect.stringContaining('75% failures over 40 calls'),
    })
    expect(override?.retryAfterMs).toBeGreaterThan(50_000)
  })

  it('has its transitions in words, and the stays that they part', async () => {
    const { registry, url } = await serve()
    const breaker = registry.breaker('mail')
    const before = Date.now()
    breaker.trip('disk full')
    breaker.reset()
    const { transitions, timeline, now } = await detail(url, 'mail')
    expect(transitions.map(({ from, to, reason }) => `${from} ${to}: ${reason}`)).toEqual([
      'closed open: tripped: disk full',
      'open closed: reset',
    ])
    expect(timeline.map(({ state, generation }) => [state, generation])).toEqual([
      ['closed', null],
      ['open', 1],
      ['closed', 2],
    ])
    const [first, second, third] = timeline
    expect(first?.to).toBe(second?.from)
    expect(second?.to).toBe(third?.from)
    expect(third?.to).toBe(null)
    expect(first?.from).toBeGreaterThanOrEqual(before - 1_000)
    expect(first?.from).toBeLessThanOrEqual(first?.to ?? 0)
    expect(third?.from).toBeLessThanOrEqual(now + 1)
  })

  it('has what its fleet decided as transitions, and as stays of their own (R63)', async () => {
    const { registry, url } = await serve()
    const breaker = registry.breaker('mail')
    breaker.override({ state: 'open', reason: FLEET, retryAfterMs: 60_000 })
    breaker.trip('disk full')
    breaker.override({ state: 'halfOpen', reason: FLEET, share: 0.5 })
    breaker.override(null)
    const { transitions, timeline, fleetTimeline } = await detail(url, 'mail')
    expect(transitions.map(({ by, from, to, generation }) => [by, from, to, generation])).toEqual([
      ['fleet', 'closed', 'open', null],
      ['breaker', 'closed', 'open', 1],
      ['fleet', 'open', 'halfOpen', null],
      ['fleet', 'halfOpen', 'closed', null],
    ])
    expect(transitions[0]?.reason).toContain('75% failures')
    expect(transitions[3]?.reason).toBe('the fleet rejects no calls any more')
    expect(timeline.map(({ state }) => state)).toEqual(['closed', 'open'])
    expect(fleetTimeline.map(({ state, from, to }) => [state, from, to])).toEqual([
      ['open', transitions[0]?.time, transitions[2]?.time],
      ['halfOpen', transitions[2]?.time, transitions[3]?.time],
    ])
  })

  it('knows what the fleet had decided before there was a dashboard (R63)', async () => {
    const registry = createRegistry()
    afterwards(() => registry.close())
    const breaker = registry.breaker('mail')
    breaker.override({ state: 'forcedOpen', reason: FLEET })
    const dashboard = createDashboard(registry)
    afterwards(() => dashboard.close())
    const { url } = await dashboard.listen()
    expect((await detail(url, 'mail')).fleetTimeline).toMatchObject([{ state: 'forcedOpen', to: null }])
    breaker.override(null)
    const { transitions, fleetTimeline } = await detail(url, 'mail')
    expect(transitions).toMatchObject([{ by: 'fleet', from: 'forcedOpen', to: 'closed' }])
    expect(fleetTimeline).toMatchObject([{ state: 'forcedOpen', to: transitions[0]?.time }])
  })

  it('has the places of its bulkhead (R64)', async () => {
    const { registry, url } = await serve()
    registry.breaker('mail')
    expect((await detail(url, 'mail')).bulkhead).toBe(null)
    const pool = registry.breaker('pool', { maxConcurrent: 1, maxQueued: 4 })
    pool.tryAcquire()
    pool.acquire().catch(() => {})
    expect((await detail(url, 'pool')).bulkhead).toEqual({ inFlight: 1, queued: 1, slots: 1, mayWait: 4 })
  })

  it('of a breaker that has never changed is one stay, from when it was made', async () => {
    const { registry, url } = await serve()
    registry.breaker('mail')
    const { timeline, now, transitions } = await detail(url, 'mail')
    expect(transitions).toEqual([])
    expect(timeline).toEqual([{ state: 'closed', generation: 0, from: expect.any(Number), to: null }])
    expect(now - (timeline[0]?.from ?? 0)).toBeLessThan(5_000)
  })

  it('of a name that there is none of is refused, and makes no breaker', async () => {
    const { registry, url } = await serve()
    for (const query of ['?name=nobody', '?name=', '?name=__proto__']) {
      const answer = await rawRequest(`${url}api/endpoint${query}`)
      expect(answer.status).toBe(404)
      expect(JSON.parse(answer.text).error.code).toBe('notFound')
    }
    expect((await rawRequest(`${url}api/endpoint`)).status).toBe(400)
    expect(registry.list()).toEqual([])
  })

  it('that would be very large is cut to the newest', async () => {
    const policy = { failureThreshold: null, failureRate: { threshold: 1, window: { calls: 5_000 } } }
    const { registry, url } = await serve({}, { policy })
    for (let call = 0; call < 5_000; call++) registry.breaker('mail').recordSuccess()
    registry.breaker('mail').recordFailure()
    const { failureRate } = (await detail(url, 'mail')).evidence
    expect(failureRate?.calls).toBe(5_000)
    expect(failureRate?.buckets.length).toBe(1_000)
    expect(failureRate?.buckets.at(-1)?.marked).toBe(1)
  })
})

describe('a name that means harm', () => {
  it.each(HOSTILE.map((name) => [name.slice(0, 40), name] as const))('is data like any other: %j', async (_, name) => {
    const { registry, url, read } = await serve()
    registry.breaker(name).trip(name.slice(0, 100))
    registry.breaker('other')
    const reader = await read()
    await reader.ready()
    expect([...reader.rows.keys()].toSorted()).toEqual([name, 'other'].toSorted())
    await reader.until((reader) => reader.history().length === 1)
    expect(reader.bye()).toBe(undefined)
    // Half a character can be sent in JSON, but not in a URL.
    if (name !== '\ud800') expect((await detail(url, name)).endpoint).toBe(name)
    registry.delete(name)
    await reader.until(({ rows }) => rows.size === 1)
  })
})

describe('the history', () => {
  const recorded = () => {
    const registry = createRegistry()
    afterwards(() => registry.close())
    return { registry, history: recordHistory(registry) }
  }
  const flap = (registry: ReturnType<typeof createRegistry>, name: string, times: number) => {
    for (let time = 0; time < times; time++) {
      registry.breaker(name).trip()
      registry.breaker(name).reset()
    }
  }

  it('keeps the newest of an endpoint, and says that older ones were dropped', async () => {
    const { registry, history } = recorded()
    flap(registry, 'calm', 1)
    flap(registry, 'busy', MOST_OF_ENDPOINT)
    expect(history.of('calm')).toMatchObject({ isCut: false })
    const { transitions, isCut } = history.of('busy')
    expect(isCut).toBe(true)
    expect(transitions.length).toBe(MOST_OF_ENDPOINT)
    expect(transitions.at(-1)?.generation).toBe(2 * MOST_OF_ENDPOINT)
    expect(history.since(0, 1_000_000).length).toBe(MOST_OF_ENDPOINT + 2)
  })

  it('keeps so many in all, and drops the oldest first', () => {
    const { registry, history } = recorded()
    const endpoints = MOST_IN_ALL / 2 + 10
    for (let index = 0; index < endpoints; index++) flap(registry, `service-${index}`, 1)
    expect(history.since(0, 1_000_000).length).toBe(MOST_IN_ALL)
    expect(history.of('service-0').transitions).toEqual([])
    expect(history.of('service-9')).toEqual({ transitions: [], isCut: true })
    expect(history.of('service-10').transitions.length).toBe(2)
    expect(history.last()).toBe(2 * endpoints)
  })

  it('tells those after a number, the newest of them, the oldest first', () => {
    const { registry, history } = recorded()
    flap(registry, 'a', 2)
    expect(history.since(2, 10).map(({ generation }) => generation)).toEqual([3, 4])
    expect(history.since(0, 3).map(({ generation }) => generation)).toEqual([2, 3, 4])
    expect(history.since(history.last(), 10)).toEqual([])
  })

  it('forgets an endpoint that is deleted, wherever it stands', () => {
    const { registry, history } = recorded()
    for (const name of ['a', 'b', 'a', 'c', 'a']) flap(registry, name, 1)
    registry.delete('a')
    expect(history.since(0, 100).map(({ endpoint }) => endpoint)).toEqual(['b', 'b', 'c', 'c'])
    registry.delete('c')
    registry.delete('b')
    expect(history.since(0, 100)).toEqual([])
    flap(registry, 'a', 1)
    expect(history.of('a').transitions.length).toBe(2)
    expect(history.of('a').isCut).toBe(false)
  })

  it('hears nothing any more once it is closed', () => {
    const { registry, history } = recorded()
    history.close()
    flap(registry, 'a', 1)
    expect(history.last()).toBe(0)
  })
})
