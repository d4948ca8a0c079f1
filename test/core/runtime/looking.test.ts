// Looking at all breakers: figures in one pass, what has changed, what is in the windows, health. Nothing is made by it.
import { describe, expect, it } from 'vitest'
import { matchNames, type StatsReader } from '../../../src/index.ts'
import { errorOf, fail, succeed } from '../../support/calls.ts'
import { newBreaker, newRegistry } from '../../support/registries.ts'

describe('the figures of all breakers', () => {
  it('are those of each, in the order in which they were made, and make nothing (R24)', async () => {
    const { registry, clock } = newRegistry()
    await fail(registry.breaker('b'))
    registry.breaker('a').trip('maintenance')
    const all = registry.stats()
    expect(all.map(({ endpoint }) => endpoint)).toEqual(['b', 'a'])
    for (const { endpoint, ...stats } of all) expect(stats).toEqual(registry.breaker(endpoint).stats())
    expect(all[1]).toMatchObject({
      state: 'open',
      reason: { type: 'tripped', message: 'maintenance' },
      probesInFlight: 0,
    })
    clock.stall(30_000)
    registry.breaker('a').tryAcquire()
    expect(registry.stats()[1]).toMatchObject({ state: 'halfOpen', probesInFlight: 1 })
    expect(registry.list()).toHaveLength(2)
  })

  it('have a histogram of the sampled latencies for those who ask for it', async () => {
    const { breaker, clock, registry } = newBreaker({ latencySampling: 1 })
    for (const ms of [1, 10, 100, 100]) await breaker.call(async () => clock.advance(ms))
    const latencyBoundsMs = [0.5, 5, 50, 500]
    const [stats] = registry.stats({ latencyBoundsMs })
    expect(stats?.latency).toMatchObject({ samples: 4, totalMs: 211, atMost: [0, 1, 2, 4] })
    expect(registry.stats()[0]?.latency).not.toHaveProperty('atMost')
    registry.breaker('unused')
    expect(registry.stats({ latencyBoundsMs })[1]?.latency.atMost).toEqual([0, 0, 0, 0])
  })

  it('refuse options that are none (R50)', () => {
    const { registry } = newRegistry()
    expect(() => registry.stats({ latencyBounds: [1] } as never)).toThrow(/^stats\(options\).*mean latencyBoundsMs/)
    expect(() => registry.stats({ latencyBoundsMs: ['1s'] as never })).toThrow(
      /^stats\(options\)\.latencyBoundsMs: .*milliseconds/,
    )
    expect(() => registry.stats(null as never)).toThrow(/an object/)
  })
})

describe('a reader of changes', () => {
  const read = (reader: StatsReader) => Array.from(reader.read(), ({ endpoint }) => endpoint)

  it('gives all at first, then those alone that something has happened to', async () => {
    const { registry } = newRegistry()
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) registry.breaker(name)
    const reader = registry.changes()
    expect(read(reader)).toHaveLength(6)
    expect(read(reader)).toEqual([])
    await succeed(registry.breaker('a'))
    await fail(registry.breaker('b'))
    registry.breaker('c').trip()
    await errorOf(registry.call('c', () => 'not run'))
    const permit = registry.breaker('d').tryAcquire()
    expect(read(reader)).toEqual(['a', 'b', 'c', 'd'])
    permit?.ignore()
    registry.reset('a')
    expect(read(reader)).toEqual(['a', 'd'])
    const late = registry.breaker('e').tryAcquire()
    registry.breaker('e').reset()
    expect(read(reader)).toEqual(['e'])
    late?.success()
    expect(read(reader)).toEqual(['e'])
    expect(read(registry.changes())).toHaveLength(6)
  })

  it('notices a state that has changed by time alone (R05)', () => {
    const { registry, clock, breaker } = newBreaker()
    breaker.trip()
    const reader = registry.changes()
    read(reader)
    clock.stall(30_000)
    expect([...reader.read()]).toMatchObject([{ endpoint: 'a', state: 'halfOpen' }])
  })

  it('notices a probe whose lease has expired, though it is counted nowhere (R08)', () => {
    const policy = { halfOpenMaxCalls: 2, halfOpenFailureThreshold: 2, probeTimeout: 5_000 }
    const { registry, clock, breaker } = newBreaker(policy)
    breaker.trip()
    clock.advance(30_000)
    breaker.tryAcquire()
    const reader = registry.changes()
    read(reader)
    clock.advance(5_000)
    expect([...reader.read()]).toMatchObject([{ state: 'halfOpen', probesInFlight: 0 }])
  })

  it('notices a fallback that was asked after it had read of the rejection', async () => {
    const { registry, breaker } = newBreaker()
    breaker.trip()
    const reader = registry.changes()
    registry.on('rejected', () => read(reader))
    await breaker.call(() => 'not run', { fallback: () => 'instead' })
    expect([...reader.read()]).toMatchObject([{ calls: { rejected: 1, fallbacks: 1 } }])
  })

  it('may pause while breakers come and go', async () => {
    const { registry } = newRegistry()
    for (let index = 0; index < 4; index++) registry.breaker(`${index}`)
    const steps = registry.changes().read()
    expect(steps.next().value?.endpoint).toBe('0')
    registry.delete('1')
    registry.breaker('4')
    expect(Array.from(steps, ({ endpoint }) => endpoint)).toEqual(['2', '3', '4'])
  })

  it('takes a breaker that was made anew for another', async () => {
    const { registry } = newBreaker()
    const reader = registry.changes()
    read(reader)
    registry.delete('a')
    registry.breaker('a')
    expect(read(reader)).toEqual(['a'])
  })
})

describe('the evidence of a breaker', () => {
  it('is what its failure threshold counts', async () => {
    const inARow = newBreaker({ failureThreshold: 3 }).breaker
    await fail(inARow, 2)
    expect(inARow.evidence()).toEqual({
      failures: { count: 2, threshold: 3, windowMs: null, agesMs: [] },
      failureRate: null,
      slowCalls: null,
    })
    const { breaker, clock } = newBreaker({ failureThreshold: 3, failureWindow: 100 })
    await fail(breaker)
    clock.advance(60)
    await fail(breaker)
    expect(breaker.evidence().failures).toEqual({ count: 2, threshold: 3, windowMs: 100, agesMs: [60, 0] })
    clock.advance(40)
    expect(breaker.evidence().failures).toEqual({ count: 1, threshold: 3, windowMs: 100, agesMs: [40] })
    const inAll = newBreaker({ failureThreshold: 3, counting: 'cumulative' }).breaker
    await fail(inAll)
    await succeed(inAll)
    expect(inAll.evidence().failures.count).toBe(1)
  })

  it('is what is in the windows of its rates, the oldest first', async () => {
    const { breaker, clock } = newBreaker({
      failureRate: { threshold: 0.9, minimumCalls: 3, window: { calls: 3 } },
      slowCalls: { slowerThan: 5, threshold: 0.8, minimumCalls: 9, window: { time: 100, buckets: 2 } },
    })
    await breaker.call(async () => clock.advance(10))
    await fail(breaker)
    await succeed(breaker)
    await succeed(breaker)
    const { failureRate, slowCalls } = breaker.evidence()
    const buckets = [1, 0, 0].map((marked) => ({ calls: 1, marked }))
    expect(failureRate).toEqual({
      calls: 3,
      marked: 1,
      rate: 1 / 3,
      threshold: 0.9,
      minimumCalls: 3,
      window: { calls: 3 },
      buckets,
    })
    expect(slowCalls).toMatchObject({ calls: 4, marked: 1, rate: 0.25, window: { timeMs: 100, buckets: 2 } })
    expect(slowCalls?.buckets).toHaveLength(2)
    clock.advance(200)
    expect(breaker.evidence().slowCalls).toMatchObject({ calls: 0, rate: null })
  })
})

describe('the health of a registry', () => {
  it('is up, degraded by an endpoint that is not closed, down by a critical one', () => {
    const { registry, clock } = newRegistry()
    const rules = { critical: ['payments', 'db-*'] }
    registry.breaker('mail').disable()
    expect(registry.health(rules)).toEqual({ status: 'up', endpoints: [] })
    registry.breaker('search').trip('slow')
    expect(registry.health(rules)).toEqual({
      status: 'degraded',
      endpoints: [
        {
          ...{ endpoint: 'search', state: 'open', admits: 'none', refusedBy: 'breaker', critical: false },
          ...{ reason: 'open: tripped: slow', retryAfterMs: 30_000 },
        },
      ],
    })
    registry.breaker('db-1').isolate()
    expect(registry.health(rules)).toMatchObject({
      status: 'down',
      endpoints: [
        { endpoint: 'db-1', state: 'forcedOpen', refusedBy: 'operator', critical: true, retryAfterMs: null },
        { endpoint: 'search' },
      ],
    })
    expect(registry.health().status).toBe('degraded')
    registry.breaker('db-1').trip()
    clock.stall(30_000)
    // Asked again already, by probes.
    expect(registry.health(rules)).toMatchObject({ status: 'degraded', endpoints: [{ state: 'halfOpen' }, {}] })
    void registry.resetAll()
    expect(registry.health(rules).status).toBe('up')
  })

  it('refuses rules that are none (R50)', () => {
    const { registry } = newRegistry()
    expect(() => registry.health({ critcal: [] } as never)).toThrow(
      /^health\(rules\)\.critcal: .*did you mean critical/,
    )
    expect(() => registry.health({ critical: 'payments' } as never)).toThrow(/an array of names/)
    expect(() => registry.health({ critical: [1] } as never)).toThrow(/a string/)
  })
})

describe('names chosen by patterns', () => {
  it('are those that are among them, or match one', () => {
    const isChosen = matchNames(['payments', 'db-*', '*/v1/*', '__proto__'])
    const names = ['payments', 'db-', 'db-1', 'x/v1/', 'x/v1/y', '__proto__', 'payment', 'xdb-1', 'constructor', '']
    expect(names.filter(isChosen)).toEqual(['payments', 'db-', 'db-1', 'x/v1/', 'x/v1/y', '__proto__'])
    expect(names.filter(matchNames([]))).toEqual([])
    expect(names.filter(matchNames(['*']))).toEqual(names)
  })
})

it('a registry says whether it is closed', async () => {
  const { registry } = newRegistry()
  expect(registry.isClosed).toBe(false)
  await registry.close()
  expect(registry.isClosed).toBe(true)
  expect(registry.stats()).toEqual([])
})
