import { describe, expect, it } from 'vitest'
import { type PolicyError, type PolicyOptions, presets, resolvePolicy } from '../../src/index.ts'
import { thrownBy } from '../support/calls.ts'
import { mistakesIn } from '../support/policies.ts'

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
