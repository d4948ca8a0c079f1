// Every view in every combination: what each says of a breaker is what its next calls get. Whether calls are refused, some or
// all, and by whom is asked of `breaker.admission()` alone; a view that judges by itself is found here.
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import pc from 'picocolors'
import { Registry as Register } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createBoard } from '../../src/cli/watch/board.ts'
import { linesOf } from '../../src/cli/watch/json-lines.ts'
import { tableOfAll } from '../../src/cli/watch/picture.ts'
import type { AdmissionStatus, EndpointStats, Refuser, Registry } from '../../src/index.ts'
import { wireRow } from '../../src/observe/dashboard/wire-row.ts'
import { healthHandler } from '../../src/observe/health/index.ts'
import { logTransitions } from '../../src/observe/logging/index.ts'
import { instrumentRegistry } from '../../src/observe/opentelemetry/index.ts'
import { registerMetrics } from '../../src/observe/prometheus/index.ts'
import { CALLS, COMBINATIONS, callNow, expectedThrough, type Made } from './combinations.ts'

const REFUSERS: readonly Refuser[] = ['operator', 'breaker', 'fleet', 'bulkhead']
const NUMBERS = { all: 0, some: 1, none: 2 } as const

/** By whom, as the gauges have it: of all, the one that the admission names. */
function gaugesOf({ admits, refusedBy }: AdmissionStatus): Record<string, number> {
  return Object.fromEntries(REFUSERS.map((by) => [by, by === refusedBy ? NUMBERS[admits] : 0]))
}

/** Breakers by `by calls`: there is one. */
function countsOf({ admits, refusedBy }: AdmissionStatus): Record<string, number> {
  const key = `${refusedBy} ${admits === 'none' ? 'all' : 'some'}`
  return Object.fromEntries(
    REFUSERS.flatMap((by) => ['some', 'all'].map((calls) => [`${by} ${calls}`, `${by} ${calls}` === key ? 1 : 0])),
  )
}

async function scrape(registry: Registry) {
  const register = new Register()
  registerMetrics(registry, { register })
  const refuses: Record<string, number> = {}
  const breakers: Record<string, number> = {}
  for (const line of (await register.metrics()).split('\n')) {
    const [, by = '', value] = /^switchgear_refuses\{.*by="(\w+)".*\} (\d)$/.exec(line) ?? []
    if (value !== undefined) refuses[by] = Number(value)
    const [, of = '', calls, count] = /^switchgear_breakers_refusing\{by="(\w+)",calls="(\w+)"\} (\d)$/.exec(line) ?? []
    if (count !== undefined) breakers[`${of} ${calls}`] = Number(count)
  }
  return { refuses, breakers }
}

class Reader extends MetricReader {
  protected override async onShutdown() {}
  protected override async onForceFlush() {}
}

async function collect(registry: Registry) {
  const reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  const meterProvider = new MeterProvider({ readers: [reader] })
  instrumentRegistry(registry, { meterProvider })
  const { resourceMetrics } = await reader.collect()
  const metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  await meterProvider.shutdown()
  const pointsOf = (name: string, ...labels: string[]) => {
    const points = metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []
    return Object.fromEntries(
      points.map((point) => [labels.map((label) => point.attributes[label]).join(' '), point.value]),
    )
  }
  return {
    refuses: pointsOf('switchgear.refuses', 'by'),
    breakers: pointsOf('switchgear.breakers_refusing', 'by', 'calls'),
  }
}

/** The row of `watch`: its cells, and as a line of JSON. */
function watched({ endpoint, ...stats }: EndpointStats) {
  const rows = { now: 0, rows: [wireRow(endpoint, stats)], gone: [] }
  const board = createBoard(() => 0)
  board.take(rows)
  const line = tableOfAll(board.all(), pc.createColors(true), Number.POSITIVE_INFINITY).split('\n')[1] ?? ''
  const [json = '{}'] = linesOf({ kind: 'event', name: 'rows', data: rows }, () => true)
  return { line, json: JSON.parse(json) as Record<string, unknown> }
}

/** What a log says last, by a logger as winston is called. */
function lastLine(registry: Registry) {
  const lines: Record<string, unknown>[] = []
  const write = (level: string) => (line: object) => lines.push({ ...line, level })
  const logger = { info: write('info'), warn: write('warn'), error: write('error') }
  logTransitions(registry, logger, { convention: 'winston' })
  return () => lines.at(-1) ?? {}
}

/** Half-open for whoever comes: without traffic it would stay so for ever, hence it is no reason to get none. */
/** Calls may go on: those that probe it, of a fleet here or there, or those that leave a bulkhead. */
function needsCalls({ refusedBy, state, admits }: AdmissionStatus): boolean {
  return admits !== 'none' || refusedBy === 'bulkhead' || (refusedBy === 'fleet' && state === 'halfOpen')
}

it('the combinations are of every kind', () => {
  const kinds = COMBINATIONS.map(({ make }) => make().breaker.admission())
  expect([...new Set(kinds.map(({ admits, refusedBy }) => `${admits} ${refusedBy}`))].sort()).toEqual([
    ...['all null', 'none breaker', 'none bulkhead', 'none fleet', 'none operator'],
    ...['some breaker', 'some bulkhead', 'some fleet'],
  ])
  expect(kinds).toHaveLength(8 * 6 * 4)
})

describe.each(COMBINATIONS)('$title:', ({ make }) => {
  it('the next calls get what the admission says (R63, R64, R65)', async () => {
    const made: Made = make()
    const admission = made.breaker.admission()
    const became: string[] = []
    for (let call = 0; call < CALLS; call++) became.push(await callNow(made))
    const through = became.filter((what) => what === 'runs' || what === 'waits').length
    const [least, most] = expectedThrough(admission)
    expect(through, became.join()).toBeGreaterThanOrEqual(least)
    expect(through, became.join()).toBeLessThanOrEqual(most)
    if (through === 0) {
      // A breaker that is half-open is asked first, and may have no permit left, besides.
      const isAskedFirst = made.breaker.state === 'halfOpen' && became.includes('breaker')
      expect(became).toContain(isAskedFirst ? 'breaker' : admission.refusedBy)
    }
    if (admission.queue === null) expect(became).not.toContain('waits')
    else expect(became).not.toContain('runs')
  })

  it('health, metrics, watch and log say what the admission says (R63, R64, R65)', async () => {
    let last: () => Record<string, unknown> = () => ({})
    const { registry, breaker } = make((made) => {
      last = lastLine(made.registry)
    })
    const admission = breaker.admission()
    const { admits, refusedBy, state, words, reason, retryAfterMs, ...rest } = admission

    const stats = breaker.stats()
    expect(stats.admission).toEqual(admission)
    expect(registry.list()).toMatchObject([{ admission }])
    expect([...registry.changes().read()]).toMatchObject([{ admission }])

    const isDown = !needsCalls(admission)
    const others = admits === 'all' ? 'up' : 'degraded'
    const endpoints =
      admits === 'all' ? [] : [{ endpoint: 'a', state, admits, refusedBy, critical: true, reason: words, retryAfterMs }]
    const health = { status: isDown ? 'down' : others, endpoints }
    expect(registry.health({ critical: ['a'] })).toEqual(health)
    expect(registry.health().status).toBe(others)
    const answer = healthHandler(registry, { critical: ['a'] })()
    expect([answer.status, await answer.json()]).toEqual([isDown ? 503 : 200, health])

    const figures = { refuses: gaugesOf(admission), breakers: countsOf(admission) }
    expect(await scrape(registry)).toEqual(figures)
    expect(await collect(registry)).toEqual(figures)

    const { line, json } = watched({ endpoint: 'a', ...stats })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    const isGreen = /\u001b\[32m/.test(line)
    expect(isGreen, line).toBe(admits === 'all' && state === 'closed')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    if (admits === 'none') expect(line).toMatch(/\u001b\[31m/)
    if (admits === 'all') expect(json).toMatchObject({ state, admission: null })
    else {
      expect(line).toContain(words.slice(0, 50))
      expect(json).toMatchObject({ retryAfterMs, admission: { admits, refusedBy, state, words, ...rest } })
    }
    const isNow = / now /.test(line)
    if (isNow) expect(await callNow({ registry, breaker })).toBe('runs')
    if (rest.share !== null || rest.permits === 0) expect(isNow, line).toBe(false)

    const logged = last()
    expect(logged).toMatchObject({ event: 'overridden', admits, refusedBy })
    if (logged['state'] !== null) expect(logged['level']).toBe(admits === 'none' ? 'warn' : 'info')
    const which = { all: '', some: 'some calls are refused by', none: 'every call is refused by' }[admits]
    expect(logged['message']).toContain(which)
    if (admits === 'all') expect(logged['message']).not.toContain('refused by')
  })
})
