import { describe, expect, it } from 'vitest'
import { createRegistry, type Mistake, PolicyError, type PolicyOptions, presets, resolvePolicy } from '../src/index.ts'
import { thrownBy } from './support/calls.ts'

/** The mistakes that JavaScript, or a configuration file, may make. */
function mistakesIn(options: unknown): readonly Mistake[] {
  const error = thrownBy(() => resolvePolicy(options as PolicyOptions))
  expect(error).toBeInstanceOf(PolicyError)
  expect(error).toMatchObject({ name: 'PolicyError', code: 'INVALID_POLICY' })
  return (error as PolicyError).mistakes
}

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

  for (const [written, ms] of [
    [1, 1],
    [0.5, 0.5],
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['5min', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['5 s', 5_000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ] as const) {
    it(`takes ${JSON.stringify(written)} for ${ms} ms (R50)`, () => {
      expect(resolvePolicy({ openTimeout: written } as PolicyOptions).openTimeoutMs).toBe(ms)
    })
  }

  const noDurations = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, '', '30', '30 sec', '30S', '-5s', '0s']
  for (const wrong of [...noDurations, '1e3ms', '5s 3', ' 5s', '9'.repeat(400) + 's', true, null, {}, [], 5n]) {
    it(`refuses ${typeof wrong} ${String(wrong).slice(0, 12)} for a duration (R50)`, () => {
      for (const option of ['openTimeout', 'probeTimeout'] as const) {
        expect(mistakesIn({ [option]: wrong })).toEqual([
          { path: `policy.${option}`, expected: expect.stringContaining("such as '30s'"), received: expect.any(String) },
        ])
      }
    })
  }

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
    expect(error.message).toContain(
      'policy.failureThreshold: expected a whole number of at least 1, received -1\n',
    )
    expect(error.message).toContain('policy.failureTreshold: expected no such option, received an unknown key')
    expect(error.message).toContain('received "30 sec"')
  })

  for (const key of ['toString', 'constructor', 'hasOwnProperty', '__proto__', 'openTimeoutMs']) {
    it(`knows no option ${key} (R50)`, () => {
      const options = JSON.parse(`{ ${JSON.stringify(key)}: 1 }`)
      expect(mistakesIn(options)).toMatchObject([{ path: `policy.${key}`, expected: 'no such option' }])
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
    expect(mistakesIn({ failureWindow: '60s', failureThreshold: null })).toMatchObject([
      { path: 'policy.failureWindow' },
    ])
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
})

describe('a registry’s options', () => {
  const mistakes = (options: object) => (thrownBy(() => createRegistry(options)) as PolicyError).mistakes

  it('are checked when it is made (R50)', () => {
    const supervision = { maxRestarts: -1, withinMs: 'soon', onEscalation: 'open', restarts: 1 }
    const options = { maxBreakers: 0, folding: 'yes', seed: 0.5, inspect: {}, policys: {}, supervision }
    expect(mistakes(options).map(({ path }) => path)).toEqual([
      'options.inspect',
      'options.folding',
      'options.maxBreakers',
      'options.supervision.maxRestarts',
      'options.supervision.withinMs',
      'options.supervision.onEscalation',
      'options.supervision.restarts',
      'options.seed',
      'options.policys',
    ])
    for (const wrong of [null, 5, 'x', []]) expect(mistakes(wrong as object)).toHaveLength(1)
  })

  it('name the policy that is wrong (R50)', () => {
    expect(mistakes({ policy: { openTimeout: 0 } })[0]?.path).toBe('policy.openTimeout')
    expect(mistakes({ policies: { 'db-*': { openTimeout: 0 } } })[0]?.path).toBe('policies["db-*"].openTimeout')
    expect(mistakes({ policies: { a: null } })[0]?.path).toBe('policies["a"]')
  })

  it('are reported with their policies’ mistakes, all in one error (R50)', () => {
    const policies = { a: { successThreshold: 0 }, b: { successThreshold: 1.5 } }
    const all = mistakes({ maxBreakers: 0, policy: { openTimeout: 0, failureThreshold: 0 }, policies })
    expect(all.map(({ path }) => path).sort()).toEqual([
      'options.maxBreakers',
      'policies["a"].successThreshold',
      'policies["b"].successThreshold',
      'policy.failureThreshold',
      'policy.openTimeout',
    ])
  })
})
