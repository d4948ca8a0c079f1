import { describe, expect, it } from 'vitest'
import {
  createRegistry,
  PolicyError,
  type PolicyOptions,
  parsePolicy,
  presets,
  resolvePolicy,
} from '../../../src/index.ts'
import { defaultPolicy } from '../../../src/pure.ts'
import { thrownBy } from '../../support/calls.ts'
import { mistakesIn } from '../../support/policies.ts'

describe('a policy', () => {
  it('has a default for everything (R50)', () => {
    expect(resolvePolicy()).toMatchObject({
      failureThreshold: 5,
      counting: 'consecutive',
      failureWindowMs: null,
      failureRate: null,
      slowCalls: null,
      openTimeoutMs: 30_000,
      openTimeoutFrom: 'opened',
      backoff: null,
      halfOpenMaxCalls: 1,
      successThreshold: 2,
      halfOpenFailureThreshold: 1,
      probeTimeoutMs: 30_000,
      timeoutMs: null,
      latencySampling: 16,
    })
  })

  for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', true, {}]) {
    it(`refuses ${typeof wrong} ${String(wrong)} for a count (R50)`, () => {
      const counts = ['failureThreshold', 'halfOpenMaxCalls', 'successThreshold', 'halfOpenFailureThreshold']
      for (const option of counts) {
        expect(mistakesIn({ [option]: wrong })).toMatchObject([
          { path: `policy.${option}`, expected: 'a whole number of at least 1' },
        ])
      }
    })
  }

  for (const wrong of [0, -0.1, 1.0001, 50, Number.NaN, '0.5', null]) {
    it(`refuses ${typeof wrong} ${String(wrong)} for a rate (R50)`, () => {
      const window = { calls: 10 }
      const slowCalls = { slowerThan: '1s', threshold: wrong, window }
      expect(mistakesIn({ failureRate: { threshold: wrong, window }, slowCalls })).toMatchObject([
        { path: 'policy.failureRate.threshold', expected: 'a share above 0 and at most 1' },
        { path: 'policy.slowCalls.threshold', expected: 'a share above 0 and at most 1' },
      ])
    })
  }

  it('reports all mistakes together, each with path, expectation and what it got (R50)', () => {
    const options = {
      failureThreshold: -1,
      openTimeout: '30 sec',
      failureTreshold: 5,
      failureRate: { threshold: 50, window: { calls: 0 } },
      backoff: { factor: 0.5, jitter: 2 },
      isFailure: 'yes',
      counting: 'sometimes',
      captureStack: 1,
      latencySampling: -1,
    }
    const error = thrownBy(() => resolvePolicy(options as unknown as PolicyOptions)) as PolicyError
    expect(error.mistakes.map(({ path }) => path).sort()).toEqual([
      'policy.backoff.factor',
      'policy.backoff.jitter',
      'policy.backoff.max',
      'policy.captureStack',
      'policy.counting',
      'policy.failureRate.threshold',
      'policy.failureRate.window.calls',
      'policy.failureThreshold',
      'policy.failureTreshold',
      'policy.isFailure',
      'policy.latencySampling',
      'policy.openTimeout',
    ])
    expect(error.message).toContain('policy.failureThreshold: expected a whole number of at least 1, received -1\n')
    expect(error.message).toContain('policy.failureTreshold: expected one of failureThreshold, counting, ')
    expect(error.message).toContain('captureStack (did you mean failureThreshold?), received an unknown key')
    expect(error.message).toContain('received "30 sec"')
  })

  for (const key of ['toString', 'constructor', 'hasOwnProperty', '__proto__', 'openTimeoutMs']) {
    it(`knows no option ${key} (R50)`, () => {
      const options = JSON.parse(`{ ${JSON.stringify(key)}: 1 }`)
      expect(mistakesIn(options)).toMatchObject([
        {
          path: `policy.${key}`,
          expected: expect.stringMatching(/^one of failureThreshold, /),
          received: 'an unknown key',
        },
      ])
    })
  }

  it('is an object: not an array, a string, a number or null (R50)', () => {
    for (const wrong of [[], 'fast', 5, null, true, () => {}]) {
      expect(mistakesIn(wrong)).toMatchObject([{ path: 'policy', expected: 'an object of policy options' }])
    }
  })

  it('with rules that could never open is refused (R50)', () => {
    expect(mistakesIn({ failureRate: { threshold: 0.5, minimumCalls: 11, window: { calls: 10 } } })).toMatchObject([
      { path: 'policy.failureRate', expected: 'minimumCalls of at most window.calls, or it can never open' },
    ])
    expect(mistakesIn({ failureWindow: '60s', failureThreshold: null })).toEqual([
      {
        path: 'policy.failureWindow',
        expected: 'failureThreshold beside it, or it counts for nothing',
        received: 'failureThreshold: null',
      },
    ])
    const rule = { threshold: 0.5, minimumCalls: 10, window: { calls: 10 } }
    expect(resolvePolicy({ failureRate: rule }).failureRate).toEqual(rule)
    expect(resolvePolicy({ slowCalls: { slowerThan: '1s', ...rule } }).slowCalls).toEqual({
      slowerThanMs: 1_000,
      ...rule,
    })
  })

  it('with rules that could never open is refused together with its other mistakes (R50)', () => {
    const failureRate = { threshold: 50, minimumCalls: 11, window: { calls: 10 } }
    const mistakes = mistakesIn({ failureWindow: '60s', failureThreshold: null, openTimeout: 0, failureRate })
    const paths = mistakes.map(({ path }) => path)
    expect(paths).toContain('policy.openTimeout')
    expect(paths).toContain('policy.failureWindow')
    expect(paths).toContain('policy.failureRate.threshold')
    expect(mistakes.some(({ expected }) => expected.startsWith('minimumCalls of at most'))).toBe(true)
  })

  it('takes a window of calls or of time, not both, not neither, not nonsense (R50)', () => {
    const windows = [{}, { calls: 5, time: '1s' }, { calls: 5, buckets: 5 }, { time: '1s', buckets: 0 }, { time: 0 }]
    for (const window of [...windows, { calls: 10 ** 9 }, { time: '1s', buckets: 10 ** 9 }, { size: 5 }, 5, null]) {
      const mistakes = mistakesIn({ failureRate: { threshold: 0.5, window } })
      expect(mistakes.length, JSON.stringify(window)).toBeGreaterThan(0)
      expect(mistakes[0]?.path).toMatch(/^policy\.failureRate\.window/)
    }
  })

  it('takes 10 buckets and 10 calls at least, or as many as the window holds, by default (R50)', () => {
    const { failureRate } = resolvePolicy({ failureRate: { threshold: 1, window: { time: '1m' } } })
    expect(failureRate).toEqual({ threshold: 1, minimumCalls: 10, window: { timeMs: 60_000, buckets: 10 } })
    expect(resolvePolicy({ failureRate: { threshold: 1, window: { calls: 4 } } }).failureRate?.minimumCalls).toBe(4)
  })

  it('is frozen throughout, and the caller’s object is as it was (R50)', () => {
    const options = { failureRate: { threshold: 0.5, window: { calls: 10 } }, backoff: { max: '1m' as const } }
    const before = structuredClone(options)
    const policy = resolvePolicy(options)
    expect(options).toEqual(before)
    options.failureRate.window.calls = 99
    expect(policy.failureRate?.window).toEqual({ calls: 10 })
    const parts = [policy, policy.failureRate, policy.failureRate?.window, policy.backoff]
    expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, true, true, true])
    expect(Object.isFrozen(options)).toBe(false)
  })

  it('may be given frozen (R50)', () => {
    const options = Object.freeze({ backoff: Object.freeze({ max: '1m' as const }) })
    expect(resolvePolicy(options).backoff).toEqual({ factor: 2, maxMs: 60_000, jitter: 0 })
  })

  it('takes null for none, and undefined for the default (R50)', () => {
    const base = resolvePolicy({ timeout: '1s', failureWindow: '1m' })
    expect(resolvePolicy({ timeout: null, failureWindow: null }, base)).toMatchObject({
      timeoutMs: null,
      failureWindowMs: null,
    })
    expect(resolvePolicy({ timeout: undefined }, base).timeoutMs).toBe(1_000)
  })

  it('may be any preset, as it is or changed (R50)', () => {
    for (const preset of Object.values(presets)) {
      expect(resolvePolicy({ ...preset, openTimeout: '7s' }).openTimeoutMs).toBe(7_000)
    }
  })

  it('says of each option what it may be (R50)', () => {
    const window = { calls: 0, time: 0, buckets: 0 }
    const wrong = {
      failureThreshold: 0,
      counting: 5,
      failureWindow: 0,
      failureRate: 5,
      slowCalls: 5,
      openTimeout: 0,
      openTimeoutFrom: 5,
      backoff: { factor: Number.POSITIVE_INFINITY, max: 0, jitter: -1 },
      halfOpenMaxCalls: 0,
      successThreshold: 0,
      halfOpenFailureThreshold: 0,
      probeTimeout: 0,
      timeout: 0,
      isFailure: 5,
      ignore: 5,
      latencySampling: -1,
      captureStack: 5,
    }
    const count = 'a whole number of at least 1'
    const duration = "a duration above 0: milliseconds or a string such as '30s'"
    const classifier = 'a function of an outcome, or an object of functions: { value, error }'
    const expectations = (options: object) =>
      Object.fromEntries(mistakesIn(options).map(({ path, expected }) => [path.replace('policy.', ''), expected]))
    expect(expectations(wrong)).toEqual({
      failureThreshold: count,
      counting: "'consecutive' or 'cumulative'",
      failureWindow: duration,
      failureRate: 'an object: { threshold, minimumCalls, window }',
      slowCalls: 'an object: { slowerThan, threshold, minimumCalls, window }',
      openTimeout: duration,
      openTimeoutFrom: "'opened' or 'lastFailure'",
      'backoff.factor': 'a number of at least 1',
      'backoff.max': duration,
      'backoff.jitter': 'a share of at least 0 and at most 1',
      halfOpenMaxCalls: count,
      successThreshold: count,
      halfOpenFailureThreshold: count,
      probeTimeout: duration,
      timeout: duration,
      isFailure: classifier,
      ignore: classifier,
      latencySampling: 'a whole number of at least 0',
      captureStack: 'true or false',
    })
    expect(expectations({ backoff: 5, failureRate: { threshold: 2, minimumCalls: 0, window } })).toEqual({
      backoff: 'an object: { factor, max, jitter }',
      'failureRate.threshold': 'a share above 0 and at most 1',
      'failureRate.minimumCalls': count,
      'failureRate.window.calls': count,
      'failureRate.window.time': duration,
      'failureRate.window.buckets': count,
    })
    expect(expectations({ failureRate: { threshold: 1, window: { calls: 100_001 } } })).toEqual({
      'failureRate.window.calls': 'a whole number from 1 to 100000',
    })
    expect(expectations({ failureRate: { threshold: 1, window: 5 } })).toEqual({
      'failureRate.window': 'an object: { calls } or { time, buckets }',
    })
  })

  it.each(['opened', 'lastFailure'] as const)('may count the open time from %s (R09)', (openTimeoutFrom) => {
    expect(resolvePolicy({ openTimeoutFrom }).openTimeoutFrom).toBe(openTimeoutFrom)
  })

  it('whose rule lacks a part is told which (R50)', () => {
    const missing = (path: string) => ({ path, expected: 'it to be given', received: 'nothing' })
    expect(mistakesIn({ backoff: {}, failureRate: {}, slowCalls: {} })).toEqual([
      missing('policy.failureRate.threshold'),
      missing('policy.failureRate.window'),
      missing('policy.slowCalls.slowerThan'),
      missing('policy.slowCalls.threshold'),
      missing('policy.slowCalls.window'),
      missing('policy.backoff.max'),
    ])
  })

  it('by default is frozen, whoever asks for it (R50)', () => {
    expect(Object.isFrozen(defaultPolicy())).toBe(true)
    expect(Object.isFrozen(resolvePolicy())).toBe(true)
  })

  it('tells each mistake once, though several checks find it (R50)', () => {
    expect(mistakesIn({ failureThreshold: -0.5 })).toHaveLength(1)
    expect(mistakesIn({ failureThreshold: 0, successThreshold: 0 })).toHaveLength(2)
  })

  it('has windows whose slices are at least 1 ms long, or it would only turn them over (R13)', () => {
    const windows = [{ time: 10, buckets: 100_000 }, { time: 1e-9 }, { time: 9.99 }, { time: 5, buckets: 6 }]
    for (const window of windows) {
      expect(mistakesIn({ slowCalls: { slowerThan: 5, threshold: 1, window } }), JSON.stringify(window)).toMatchObject([
        {
          path: 'policy.slowCalls.window',
          expected: 'time of at least 1 ms for each of its buckets (10 by default)',
          received: expect.stringContaining('time'),
        },
      ])
    }
    for (const window of [{ time: 10 }, { time: 1, buckets: 1 }, { time: '100s', buckets: 100_000 }] as const) {
      expect(resolvePolicy({ failureRate: { threshold: 1, window } }).failureRate?.window).toHaveProperty('timeMs')
    }
  })

  it('remembers at most 100,000 failures (R13)', () => {
    const many = { failureWindow: '1m', failureThreshold: 100_001 } as const
    const mistake = {
      path: 'policy.failureThreshold',
      expected: 'at most 100000 beside failureWindow, which remembers as many failures',
      received: '100001',
    }
    expect(mistakesIn(many)).toEqual([mistake])
    expect(() => resolvePolicy({ failureWindow: '1m' }, resolvePolicy({ failureThreshold: 100_001 }))).toThrow(
      PolicyError,
    )
    expect(resolvePolicy({ ...many, failureThreshold: 100_000 }).failureThreshold).toBe(100_000)
    expect(resolvePolicy({ failureThreshold: 100_001 }).failureThreshold).toBe(100_001)
  })

  it('does not back off to less than its open time, whichever was given last (R09)', () => {
    expect(mistakesIn({ backoff: { max: '10s' } })).toEqual([
      { path: 'policy.backoff.max', expected: 'at least the openTimeout of 30000 ms', received: '10000 ms' },
    ])
    expect(mistakesIn({ backoff: { max: '10s' }, openTimeout: '11s' })).toHaveLength(1)
    const base = resolvePolicy({ backoff: { max: '1m' } })
    expect(thrownBy(() => resolvePolicy({ openTimeout: '2m' }, base, 'mine'))).toMatchObject({
      message: expect.stringContaining('invalid mine'),
      mistakes: [{ path: 'mine.openTimeout', expected: 'at most the backoff.max of 60000 ms', received: '120000 ms' }],
    })
    expect(resolvePolicy({ openTimeout: '2m', backoff: null }, base).backoff).toBeNull()
    expect(resolvePolicy({ backoff: { max: '30s' } }).backoff?.maxMs).toBe(30_000)
  })

  it('is not made over the index that a map hands on, and says how it is mapped (R52)', () => {
    const all = [{ failureThreshold: 2 }, { failureThreshold: 3 }]
    expect(thrownBy(() => all.map(resolvePolicy as never))).toMatchObject({
      code: 'INVALID_POLICY',
      message: expect.stringContaining('in a map, write (options) => resolvePolicy(options), received 0'),
    })
    expect(all.map((options) => resolvePolicy(options).failureThreshold)).toEqual([2, 3])
  })

  it('contradicts itself as far as it is sound, beside its other mistakes (R50)', () => {
    const paths = (options: object) => mistakesIn(options).map(({ path }) => path)
    expect(paths({ backoff: { max: '10s' }, failureThreshold: 'x' })).toEqual([
      'policy.failureThreshold',
      'policy.backoff.max',
    ])
    expect(paths({ backoff: { max: 'soon' }, openTimeout: '2m' }), 'the default has none').toEqual([
      'policy.backoff.max',
    ])
    expect(paths({ failureWindow: 'x', failureThreshold: null })).toEqual(['policy.failureWindow'])
    expect(paths({ failureThreshold: null, failureWindow: '1m', typo: 1 })).toEqual([
      'policy.typo',
      'policy.failureWindow',
    ])
  })

  it('over another leaves that one as it is, its rules too (R50)', () => {
    const base = { ...resolvePolicy(), backoff: { factor: 2, maxMs: 60_000, jitter: 0 } }
    const policy = resolvePolicy({}, base)
    expect(policy.backoff).toEqual(base.backoff)
    expect([Object.isFrozen(policy.backoff), Object.isFrozen(base.backoff), Object.isFrozen(base)]).toEqual([
      true,
      false,
      false,
    ])
  })

  it('is over a whole policy, not over options of one (R50)', () => {
    const { timeoutMs, ...incomplete } = resolvePolicy()
    for (const wrong of [{ failureThreshold: 3 }, incomplete, null, '5']) {
      expect(thrownBy(() => resolvePolicy({}, wrong as never))).toMatchObject({
        name: 'PolicyError',
        message: expect.stringMatching(/^invalid base:/),
        mistakes: [{ path: 'base', expected: 'a policy that resolvePolicy made' }],
      })
    }
    expect(resolvePolicy({}, { ...incomplete, timeoutMs: 5 })).toMatchObject({ timeoutMs: 5 })
    expect(timeoutMs).toBeNull()
  })
})

describe('a policy from outside the program', () => {
  it('is given back with its type, to be used as any other (R50)', () => {
    const read: unknown = JSON.parse('{ "openTimeout": "10s", "backoff": { "max": "1m" }, "timeout": null }')
    expect(parsePolicy(read)).toBe(read)
    expect(createRegistry({ policy: parsePolicy(read) }).breaker('a').policy).toMatchObject({
      openTimeoutMs: 10_000,
      timeoutMs: null,
      backoff: { maxMs: 60_000 },
    })
    expect(parsePolicy({ openTimeout: undefined, failureThreshold: Number('3') })).toMatchObject({
      failureThreshold: 3,
    })
  })

  it('has all its mistakes told together, by the name it was given (R50)', () => {
    const wrong = { openTimeout: '30', failureThreshold: '5', failureTreshold: 5 }
    expect(thrownBy(() => parsePolicy(wrong, 'config.breaker'))).toMatchObject({
      name: 'PolicyError',
      message: expect.stringMatching(/^invalid config\.breaker:/),
      mistakes: [
        { path: 'config.breaker.failureThreshold', received: '"5"' },
        { path: 'config.breaker.openTimeout', received: '"30"' },
        { path: 'config.breaker.failureTreshold', received: 'an unknown key' },
      ],
    })
    expect(thrownBy(() => parsePolicy([]))).toMatchObject({ mistakes: [{ path: 'policy', received: 'an array' }] })
  })

  it('is judged by what it says, not by the defaults that it may be used over others than (R50)', () => {
    const short = { backoff: { max: '10s' } }
    expect(parsePolicy(short)).toBe(short)
    expect(parsePolicy({ failureWindow: '1m' })).toEqual({ failureWindow: '1m' })
    const contradictions = [
      { ...short, openTimeout: '20s' },
      { failureWindow: '1m', failureThreshold: null },
      { failureWindow: '1m', failureThreshold: 1e6 },
    ]
    for (const wrong of contradictions) expect(thrownBy(() => parsePolicy(wrong))).toMatchObject({ mistakes: [{}] })
  })
})
