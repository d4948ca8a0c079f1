// Metrics of a registry as the SDK of OpenTelemetry collects them.
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics'
import { afterEach, describe, expect, it } from 'vitest'
import type { RegistryOptions } from '../../../src/index.ts'
import { METRICS, type Metric } from '../../../src/observe/metrics/index.ts'
import { type InstrumentOptions, instrumentRegistry } from '../../../src/observe/opentelemetry/index.ts'
import { DOWN, errorOf, hold } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { newRegistry } from '../../support/registries.ts'

/** Collects when it is told to. */
class Reader extends MetricReader {
  protected override async onShutdown() {}
  protected override async onForceFlush() {}
}

const providers: MeterProvider[] = []
afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.shutdown()
})

function newProvider(temporality = AggregationTemporality.CUMULATIVE) {
  const reader = new Reader({ aggregationTemporalitySelector: () => temporality })
  const provider = new MeterProvider({ readers: [reader] })
  providers.push(provider)
  return { reader, provider }
}

function metricsOf({ resourceMetrics, errors }: CollectionResult) {
  expect(errors).toEqual([])
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
}

/** Name and attributes of each point with its value. */
function pointsOf(result: CollectionResult): Record<string, unknown> {
  const points = metricsOf(result).flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes, value }) => [
      `${descriptor.name}{${Object.entries(attributes).map(([key, text]) => `${key}=${text}`)}}`,
      value,
    ]),
  )
  return Object.fromEntries(points)
}

function newInstruments(
  given: InstrumentOptions = {},
  options: RegistryOptions = {},
  temporality?: AggregationTemporality,
) {
  const { reader, provider } = newProvider(temporality)
  const made = newRegistry(options)
  const instrumentation = instrumentRegistry(made.registry, { meterProvider: provider, ...given })
  return { ...made, instrumentation, collect: async () => pointsOf(await reader.collect()), reader }
}

const fail = () => Promise.reject(DOWN)

describe('the instruments', () => {
  it('tell what calls came to, of states and of crashes, in base units', async () => {
    const { registry, clock, collect } = newInstruments({}, { policy: { failureThreshold: 2, latencySampling: 1 } })
    const breaker = registry.breaker('a')
    await breaker.call(() => 'ok')
    const slow = hold(breaker)
    clock.advance(1_000)
    await slow.succeed()
    for (const _ of [1, 2]) await errorOf(breaker.call(fail))
    await breaker.call(() => 'never', { fallback: () => 'instead' })
    clock.advance(500)
    await crash(breaker)
    const points = await collect()
    expect(points).toMatchObject({
      'switchgear.calls{endpoint=a,outcome=success}': 2,
      'switchgear.calls{endpoint=a,outcome=failure}': 2,
      'switchgear.calls{endpoint=a,outcome=timeout}': 0,
      'switchgear.calls{endpoint=a,outcome=ignored}': 0,
      'switchgear.rejections{endpoint=a}': 1,
      'switchgear.fallbacks{endpoint=a}': 1,
      'switchgear.transitions{endpoint=a,from=closed,to=open,reason=consecutiveFailures}': 1,
      'switchgear.restarts{endpoint=a}': 1,
      'switchgear.escalations{endpoint=a}': 0,
      'switchgear.state.time{endpoint=a,state=closed}': 1,
      'switchgear.state.time{endpoint=a,state=open}': 0.5,
      'switchgear.state{endpoint=a}': 2,
      'switchgear.refuses{endpoint=a,by=breaker}': 2,
      'switchgear.refuses{endpoint=a,by=fleet}': 0,
      'switchgear.breakers{state=open}': 1,
      'switchgear.breakers{state=closed}': 0,
      'switchgear.breakers_refusing{by=breaker,calls=all}': 1,
      'switchgear.probes_in_flight{endpoint=a}': 0,
    })
    expect(points['switchgear.call.duration.quantile{endpoint=a,quantile=0.99}']).toBeCloseTo(1, 1)
  })

  it('have the names, units and kinds of the conventions', async () => {
    const { registry, reader } = newInstruments({}, { policy: { latencySampling: 1, maxConcurrent: 5 } })
    await registry.call('a', () => 'ok')
    const metrics = metricsOf(await reader.collect())
    for (const { name, unit, help, kind } of Object.values<Metric>(METRICS)) {
      const metric = metrics.find(({ descriptor }) => descriptor.name === `switchgear.${name}`)
      // These have nothing to tell here.
      if (/ratio|transitions/.test(name)) continue
      expect(metric?.descriptor).toMatchObject({ unit, description: help })
      const type = kind === 'gauge' ? DataPointType.GAUGE : DataPointType.SUM
      expect(metric).toMatchObject({
        dataPointType: type,
        ...(kind === 'gauge' ? {} : { isMonotonic: kind === 'counter' }),
      })
      expect(name).toMatch(/^[a-z]+([._][a-z]+)*$/)
      expect(unit).toMatch(/^(s|1|\{\w+\})?$/)
    }
  })

  it('are observed together, by one reading of the table', async () => {
    const { registry, reader } = newInstruments()
    registry.breaker('a')
    let readings = 0
    const { stats } = registry
    registry.stats = (...given) => {
      readings++
      return stats.apply(registry, given)
    }
    await reader.collect()
    expect(readings).toBe(1)
  })

  it('tell of what is beyond maxEndpoints as `other`, with attributes of the user', async () => {
    const { registry, collect } = newInstruments({ maxEndpoints: 1, attributes: { 'service.tier': 'shop' } })
    for (const name of ['a', 'b', 'c']) await registry.call(name, () => 'ok')
    const points = await collect()
    expect(points['switchgear.calls{service.tier=shop,endpoint=a,outcome=success}']).toBe(1)
    expect(points['switchgear.calls{service.tier=shop,endpoint=other,outcome=success}']).toBe(2)
    expect(points['switchgear.breakers{service.tier=shop,state=closed}']).toBe(3)
  })

  it('fit into what the SDK keeps, by default, however many endpoints there are', async () => {
    const { registry, collect } = newInstruments()
    for (let index = 0; index < 1_000; index++) registry.breaker(`host-${index}`).trip()
    const points = await collect()
    expect(Object.keys(points).filter((key) => key.includes('overflow'))).toEqual([])
    expect(points['switchgear.breakers{state=open}']).toBe(1_000)
    expect(points['switchgear.transitions{endpoint=other,from=closed,to=open,reason=tripped}']).toBe(700)
  })

  it('tell of a deleted breaker that it is not open, and then no more', async () => {
    const { registry, collect } = newInstruments({}, {}, AggregationTemporality.DELTA)
    registry.breaker('a').trip()
    expect(await collect()).toHaveProperty(['switchgear.state{endpoint=a}'], 2)
    registry.delete('a')
    for (const _ of [1, 2, 3]) {
      const points = Object.entries(await collect()).filter(([key]) => key.includes('endpoint=a'))
      expect(Object.fromEntries(points)).toEqual({
        'switchgear.state{endpoint=a}': 0,
        'switchgear.refuses{endpoint=a,by=operator}': 0,
        'switchgear.refuses{endpoint=a,by=breaker}': 0,
        'switchgear.refuses{endpoint=a,by=fleet}': 0,
        'switchgear.refuses{endpoint=a,by=bulkhead}': 0,
        'switchgear.probes_in_flight{endpoint=a}': 0,
      })
    }
    expect(Object.keys(await collect()).filter((key) => key.includes('endpoint=a'))).toEqual([])
  })

  it('do not leave a deleted breaker open in an SDK that exports the last value of all it has ever seen', async () => {
    const { registry, collect } = newInstruments()
    const breaker = registry.breaker('a')
    breaker.trip()
    expect(await collect()).toHaveProperty(['switchgear.state{endpoint=a}'], 2)
    registry.delete('a')
    for (let collections = 0; collections < 5; collections++) {
      expect(await collect()).toHaveProperty(['switchgear.state{endpoint=a}'], 0)
    }
    registry.breaker('a').isolate()
    expect(await collect()).toHaveProperty(['switchgear.state{endpoint=a}'], 3)
  })

  it('count on from nothing when a breaker is made anew', async () => {
    const { registry, collect } = newInstruments({}, {}, AggregationTemporality.DELTA)
    for (const _ of [1, 2, 3]) await registry.call('a', () => 'ok')
    await collect()
    registry.delete('a')
    await registry.call('a', () => 'ok')
    expect(await collect()).toHaveProperty(['switchgear.calls{endpoint=a,outcome=success}'], 1)
  })

  it('have the last counts after close, for the last export, and no states', async () => {
    const { registry, collect } = newInstruments({}, {}, AggregationTemporality.DELTA)
    await registry.call('a', () => 'ok')
    await registry.close()
    const points = await collect()
    expect(points['switchgear.calls{endpoint=a,outcome=success}']).toBe(1)
    expect(Object.keys(points).filter((key) => /state\{|breakers/.test(key))).toEqual([])
  })

  it('are let go of by stop', async () => {
    const { registry, collect, instrumentation } = newInstruments({}, {}, AggregationTemporality.DELTA)
    registry.breaker('a')
    expect(Object.keys(await collect())).not.toEqual([])
    instrumentation.stop()
    instrumentation[Symbol.dispose]()
    expect(await collect()).toEqual({})
  })

  it('are of the meter that is given', async () => {
    const { reader, provider } = newProvider()
    const { registry } = newRegistry()
    instrumentRegistry(registry, { meter: provider.getMeter('mine') })
    registry.breaker('a')
    const { resourceMetrics } = await reader.collect()
    expect(resourceMetrics.scopeMetrics.map(({ scope }) => scope.name)).toEqual(['mine'])
  })
})

describe('wrong arguments', () => {
  const { registry } = newRegistry()
  const { provider } = newProvider()
  it.each([
    [{ registry: {} }, 'instrumentRegistry(registry): expected a registry'],
    [{ options: null }, 'options: expected an object'],
    [{ options: { meterProvidor: provider } }, '(did you mean meterProvider?)'],
    [{ options: { meter: provider } }, 'options.meter: expected a meter of OpenTelemetry'],
    [{ options: { meterProvider: provider.getMeter('a') } }, 'options.meterProvider: expected a MeterProvider'],
    [{ options: { meter: provider.getMeter('a'), meterProvider: provider } }, 'expected nothing beside a meter'],
    [{ options: { tracer: {} } }, 'options.tracer: expected a tracer of OpenTelemetry'],
    [{ options: { maxEndpoints: 0 } }, 'options.maxEndpoints: expected a whole number of at least 1'],
    [{ options: { attributes: [] } }, 'options.attributes: expected an object'],
    [{ options: { attributes: { endpoint: 'a' } } }, 'options.attributes.endpoint: expected another name'],
    [{ options: { attributes: { a: 1 } } }, 'options.attributes.a: expected a string'],
  ])('%# are refused', (given: { registry?: unknown; options?: unknown }, message) => {
    expect(() => instrumentRegistry((given.registry ?? registry) as never, given.options as never)).toThrow(message)
  })

  it('a meter that throws leaves no listener behind', () => {
    const meter = provider.getMeter('broken')
    meter.addBatchObservableCallback = () => {
      throw new Error('full')
    }
    let heard = 0
    const { on } = registry
    const counting = Object.assign(Object.create(registry), {
      on: (...given: Parameters<typeof on>) => {
        heard++
        const end = on.apply(registry, given)
        return () => {
          heard--
          end()
        }
      },
      list: () => registry.list(),
      changes: () => registry.changes(),
      stats: () => registry.stats(),
      health: () => registry.health(),
    })
    expect(() => instrumentRegistry(counting, { meter })).toThrow('full')
    expect(heard).toBe(0)
  })
})
