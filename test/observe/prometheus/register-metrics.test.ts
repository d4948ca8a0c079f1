// Metrics of a registry in a register of prom-client: what a scrape says.
import { AggregatorRegistry, register as globalRegister, Registry as Register } from 'prom-client'
import { describe, expect, it } from 'vitest'
import type { RegistryOptions } from '../../../src/index.ts'
import { type RegisterMetricsOptions, registerMetrics } from '../../../src/observe/prometheus/index.ts'
import { DOWN, errorOf, hold } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { newRegistry } from '../../support/registries.ts'

function newMetrics(metrics: RegisterMetricsOptions = {}, options: RegistryOptions = {}) {
  const register = new Register()
  const made = newRegistry(options)
  const registered = registerMetrics(made.registry, { register, ...metrics })
  /** The lines of samples that begin like this, without the name's prefix; the endpoint is the first label. */
  const lines = async (begin = '') =>
    (await register.metrics())
      .split('\n')
      .filter((line) => line.startsWith('switchgear_'))
      .map((line) => line.slice('switchgear_'.length).replace(/\{(.+),(endpoint="(?:[^"\\]|\\.)*")\}/, '{$2,$1}'))
      .filter((line) => line.startsWith(begin))
  return { ...made, register, registered, lines }
}

const fail = () => Promise.reject(DOWN)

describe('calls', () => {
  it('are counted by their outcome, a timeout apart from a failure', async () => {
    const { registry, clock, lines } = newMetrics()
    await registry.call('a', () => 'ok')
    await errorOf(registry.call('a', fail))
    await errorOf(registry.call('a', fail))
    const held = registry.call('a', () => new Promise(() => {}), { timeout: 10 })
    clock.advance(10)
    await errorOf(held)
    const own = new AbortController()
    const calledOff = registry.call('a', () => new Promise(() => {}), { signal: own.signal })
    own.abort()
    await errorOf(calledOff)
    expect(await lines('calls_total')).toEqual([
      'calls_total{endpoint="a",outcome="success"} 1',
      'calls_total{endpoint="a",outcome="failure"} 2',
      'calls_total{endpoint="a",outcome="timeout"} 1',
      'calls_total{endpoint="a",outcome="ignored"} 1',
    ])
  })

  it('under a limit are counted when they are refused, and shown while they run and wait', async () => {
    const { registry, lines } = newMetrics({}, { policies: { a: { maxConcurrent: 1, maxQueued: 1 } } })
    const breaker = registry.breaker('a')
    await registry.call('b', () => 'ok')
    const first = hold(breaker)
    const second = breaker.call(() => 'second')
    await errorOf(breaker.call(() => 'refused'))
    expect(await lines('limited')).toEqual(['limited_total{endpoint="a"} 1', 'limited_total{endpoint="b"} 0'])
    expect(await lines('rejections')).toContain('rejections_total{endpoint="a"} 0')
    expect([...(await lines('calls_in')), ...(await lines('calls_q'))]).toEqual([
      'calls_in_flight{endpoint="a"} 1',
      'calls_queued{endpoint="a"} 1',
    ])
    await first.succeed()
    await second
    expect([...(await lines('calls_in')), ...(await lines('calls_q'))]).toEqual([
      'calls_in_flight{endpoint="a"} 0',
      'calls_queued{endpoint="a"} 0',
    ])
  })

  it('inside a call of the same breaker are part of that, and no calls of their own (R14)', async () => {
    const { registry, clock, lines } = newMetrics()
    const breaker = registry.breaker('a')
    breaker.trip()
    clock.advance(30_000)
    await breaker.call(() => breaker.call(() => 'inner'))
    expect(await lines('calls_total{endpoint="a",outcome="success"}')).toEqual([
      'calls_total{endpoint="a",outcome="success"} 1',
    ])
    expect(await lines('rejections')).toEqual(['rejections_total{endpoint="a"} 0'])
  })

  it('that are rejected, answered by a fallback, late or slow are counted apart', async () => {
    const { registry, clock, lines } = newMetrics(
      {},
      { policy: { slowCalls: { slowerThan: 5, threshold: 1, minimumCalls: 9, window: { calls: 10 } } } },
    )
    const breaker = registry.breaker('a')
    const slow = hold(breaker)
    clock.advance(6)
    await slow.succeed()
    const late = hold(breaker)
    breaker.trip()
    await late.succeed()
    await errorOf(breaker.call(() => 'never'))
    await breaker.call(() => 'never', { fallback: () => 'instead' })
    const all = await lines()
    expect(all).toContain('rejections_total{endpoint="a"} 2')
    expect(all).toContain('fallbacks_total{endpoint="a"} 1')
    expect(all).toContain('late_results_total{endpoint="a"} 1')
    expect(all).toContain('slow_calls_total{endpoint="a"} 1')
    expect(all).toContain('slow_call_ratio{endpoint="a"} 1')
  })

  it('that were sampled are a histogram of seconds', async () => {
    const { registry, clock, lines } = newMetrics({ latencyBuckets: [0.01, 0.1] }, { policy: { latencySampling: 1 } })
    const breaker = registry.breaker('a')
    for (const ms of [2, 50, 300]) {
      const held = hold(breaker)
      clock.advance(ms)
      await held.succeed()
    }
    expect(await lines('call_duration')).toEqual([
      'call_duration_seconds_bucket{endpoint="a",le="0.01"} 1',
      'call_duration_seconds_bucket{endpoint="a",le="0.1"} 2',
      'call_duration_seconds_bucket{endpoint="a",le="+Inf"} 3',
      'call_duration_seconds_sum{endpoint="a"} 0.352',
      'call_duration_seconds_count{endpoint="a"} 3',
    ])
  })

  it('have no histogram when none is asked for', async () => {
    const { registry, register, lines } = newMetrics({ latencyBuckets: [] }, { policy: { latencySampling: 1 } })
    await registry.call('a', () => 'ok')
    expect(await lines('call_duration')).toEqual([])
    expect(register.getSingleMetric('switchgear_call_duration_seconds')).toBeUndefined()
  })
})

describe('states', () => {
  it.each([
    ['closed', 0, () => {}],
    [
      'halfOpen',
      1,
      ({ registry, clock }: ReturnType<typeof newMetrics>) => {
        registry.breaker('a').trip()
        clock.advance(30_000)
      },
    ],
    ['open', 2, ({ registry }: ReturnType<typeof newMetrics>) => registry.breaker('a').trip()],
    ['forcedOpen', 3, ({ registry }: ReturnType<typeof newMetrics>) => registry.breaker('a').isolate()],
    ['disabled', 4, ({ registry }: ReturnType<typeof newMetrics>) => registry.breaker('a').disable()],
  ] as const)('%s is %i, and one breaker of the fleet', async (state, number, bring) => {
    const made = newMetrics()
    made.registry.breaker('a')
    bring(made)
    expect(await made.lines('state{')).toEqual([`state{endpoint="a"} ${number}`])
    const fleet = await made.lines('breakers{')
    expect(fleet).toContain(`breakers{state="${state}"} 1`)
    expect(fleet.filter((line) => line.endsWith(' 0'))).toHaveLength(4)
  })

  it('are not the answer to who refuses calls: that is told apart, some or all, by whom (R63, R64)', async () => {
    const { registry, clock, lines } = newMetrics(
      { maxEndpoints: 4 },
      { policies: { full: { maxConcurrent: 1, maxQueued: 1 } } },
    )
    registry.breaker('fleet').override({ state: 'open', reason: { type: 'isolated' } })
    registry.breaker('full').tryAcquire()
    registry.breaker('probing').trip()
    clock.advance(30_000)
    registry.breaker('held').isolate()
    registry.breaker('without series').isolate()
    expect((await lines('state{')).filter((line) => line.endsWith(' 0'))).toEqual([
      'state{endpoint="fleet"} 0',
      'state{endpoint="full"} 0',
    ])
    expect((await lines('refuses')).filter((line) => !line.endsWith(' 0'))).toEqual([
      'refuses{endpoint="fleet",by="fleet"} 2',
      'refuses{endpoint="full",by="bulkhead"} 1',
      'refuses{endpoint="probing",by="breaker"} 1',
      'refuses{endpoint="held",by="operator"} 2',
    ])
    expect(await lines('refuses')).toHaveLength(16)
    expect(await lines('breakers_refusing')).toEqual([
      'breakers_refusing{by="operator",calls="some"} 0',
      'breakers_refusing{by="operator",calls="all"} 2',
      'breakers_refusing{by="breaker",calls="some"} 1',
      'breakers_refusing{by="breaker",calls="all"} 0',
      'breakers_refusing{by="fleet",calls="some"} 0',
      'breakers_refusing{by="fleet",calls="all"} 1',
      'breakers_refusing{by="bulkhead",calls="some"} 1',
      'breakers_refusing{by="bulkhead",calls="all"} 0',
    ])
  })

  it('are told with the seconds spent in each', async () => {
    const { registry, clock, lines } = newMetrics()
    const breaker = registry.breaker('a')
    clock.advance(1_500)
    breaker.trip()
    clock.advance(30_250)
    expect(await lines('state_time')).toEqual([
      'state_time_seconds_total{endpoint="a",state="closed"} 1.5',
      'state_time_seconds_total{endpoint="a",state="halfOpen"} 0.25',
      'state_time_seconds_total{endpoint="a",state="open"} 30',
      'state_time_seconds_total{endpoint="a",state="forcedOpen"} 0',
      'state_time_seconds_total{endpoint="a",state="disabled"} 0',
    ])
  })

  it('that change are counted by the type of the reason', async () => {
    const { registry, clock, lines } = newMetrics({}, { policy: { failureThreshold: 2 } })
    for (const _ of [1, 2]) await errorOf(registry.call('a', fail))
    clock.advance(30_000)
    registry.reset('a')
    for (const _ of [1, 2]) await errorOf(registry.call('a', fail))
    expect(await lines('transitions')).toEqual([
      'transitions_total{endpoint="a",from="closed",to="open",reason="consecutiveFailures"} 2',
      'transitions_total{endpoint="a",from="open",to="halfOpen",reason="openTimeElapsed"} 1',
      'transitions_total{endpoint="a",from="halfOpen",to="closed",reason="reset"} 1',
    ])
  })

  it('half-open come with the probes in flight, and windows with their ratio', async () => {
    const { registry, clock, lines } = newMetrics(
      {},
      { policy: { failureThreshold: null, failureRate: { threshold: 1, minimumCalls: 9, window: { calls: 10 } } } },
    )
    const breaker = registry.breaker('a')
    expect(await lines('failure_ratio')).toEqual([])
    for (const fn of [fail, () => 'ok', () => 'ok', () => 'ok']) await breaker.call<unknown>(fn).catch(() => {})
    expect(await lines('failure_ratio')).toEqual(['failure_ratio{endpoint="a"} 0.25'])
    breaker.trip()
    clock.advance(30_000)
    hold(breaker)
    expect(await lines('probes_in_flight')).toEqual(['probes_in_flight{endpoint="a"} 1'])
  })

  it('are told with the crashes of actors', async () => {
    const { registry, lines } = newMetrics({}, { supervision: { maxRestarts: 1 } })
    const breaker = registry.breaker('a')
    expect(await lines('restarts')).toEqual(['restarts_total{endpoint="a"} 0'])
    crash(breaker)
    crash(breaker)
    expect(await lines('restarts')).toEqual(['restarts_total{endpoint="a"} 1'])
    expect(await lines('escalations')).toEqual(['escalations_total{endpoint="a"} 1'])
  })
})

describe('series', () => {
  it('of a deleted breaker are gone, and begin anew with another of that name', async () => {
    const { registry, lines } = newMetrics()
    await registry.call('a', () => 'ok')
    await registry.call('b', () => 'ok')
    registry.breaker('a').trip()
    registry.delete('a')
    expect((await lines()).filter((line) => line.includes('endpoint="a"'))).toEqual([])
    expect(await lines('calls_total{endpoint="b",outcome="success"}')).toHaveLength(1)
    registry.breaker('a')
    expect(await lines('calls_total{endpoint="a",outcome="success"}')).toEqual([
      'calls_total{endpoint="a",outcome="success"} 0',
    ])
    expect(await lines('transitions_total{endpoint="a"')).toEqual([])
  })

  it('above maxEndpoints are one, `other`, with the counts of all of them and no state', async () => {
    const { registry, lines } = newMetrics({ maxEndpoints: 2 })
    for (const name of ['a', 'b', 'c', 'd']) await registry.call(name, () => 'ok')
    registry.breaker('d').trip()
    expect(await lines('calls_total')).toContain('calls_total{endpoint="other",outcome="success"} 2')
    expect(await lines('transitions')).toEqual([
      'transitions_total{endpoint="other",from="closed",to="open",reason="tripped"} 1',
    ])
    expect(await lines('state{')).toEqual(['state{endpoint="a"} 0', 'state{endpoint="b"} 0'])
    expect(await lines('breakers{state="open"}')).toEqual(['breakers{state="open"} 1'])
    const named = (await lines()).map((line) => /endpoint="(\w+)"/.exec(line)?.[1])
    expect([...new Set(named)].filter((name) => name !== undefined)).toEqual(['a', 'b', 'other'])
  })

  it('are kept by who has one; who is deleted makes room, and `other` never counts down', async () => {
    const { registry, lines } = newMetrics({ maxEndpoints: 1 })
    const others = async () =>
      Number((await lines('calls_total{endpoint="other",outcome="success"}'))[0]?.split(' ')[1])
    for (const name of ['a', 'b', 'c']) await registry.call(name, () => 'ok')
    expect(await others()).toBe(2)
    await registry.call('b', () => 'ok')
    registry.delete('c')
    expect(await others()).toBe(3)
    await registry.call('c', () => 'ok')
    expect(await others()).toBe(4)
    registry.delete('a')
    // b has been there longest.
    expect(await lines('calls_total{endpoint="b",outcome="success"}')).toEqual([
      'calls_total{endpoint="b",outcome="success"} 2',
    ])
    await registry.call('a', () => 'ok')
    expect(await others()).toBe(5)
    for (const name of ['a', 'b', 'c']) registry.delete(name)
    expect(await others()).toBe(5)
  })

  it('that share `other` tell of rejections and fallbacks, too', async () => {
    const { registry, lines } = newMetrics({ maxEndpoints: 1 })
    registry.breaker('a')
    registry.breaker('b').isolate()
    await lines()
    for (let call = 0; call < 3; call++) await errorOf(registry.call('b', () => 'never'))
    await registry.call('b', () => 'never', { fallback: () => 'instead' })
    expect(await lines('rejections')).toContain('rejections_total{endpoint="other"} 4')
    expect(await lines('fallbacks')).toContain('fallbacks_total{endpoint="other"} 1')
  })

  it('of names that are hostile have labels that are unlike, well-formed and short', async () => {
    const { registry, lines } = newMetrics()
    const long = 'x'.repeat(10_000)
    const names = [
      '',
      'other',
      'other',
      'a"\n\\b',
      '__proto__',
      '\ud800',
      '\udbff',
      `${long}1`,
      `${long}2`,
      '<img onerror>',
    ]
    for (const name of names) registry.breaker(name)
    const states = await lines('state{')
    expect(states.slice(0, 6)).toEqual([
      'state{endpoint="(empty)"} 0',
      'state{endpoint="other~2"} 0',
      'state{endpoint="a\\"\\n\\\\b"} 0',
      'state{endpoint="__proto__"} 0',
      'state{endpoint="\ufffd"} 0',
      'state{endpoint="\ufffd~2"} 0',
    ])
    expect(new Set(states).size).toBe(9)
    expect(states[6]).toMatch(/^state\{endpoint="x{120}…#[0-9a-f]{8}"\} 0$/)
  })
})

describe('a scrape', () => {
  it('reads the table once for all metrics, and anew the next time', async () => {
    const { registry, register, lines } = newMetrics()
    registry.breaker('a')
    let readings = 0
    const { stats } = registry
    registry.stats = (...given) => {
      readings++
      return stats.apply(registry, given)
    }
    await register.metrics()
    expect(readings).toBe(1)
    await register.getMetricsAsJSON()
    expect(readings).toBe(2)
    const before = lines('state{')
    registry.breaker('a').trip()
    expect(await lines('state{')).toEqual(['state{endpoint="a"} 2'])
    expect(await before).toEqual(['state{endpoint="a"} 0'])
  })

  it('by a listener has what it was told of', async () => {
    const { registry, lines } = newMetrics()
    const scrapes: Promise<string[]>[] = []
    registry.on('transition', () => {
      scrapes.push(lines('state{'))
    })
    registry.breaker('a').trip()
    expect(await Promise.all(scrapes)).toEqual([['state{endpoint="a"} 2']])
  })

  it('in the format of OpenMetrics has each name as it should be', async () => {
    const register = new Register()
    register.setContentType(Register.OPENMETRICS_CONTENT_TYPE as never)
    const { registry } = newRegistry({ policy: { latencySampling: 1 } })
    const { unregister } = registerMetrics(registry, { register })
    await registry.call('a', () => 'ok')
    const text = await register.metrics()
    expect(text).toContain('# TYPE switchgear_calls counter\nswitchgear_calls_total{outcome="success",endpoint="a"} 1')
    expect(text).toContain('switchgear_call_duration_seconds_count{endpoint="a"} 1')
    expect(text).not.toContain('_total_total')
    unregister()
    expect(await register.metrics()).toBe('\n# EOF\n')
  })

  it('of several processes is summed, but for states and ratios', async () => {
    const metrics = await Promise.all(
      ['open', 'open', 'closed'].map(async (state) => {
        const { registry, register } = newMetrics({}, { policy: { latencySampling: 1 } })
        await registry.call('a', () => 'ok')
        if (state === 'open') registry.breaker('a').trip()
        return register.getMetricsAsJSON()
      }),
    )
    const text = await AggregatorRegistry.aggregate(metrics).metrics()
    expect(text).toContain('switchgear_calls_total{endpoint="a",outcome="success"} 3')
    expect(text).toContain('switchgear_state{endpoint="a"} 2')
    expect(text).toContain('switchgear_breakers{state="open"} 2')
    expect(text).toContain('switchgear_call_duration_seconds_bucket{endpoint="a",le="+Inf"} 3')
  })

  it('after the registry was closed has the last counts and no states', async () => {
    const { registry, clock, lines } = newMetrics()
    await registry.call('a', () => 'ok')
    registry.breaker('a').trip()
    clock.advance(1_000)
    await registry.close()
    const last = await lines()
    expect(last).toContain('calls_total{endpoint="a",outcome="success"} 1')
    expect(last).toContain('state_time_seconds_total{endpoint="a",state="open"} 1')
    expect(last.filter((line) => /^(state|breakers)\{/.test(line))).toEqual([])
    clock.advance(1_000)
    expect(await lines()).toEqual(last)
  })
})

describe('registries in one register', () => {
  it('are told apart by their labels', async () => {
    const { registry, register, registered, lines } = newMetrics({ labels: { registry: 'shop' } })
    const { registry: other } = newRegistry()
    const second = registerMetrics(other, { register, labels: { registry: 'mail' } })
    registry.breaker('a').trip()
    other.breaker('a')
    expect(await lines('state{')).toEqual([
      'state{endpoint="a",registry="shop"} 2',
      'state{endpoint="a",registry="mail"} 0',
    ])
    registered.unregister()
    registered.unregister()
    expect(await lines('state{')).toEqual(['state{endpoint="a",registry="mail"} 0'])
    second[Symbol.dispose]()
    expect(await register.metrics()).toBe('\n')
    registerMetrics(registry, { register })
    expect(await lines('state{')).toEqual(['state{endpoint="a"} 2'])
  })

  it.each([
    [
      'without labels',
      {},
      {},
      "labels that tell it from the other registry in this register, such as { registry: 'shop' }",
    ],
    ['with the same labels', { registry: 'shop' }, { registry: 'shop' }, 'labels that tell it from the other'],
    [
      'with other names of labels',
      { registry: 'shop' },
      { shop: 'a' },
      'the labels that the other registry in this register has: registry',
    ],
  ])('%s are refused', async (_, first, second, expected) => {
    const { register, registry, lines } = newMetrics({ labels: first as Record<string, string> })
    registry.breaker('a')
    const { registry: other } = newRegistry()
    expect(() => registerMetrics(other, { register, labels: second as Record<string, string> })).toThrow(
      `options.labels: expected ${expected}`,
    )
    expect(await lines('state{')).toHaveLength(1)
  })

  it('follow one another: one that is closed gives way', async () => {
    const { register, registry, registered, lines } = newMetrics()
    registry.breaker('a')
    await registry.close()
    const { registry: next } = newRegistry()
    registerMetrics(next, { register })
    next.breaker('b')
    registered.unregister()
    expect(await lines('state{')).toEqual(['state{endpoint="b"} 0'])
    expect(await lines('rejections')).toEqual(['rejections_total{endpoint="b"} 0'])
  })

  it('are refused twice, and with other buckets', () => {
    const { register, registry } = newMetrics({ labels: { registry: 'shop' } })
    expect(() => registerMetrics(registry, { register, labels: { registry: 'again' } })).toThrow(
      'registerMetrics(registry): expected a registry that the register does not have yet',
    )
    const { registry: other } = newRegistry()
    expect(() => registerMetrics(other, { register, labels: { registry: 'a' }, latencyBuckets: [1] })).toThrow(
      'options.latencyBuckets: expected those of the other registry',
    )
    registerMetrics(other, { register, prefix: 'other_' })
  })

  it('go into a register that was cleared, and into the global one', async () => {
    const { register, registry, lines } = newMetrics()
    registry.breaker('a')
    register.clear()
    registerMetrics(registry, { register })
    expect(await lines('state{')).toHaveLength(1)
    using _ = registerMetrics(registry)
    expect(await globalRegister.getSingleMetricAsString('switchgear_state')).toContain(
      'switchgear_state{endpoint="a"} 0',
    )
  })
})

describe('wrong arguments', () => {
  const { registry } = newRegistry()
  it.each([
    [{ registry: {} }, 'registerMetrics(registry): expected a registry, as createRegistry makes it, received {}'],
    [{ registry: null }, 'registerMetrics(registry): expected a registry'],
    [{ registry: Promise.resolve() }, 'did you forget await?'],
    [{ options: null }, 'options: expected an object'],
    [{ options: { maxEndpoint: 5 } }, '(did you mean maxEndpoints?)'],
    [{ options: { register: {} } }, 'options.register: expected a register of prom-client'],
    [{ options: { register: { registerMetric() {} } } }, 'options.register: expected a register of prom-client'],
    [{ options: { maxEndpoints: 0 } }, 'options.maxEndpoints: expected a whole number of at least 1, received 0'],
    [{ options: { maxEndpoints: 1.5 } }, 'options.maxEndpoints'],
    [{ options: { labels: ['a'] } }, 'options.labels: expected an object'],
    [{ options: { labels: { 'a-b': 'c' } } }, 'options.labels.a-b: expected a name of letters'],
    [{ options: { labels: { __name__: 'c' } } }, 'options.labels.__name__: expected a name'],
    [{ options: { labels: { endpoint: 'c' } } }, 'options.labels.endpoint: expected another name'],
    [{ options: { labels: { le: 'c' } } }, 'options.labels.le: expected another name'],
    [{ options: { labels: { a: 1 } } }, 'options.labels.a: expected a string'],
    [{ options: { labels: { a: '' } } }, 'options.labels.a: expected a string'],
    [{ options: { prefix: 'a-b' } }, 'options.prefix'],
    [{ options: { latencyBuckets: [2, 1] } }, 'options.latencyBuckets: expected an array of seconds'],
    [{ options: { latencyBuckets: [0] } }, 'options.latencyBuckets'],
    [{ options: { latencyBuckets: [Number.NaN] } }, 'options.latencyBuckets'],
    [{ options: { latencyBuckets: '1' } }, 'options.latencyBuckets'],
  ])('%j are refused', (given: { registry?: unknown; options?: unknown }, message) => {
    const register = new Register()
    const options = given.options === null ? null : { register, ...(given.options as object) }
    expect(() => registerMetrics(('registry' in given ? given.registry : registry) as never, options as never)).toThrow(
      message,
    )
    expect(register.getMetricsAsArray()).toEqual([])
  })

  it('a name that is a metric of another is refused, and nothing is registered', () => {
    const register = new Register()
    const own = { name: 'switchgear_state', get: async () => ({ name: 'switchgear_state', values: [] }) }
    register.registerMetric(own as never)
    expect(() => registerMetrics(registry, { register })).toThrow('switchgear_state is a metric of another')
    expect(register.getMetricsAsArray()).toEqual([own])
  })

  it('a register that throws gets nothing, and its error reaches who registers', () => {
    const register = new Register()
    const { registerMetric } = register
    let left = 5
    register.registerMetric = (metric) => {
      if (left-- === 0) throw new Error('full')
      registerMetric.call(register, metric)
    }
    expect(() => registerMetrics(registry, { register })).toThrow('full')
    expect(register.getMetricsAsArray()).toEqual([])
  })
})
