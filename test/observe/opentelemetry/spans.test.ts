// What spans are told of breakers, with a real context manager: in the asynchronous context of the call, and of nobody else.
import { setImmediate } from 'node:timers/promises'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRegistry, type RegistryOptions } from '../../../src/index.ts'
import { instrumentRegistry } from '../../../src/observe/opentelemetry/index.ts'
import { DOWN } from '../../support/calls.ts'
import { newRegistry } from '../../support/registries.ts'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const tracer = provider.getTracer('test')
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(async () => {
  context.disable()
  await provider.shutdown()
})
beforeEach(() => exporter.reset())

/** Runs `code` in a span of this name. */
function inSpan(name: string, code: () => Promise<unknown>): Promise<unknown> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await code()
    } catch {
      return undefined
    } finally {
      span.end()
    }
  })
}

const spanOf = (name: string) => {
  const spans = exporter.getFinishedSpans().filter((span) => span.name === name)
  expect(spans).toHaveLength(1)
  return spans[0]
}
const fail = async () => {
  await setImmediate()
  throw DOWN
}
const succeed = async () => {
  await setImmediate()
  return 'ok'
}

describe('a transition', () => {
  it('that a call causes is an event of its span, at its time', async () => {
    const registry = createRegistry({ policy: { failureThreshold: 2 } })
    const instrumentation = instrumentRegistry(registry)
    const before = Date.now()
    // At the same time, so that contexts could be mixed up.
    await Promise.all([
      inSpan('first', () => registry.call('payments', fail)),
      inSpan('bystander', () => registry.call('mail', succeed)),
    ])
    await inSpan('second', () => registry.call('payments', fail))
    expect(spanOf('first')?.events).toEqual([])
    expect(spanOf('bystander')?.events).toEqual([])
    const [event] = spanOf('second')?.events ?? []
    expect(event).toMatchObject({
      name: 'switchgear.transition',
      attributes: {
        'switchgear.endpoint': 'payments',
        'switchgear.state.from': 'closed',
        'switchgear.state.to': 'open',
        'switchgear.generation': 1,
        'switchgear.reason': 'consecutiveFailures',
        'switchgear.reason.description': '2 consecutive failures (threshold 2)',
      },
    })
    const time = (event?.time[0] ?? 0) * 1_000 + (event?.time[1] ?? 0) / 1e6
    expect(time).toBeGreaterThanOrEqual(before - 1)
    expect(time).toBeLessThanOrEqual(Date.now() + 1)
    instrumentation.stop()
    await inSpan('third', async () => registry.breaker('payments').reset())
    expect(spanOf('third')?.events).toEqual([])
    await registry.close()
  })

  it('that no call causes is a span of its own when there is a tracer', async () => {
    const registry = createRegistry({ policy: { openTimeout: 5 } })
    instrumentRegistry(registry, { tracer })
    await inSpan('tripping', async () => registry.breaker('a').trip())
    await new Promise<void>((halfOpen) => {
      const keepAlive = setInterval(() => {}, 1_000)
      registry.on('transition', () => {
        clearInterval(keepAlive)
        halfOpen()
      })
    })
    expect(spanOf('tripping')?.events.map(({ attributes }) => attributes?.['switchgear.state.to'])).toEqual(['open'])
    const own = spanOf('switchgear.transition')
    expect(own?.attributes).toMatchObject({ 'switchgear.endpoint': 'a', 'switchgear.state.to': 'halfOpen' })
    expect(own?.parentSpanContext).toBeUndefined()
    await registry.close()
  })
})

it('a span that has ended before its call is told nothing: the transition is a span of its own, of no parent', async () => {
  const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
  instrumentRegistry(registry, { tracer })
  const before = Date.now()
  await tracer.startActiveSpan('caller', async (span) => {
    const call = registry.call('a', fail)
    span.end()
    await call.catch(() => {})
  })
  expect(spanOf('caller')).toMatchObject({ attributes: {}, events: [] })
  const own = spanOf('switchgear.transition')
  expect(own?.parentSpanContext).toBeUndefined()
  expect(own?.startTime[0]).toBeGreaterThanOrEqual(Math.floor(before / 1_000))
  expect(own?.endTime).toEqual(own?.startTime)
})

describe('a guarded call', () => {
  const timedOut = () => new Promise(() => {})
  const cases: [string, RegistryOptions, (registry: ReturnType<typeof newRegistry>) => Promise<unknown>, object][] = [
    ['success', {}, ({ registry }) => registry.call('a', succeed), {}],
    ['success', { policy: { latencySampling: 1 } }, ({ registry }) => registry.call('a', succeed), {}],
    ['failure', {}, ({ registry }) => registry.call('a', fail), {}],
    ['failure', { folding: false }, ({ registry }) => registry.call('a', fail), {}],
    [
      'timeout',
      {},
      ({ registry, clock }) => {
        const call = registry.call('a', timedOut, { timeout: 10 })
        clock.advance(10)
        return call
      },
      {},
    ],
    ['ignored', { policy: { ignore: () => true } }, ({ registry }) => registry.call('a', fail), {}],
    [
      'rejected',
      {},
      async ({ registry }) => {
        registry.breaker('a').isolate()
        return registry.call('a', succeed)
      },
      { 'switchgear.generation': 1 },
    ],
    [
      'limited',
      { policy: { maxConcurrent: 1 } },
      async ({ registry }) => {
        registry.breaker('a').tryAcquire()
        return registry.call('a', succeed)
      },
      {},
    ],
    [
      'failure',
      {},
      ({ registry }) => registry.call('a', fail, { fallback: () => 'instead' }),
      { 'switchgear.fallback': true },
    ],
    [
      'late',
      {},
      ({ registry }) =>
        registry.call('a', async () => {
          registry.reset('a')
          await setImmediate()
        }),
      { 'switchgear.generation': 1 },
    ],
  ]

  it.each(cases)('leaves its outcome on the span of its caller: %s, %j', async (outcome, options, call, besides) => {
    const made = newRegistry(options)
    instrumentRegistry(made.registry, { tracer })
    await Promise.all([inSpan('caller', () => call(made)), inSpan('bystander', succeed)])
    expect(spanOf('caller')?.attributes).toEqual({
      'switchgear.endpoint': 'a',
      'switchgear.outcome': outcome,
      'switchgear.generation': 0,
      ...besides,
    })
    expect(spanOf('bystander')?.attributes).toEqual({})
  })

  it('that waited for a slot leaves its own end on its own span, when the one before it fails (R61)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1, maxConcurrent: 1, maxQueued: 9 } })
    instrumentRegistry(registry, { tracer })
    await Promise.all(['A', 'B', 'C'].map((name) => inSpan(name, () => registry.call('a', fail))))
    const outcomes = ['A', 'B', 'C'].map((name) => spanOf(name)?.attributes['switchgear.outcome'])
    expect(outcomes).toEqual(['failure', 'rejected', 'rejected'])
  })

  it('that ran under the admission of the call around it says so on its span, and that call its outcome (R14)', async () => {
    const { registry } = newRegistry({ policy: { maxConcurrent: 1 } })
    instrumentRegistry(registry, { tracer })
    await inSpan('outer', () => registry.call('a', () => inSpan('inner', () => registry.call('a', succeed))))
    const outcomes = ['outer', 'inner'].map((name) => spanOf(name)?.attributes['switchgear.outcome'])
    expect(outcomes).toEqual(['success', 'nested'])
  })

  it('leaves nothing without a tracer, after stop, or where no span is active', async () => {
    const { registry } = newRegistry()
    const { stop } = instrumentRegistry(registry)
    await inSpan('untraced', () => registry.call('a', succeed))
    expect(spanOf('untraced')?.attributes).toEqual({})
    stop()
    const traced = instrumentRegistry(registry, { tracer })
    await registry.call('a', succeed)
    traced.stop()
    await inSpan('stopped', () => registry.call('a', succeed))
    expect(spanOf('stopped')?.attributes).toEqual({})
    expect(exporter.getFinishedSpans()).toHaveLength(2)
  })

  it('is not touched by a tracer or a span that throws', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 1 } })
    const errors: unknown[] = []
    registry.on('error', ({ error }) => errors.push(error))
    const broken = {
      startSpan() {
        throw new Error('no span')
      },
    }
    instrumentRegistry(registry, { tracer: broken as never })
    const span = tracer.startSpan('caller')
    span.setAttributes = () => {
      throw new Error('no attributes')
    }
    await context.with(trace.setSpan(context.active(), span), async () => {
      expect(await registry.call('a', succeed)).toBe('ok')
    })
    registry.breaker('a').trip()
    expect(registry.state('a')).toBe('open')
    expect(errors.map(String)).toEqual(['Error: no attributes', 'Error: no span'])
  })
})
