// What a policy means in words, and which of its settings defeat one another.
import { describe, expect, it } from 'vitest'
import { createRegistry, type PolicyOptions, presets, resolvePolicy } from '../../../src/index.ts'
import { explainPolicy, policyWarnings } from '../../../src/observe/explain/index.ts'

function told(options: PolicyOptions, setting: string) {
  const found = explainPolicy(resolvePolicy(options)).find((explained) => explained.setting === setting)
  if (found === undefined) throw new Error(`nothing told of ${setting}`)
  return `${found.value}: ${found.meaning}`
}

describe('a policy in words', () => {
  it('tells every setting once, by the name that users write', () => {
    const names = explainPolicy(resolvePolicy({})).map(({ setting }) => setting)
    const optionNames = Object.keys(resolvePolicy({})).map((key) => key.replace(/Ms$/, ''))
    expect(names).toEqual(optionNames)
  })

  it('tells every setting as one or more whole sentences', () => {
    for (const options of [{}, ...Object.values(presets)]) {
      for (const { value, meaning } of explainPolicy(resolvePolicy(options))) {
        expect(value).toMatch(/./)
        expect(meaning).toMatch(/^[A-Z0-9].*\.$/)
        expect(`${value} ${meaning}`).not.toMatch(/undefined|NaN|null|Infinity/)
      }
    }
  })

  const window = { time: '1m', buckets: 6 } as const
  it.each<[PolicyOptions, string, string]>([
    [{ failureThreshold: 1 }, 'failureThreshold', '1: The first failure opens it.'],
    [{}, 'maxConcurrent', 'none: Any number of calls may be in flight at a time.'],
    [{ maxConcurrent: 1 }, 'maxConcurrent', '1: At most 1 call may be in flight at a time; others are rejected.'],
    [
      { maxConcurrent: 20, maxQueued: 5 },
      'maxConcurrent',
      '20: At most 20 calls may be in flight at a time; others wait, as far as maxQueued lets them.',
    ],
    [{}, 'maxQueued', '0: Nothing, as there is no limit to wait for.'],
    [{ maxConcurrent: 1 }, 'maxQueued', '0: No call waits for another to end.'],
    [
      { maxConcurrent: 1, maxQueued: 1 },
      'maxQueued',
      '1: Up to 1 call may wait for a call to end, first come first served.',
    ],
    [{ failureThreshold: 3, failureWindow: '90s' }, 'failureThreshold', '3: 3 failures within 1.5 min open it.'],
    [{ counting: 'cumulative' }, 'failureThreshold', '5: 5 failures since it last closed open it.'],
    [{ openTimeout: 1234.5678 }, 'openTimeout', '1234.57 ms: Open, it rejects calls for 1234.57 ms; then it probes.'],
    [
      { failureRate: { threshold: 0.07, minimumCalls: 1, window: { calls: 100 } } },
      'failureRate',
      '7 % of the last 100 calls: Opens when 7 % of the last 100 calls failed, once there are at least 1 call.',
    ],
    [
      { slowCalls: { slowerThan: '2s', threshold: 0.8, minimumCalls: 20, window } },
      'slowCalls',
      '80 % of the calls of the last 1 min, slower than 2 s: Opens when 80 % of the calls of the last 1 min took longer than 2 s, whatever their outcome, once there are at least 20 calls. They leave it in 6 buckets of 10 s.',
    ],
    [
      { backoff: { factor: 3, max: '2m', jitter: 0.2 } },
      'backoff',
      '× 3, at most 2 min, less up to 20 %: While probes fail, openings last 30 s, 1.5 min, 2 min and so on, at most 2 min. Each is up to 20 % shorter, at random. Closing starts it over.',
    ],
    [{ isFailure: () => true }, 'isFailure', 'your own rule: '],
    [{ probes: 'reports' }, 'probes', 'decides. It stays half-open until then.'],
    [{ probes: 'reports', halfOpenMaxCalls: 3 }, 'halfOpenMaxCalls', '3: Nothing, as no call probes.'],
    [{ probes: 'reports' }, 'probeTimeout', '30 s: Nothing, as no call probes.'],
  ])('says what %j means for %s', (options, setting, text) => {
    expect(told(options, setting)).toContain(text)
  })
})

describe('the warnings about a policy', () => {
  it.each(Object.entries({ default: {}, ...presets }).filter(([name]) => name !== 'snakepit'))(
    'are none for %s',
    (_, options) => {
      expect(policyWarnings(resolvePolicy(options))).toEqual([])
    },
  )

  const calls = { window: { calls: 10 } }
  const minute = { window: { time: '1m' } } as const
  it.each<[string, PolicyOptions, string]>([
    ['nothing opens it', { failureThreshold: null }, 'nothing opens it by itself'],
    ['the count never starts over', presets.snakepit, 'some day'],
    ['the first failure opens', { failureThreshold: 1, failureRate: { threshold: 0.5, ...calls } }, 'never decides'],
    [
      'the count is always reached first',
      { counting: 'cumulative', failureRate: { threshold: 0.5, minimumCalls: 10, ...calls } },
      'failureRate never decides',
    ],
    ['one call is the evidence', { failureRate: { threshold: 0.5, minimumCalls: 2, ...calls } }, 'a single failure'],
    [
      'one slow call is the evidence',
      { slowCalls: { slowerThan: '1s', threshold: 0.1, minimumCalls: 9, ...calls } },
      'a single slow call',
    ],
    [
      'a window has one bucket',
      { failureRate: { threshold: 0.5, window: { time: '1m', buckets: 1 } } },
      'all its calls at once every 1 min',
    ],
    [
      'hanging calls outlast the window',
      { timeout: '10s', failureRate: { threshold: 0.5, ...minute } },
      'side by side',
    ],
    ['hanging failures outlast theirs', { timeout: '10s', failureWindow: '40s' }, "don't fit into 40 s"],
    [
      'no call lives to be slow',
      { timeout: '1s', slowCalls: { slowerThan: '1s', threshold: 0.5, ...calls } },
      'ends it',
    ],
    ['a probe may outlive its permit', { timeout: '40s' }, 'loses its permit after 30 s'],
    ['the factor is 1', { backoff: { factor: 1, max: '5m' } }, 'its factor is 1'],
    ['the longest is the first', { backoff: { max: '30s' } }, 'its max is the openTimeout'],
    [
      'probes are more than the limit',
      { halfOpenMaxCalls: 2, maxConcurrent: 1 },
      'though maxConcurrent has only 1 call in flight',
    ],
    ['a ramp admits all', { recoveryRamp: { duration: '1m', from: 1 } }, 'recoveryRamp holds nobody back'],
    ['probes are more than decide', { halfOpenMaxCalls: 3 }, '2 outcomes always decide'],
  ])('say that %s', (_, options, text) => {
    const warnings = policyWarnings(resolvePolicy(options))
    expect(warnings.filter((warning) => warning.includes(text))).toHaveLength(1)
    for (const warning of warnings) expect(warning).not.toMatch(/\n|undefined|NaN/)
  })

  it.each<[string, PolicyOptions]>([
    ['jitter without growth', { backoff: { factor: 1, max: '5m', jitter: 0.1 } }],
    ['a timeout below the lease of a probe', { timeout: '29s' }],
    ['a rate that can be reached before the count', { failureRate: { threshold: 0.5, minimumCalls: 10, ...calls } }],
    [
      'limits of probes where no call probes',
      { probes: 'reports', halfOpenMaxCalls: 9, maxConcurrent: 1, timeout: '40s' },
    ],
    ['failures that fit into their window', { timeout: '9s', failureWindow: '40s' }],
  ])('leave alone %s', (_, options) => {
    expect(policyWarnings(resolvePolicy(options))).toEqual([])
  })

  it('are right that the rate never decides: the count of failures opens it in every order of outcomes', () => {
    const policy: PolicyOptions = {
      counting: 'cumulative',
      failureRate: { threshold: 0.5, minimumCalls: 10, window: { calls: 10 } },
    }
    const reasons = new Set<string>()
    for (let order = 0; order < 1024; order++) {
      const registry = createRegistry()
      registry.on('transition', ({ reason }) => reasons.add(reason.type))
      const breaker = registry.breaker('any', policy)
      for (let call = 0; call < 10 && breaker.state === 'closed'; call++) {
        if ((order >> call) & 1) breaker.recordFailure()
        else breaker.recordSuccess()
      }
    }
    expect([...reasons]).toEqual(['cumulativeFailures'])
  })
})
