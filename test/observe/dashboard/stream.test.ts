// What who watches is told, over real connections.
import { describe, expect, it, vi } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { createDashboard } from '../../../src/observe/dashboard/index.ts'
import { COLUMN, MOST_ROWS, PROTOCOL, readRow } from '../../../src/observe/dashboard/protocol.ts'
import { openReader } from './support/reader.ts'
import { afterwards, serve } from './support/serving.ts'

const fail = () => Promise.reject(new Error('down'))

describe('the stream', () => {
  it('begins with who speaks, then every endpoint as it is', async () => {
    const { registry, read } = await serve({ title: 'shop' })
    await registry.call('search', () => 1)
    registry.breaker('mail').trip('maintenance')
    const reader = await read()
    await reader.ready()
    expect(reader.hello()).toMatchObject({
      protocol: PROTOCOL,
      title: 'shop',
      pid: process.pid,
      controls: false,
      endpoints: 2,
    })
    expect(Math.abs(reader.hello().now - Date.now())).toBeLessThan(5_000)
    const [search, mail] = ['search', 'mail'].map((name) => readRow(reader.rows.get(name) as never))
    expect(search).toMatchObject({ state: 'closed', generation: 0, calls: { allowed: 1, succeeded: 1 }, reason: null })
    expect(mail).toMatchObject({ state: 'open', generation: 1, reason: 'tripped: maintenance' })
    expect(mail?.retryAfterMs).toBeGreaterThan(29_000)
    expect(mail?.retryAfterMs).toBeLessThanOrEqual(30_000)
  })

  it('tells what has changed, and only that', async () => {
    const { registry, read } = await serve()
    for (const name of ['a', 'b', 'c']) registry.breaker(name)
    const reader = await read()
    await reader.ready()
    await registry.call('b', () => 1)
    await reader.until(({ rows }) => rows.get('b')?.[COLUMN.succeeded] === 1)
    const [, ...later] = reader.updates()
    expect(later.flatMap(({ rows }) => rows.map(([name]) => name))).toEqual(['b'])
    expect(later.some(({ full, last }) => full || last)).toBe(false)
  })

  it('tells of calls that open a breaker, of the transition with its reason, and of the way back', async () => {
    const { registry, read } = await serve(
      {},
      { policy: { failureThreshold: 2, openTimeout: 300, successThreshold: 1 } },
    )
    registry.breaker('mail')
    const reader = await read()
    await reader.ready()
    await registry.call('mail', fail).catch(() => {})
    await registry.call('mail', fail).catch(() => {})
    await reader.until((reader) => reader.transitions().length >= 1)
    expect(reader.transitions()[0]).toMatchObject({
      endpoint: 'mail',
      from: 'closed',
      to: 'open',
      generation: 1,
      reason: '2 consecutive failures (threshold 2)',
    })
    expect(Math.abs((reader.transitions()[0]?.time ?? 0) - Date.now())).toBeLessThan(5_000)
    // Half-open by itself: no call is made.
    await reader.until(({ rows }) => rows.get('mail')?.[COLUMN.state] === 1)
    await registry.call('mail', () => 1)
    await reader.until(({ rows }) => rows.get('mail')?.[COLUMN.state] === 0)
    await reader.until((reader) => reader.transitions().length >= 3)
    expect(reader.transitions().map(({ to }) => to)).toEqual(['open', 'halfOpen', 'closed'])
  })

  it('tells who comes later of the transitions before, as history', async () => {
    const { registry, read } = await serve()
    registry.breaker('a').trip()
    registry.breaker('a').reset()
    const reader = await read()
    await reader.until((reader) => reader.history().length > 0)
    expect(reader.history().map(({ to }) => to)).toEqual(['open', 'closed'])
    registry.breaker('a').isolate()
    await reader.until((reader) => reader.transitions().length > 0)
    expect(reader.transitions().map(({ to }) => to)).toEqual(['forcedOpen'])
  })

  it('tells of endpoints that are new and of those that are gone', async () => {
    const { registry, read } = await serve()
    registry.breaker('old')
    const reader = await read()
    await reader.ready()
    registry.breaker('new')
    registry.delete('old')
    await reader.until(({ rows }) => rows.has('new') && !rows.has('old'))
    expect(reader.updates().flatMap(({ gone }) => gone)).toEqual(['old'])
  })

  it('says nothing of an endpoint that came and went between two updates', async () => {
    const { registry, read } = await serve()
    const reader = await read()
    await reader.ready()
    registry.breaker('brief')
    registry.delete('brief')
    registry.breaker('lasting')
    await reader.until(({ rows }) => rows.has('lasting'))
    expect(reader.updates().flatMap(({ gone }) => gone)).toEqual([])
  })

  it('does not lose an endpoint that is deleted and made anew at once', async () => {
    const { registry, read } = await serve()
    await registry.call('phoenix', () => 1)
    const reader = await read()
    await reader.ready()
    registry.delete('phoenix')
    registry.breaker('phoenix').isolate()
    await reader.until(({ rows }) => rows.get('phoenix')?.[COLUMN.state] === 3)
    registry.delete('phoenix')
    await reader.until(({ rows }) => !rows.has('phoenix'))
  })

  it('tells that a rate has fallen, though no call was made', async () => {
    const policy = { failureRate: { threshold: 0.9, window: { time: 400, buckets: 4 } } }
    const { registry, read } = await serve({}, { policy })
    await registry.call('mail', fail).catch(() => {})
    const reader = await read()
    await reader.ready()
    expect(reader.rows.get('mail')?.[COLUMN.failureRate]).toBe(1)
    await reader.until(({ rows }) => rows.get('mail')?.[COLUMN.failureRate] === null)
    expect(reader.rows.get('mail')?.[COLUMN.failed]).toBe(1)
  })

  it('comes at most four times a second, and to all who watch alike', async () => {
    const { registry, read } = await serve()
    registry.breaker('busy')
    const [first, second] = [await read(), await read()]
    await Promise.all([first.ready(), second.ready()])
    const began = Date.now()
    const before = first.updates().length
    const timer = setInterval(() => registry.breaker('busy').recordSuccess(), 5)
    await first.until((reader) => reader.updates().length >= before + 4)
    clearInterval(timer)
    expect(Date.now() - began).toBeGreaterThan(3 * 250 * 0.9)
    await second.until((reader) => JSON.stringify(reader.updates().at(-1)) === JSON.stringify(first.updates().at(-1)))
  })

  it('says farewell when the registry is closed, to those who come later, too', async () => {
    const { registry, read } = await serve()
    registry.breaker('a')
    const reader = await read()
    await reader.ready()
    await registry.close()
    await reader.ended
    expect(reader.bye()).toEqual({ why: 'registry closed' })
    const late = await read()
    await late.ended
    expect(late.events.map(({ name }) => name)).toEqual(['hello', 'bye'])
  })

  it('says farewell at once of a registry that was closed before', async () => {
    const registry = createRegistry()
    await registry.close()
    const dashboard = createDashboard(registry)
    afterwards(() => dashboard.close())
    const reader = await openReader((await dashboard.listen()).url)
    await reader.ended
    expect(reader.bye()).toEqual({ why: 'registry closed' })
  })

  it('says farewell when the dashboard is closed, which leaves the registry alone', async () => {
    const { registry, dashboard, url, read } = await serve()
    const reader = await read()
    await reader.ready()
    await dashboard.close()
    await reader.ended
    expect(reader.bye()).toEqual({ why: 'dashboard closed' })
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    await expect(registry.call('a', () => 1)).resolves.toBe(1)
    await expect(dashboard.listen()).rejects.toThrow('the dashboard is closed')
  })
})

describe('streams that nobody reads', () => {
  it('are not opened for a request that asks for headers only', async () => {
    const { registry, url } = await serve()
    const changes = vi.spyOn(registry, 'changes')
    const { status, headers } = await fetch(`${url}api/stream`, { method: 'HEAD' })
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect(changes).not.toHaveBeenCalled()
  })

  it('are at most a hundred', async () => {
    const { url } = await serve()
    const abort = new AbortController()
    afterwards(() => abort.abort())
    const open = () => fetch(`${url}api/stream`, { signal: abort.signal })
    const statuses = (await Promise.all(Array.from({ length: 100 }, open))).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    const refused = await open()
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ error: { code: 'busy' } })
  })
})

describe('the stream of ten thousand endpoints', () => {
  it('comes whole, in portions, and follows when all of them change', async () => {
    const { registry, read } = await serve()
    const names = Array.from({ length: 10_000 }, (_, index) => `service-${index}`)
    for (const name of names) registry.breaker(name)
    const reader = await read()
    await reader.ready()
    expect([...reader.rows.keys()].toSorted()).toEqual(names.toSorted())
    for (const name of names) registry.breaker(name).recordSuccess()
    await reader.until(({ rows }) => names.every((name) => rows.get(name)?.[COLUMN.succeeded] === 1))
    for (const name of names) registry.breaker(name).trip()
    await reader.until(({ rows }) => names.every((name) => rows.get(name)?.[COLUMN.state] === 2))
    expect(Math.max(...reader.updates().map(({ rows }) => rows.length))).toBeLessThanOrEqual(MOST_ROWS)
    expect(reader.updates().filter(({ full }) => full).length).toBeGreaterThanOrEqual(10)
    expect(reader.updates().filter(({ last }) => last).length).toBe(1)
    const batches = reader.events.filter(({ name }) => name === 'transition')
    for (const { data } of batches) expect((data as unknown[]).length).toBeLessThanOrEqual(1_000)
    for (const name of names) registry.delete(name)
    await reader.until(({ rows }) => rows.size === 0)
  })
})
