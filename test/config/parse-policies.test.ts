// What a file may say, and what each of its keys means.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePolicies } from '../../src/config/index.ts'
import { OPTIONS } from '../../src/config/option-table.ts'
import { snakeCase } from '../../src/config/spelling.ts'
import { createRegistry, type PolicyOptions } from '../../src/index.ts'
import { rightOf } from './samples.ts'

const EXAMPLE = readFileSync(join(import.meta.dirname, 'example.yaml'), 'utf8')

/** As the registry resolves what the file says. */
function policyOf(text: string, name: string, env: Record<string, string> = {}) {
  const { policy, policies } = parsePolicies(text, { env })
  return createRegistry({ policy, policies }).breaker(name).policy
}

describe('the example file of the nebula document', () => {
  it('loads unchanged, and each of its keys counts', () => {
    expect(policyOf(EXAMPLE, 'anything')).toMatchObject({
      failureThreshold: 5,
      failureWindowMs: 60_000,
      successThreshold: 3,
      openTimeoutMs: 30_000,
      timeoutMs: null,
      halfOpenMaxCalls: 3,
      failureRate: { threshold: 0.5, minimumCalls: 10, window: { timeMs: 60_000, buckets: 10 } },
    })
    expect(policyOf(EXAMPLE, 'database')).toMatchObject({
      failureThreshold: 3,
      failureWindowMs: 60_000,
      successThreshold: 3,
      openTimeoutMs: 10_000,
      failureRate: { threshold: 0.3, minimumCalls: 10, window: { timeMs: 60_000 } },
    })
    expect(policyOf(EXAMPLE, 'http_service')).toMatchObject({
      failureThreshold: 5,
      openTimeoutMs: 30_000,
      failureRate: { threshold: 0.5, minimumCalls: 20, window: { timeMs: 30_000 } },
    })
  })

  it('is told once that its timeout is the open time', () => {
    const { warnings } = parsePolicies(EXAMPLE, { file: 'breakers.yaml' })
    expect(warnings).toEqual([
      {
        file: 'breakers.yaml',
        line: 6,
        column: 5,
        path: 'circuit_breaker.default.timeout',
        message: 'under circuit_breaker it is how long it stays open (open_timeout); that of a call is call_timeout',
      },
    ])
  })
})

describe('a file', () => {
  it('has a default, and names and patterns over it', () => {
    const text = 'default: { openTimeout: 10s }\n"db-*": { failureThreshold: 3 }\ndb-archive: { openTimeout: 5m }\n'
    expect(parsePolicies(text)).toEqual({
      policy: { openTimeout: '10s' },
      policies: { 'db-*': { failureThreshold: 3 }, 'db-archive': { openTimeout: '5m' } },
      warnings: [],
    })
  })

  it('may be JSON, indented with tabs, with a byte order mark, with lines ended as in Windows', () => {
    const json = `\ufeff${JSON.stringify({ default: { open_timeout: '10s', slow_calls: null } }, null, '\t')}\n`
    for (const text of [
      json,
      json.replaceAll('\n', '\r\n'),
      '\ufeffdefault:\r\n  open_timeout: 10s\r\n  slow_calls:\r\n',
    ]) {
      expect(parsePolicies(text).policy).toEqual({ openTimeout: '10s', slowCalls: null })
    }
  })

  it('may hold other sections beside circuit_breaker; those that are not for anchors are told of', () => {
    const text =
      '$schema: s\nx-base: &base { open_timeout: 1m }\nserver: { port: 80 }\ncircuit_breaker:\n  default: *base\n'
    const { policy, warnings } = parsePolicies(text)
    expect(policy).toEqual({ openTimeout: '1m' })
    expect(warnings).toMatchObject([
      { line: 3, column: 1, path: 'server', message: expect.stringContaining('not read') },
    ])
  })

  it('shares options by anchors and merge keys; what a policy says itself goes before them', () => {
    const text =
      'default: &a { open_timeout: 1m, failure_threshold: 3 }\nb: { <<: *a, openTimeout: 2m }\nc: { openTimeout: 3m, <<: [*a, *a] }\nd: *a\n'
    const { policies } = parsePolicies(text)
    expect(policies).toEqual({
      b: { openTimeout: '2m', failureThreshold: 3 },
      c: { openTimeout: '3m', failureThreshold: 3 },
      d: { openTimeout: '1m', failureThreshold: 3 },
    })
  })

  it('lets the first of several merged maps go before the others, and what is written before all', () => {
    const text =
      'x-a: &a { b: { openTimeout: 1m }, c: { openTimeout: 1m } }\nx-b: &b { b: {}, c: {}, d: {} }\ncircuit_breaker: { <<: [*a, *b], b: { openTimeout: 2m } }\n'
    const { policies } = parsePolicies(text)
    expect(policies).toEqual({ b: { openTimeout: '2m' }, c: { openTimeout: '1m' }, d: {} })
  })

  it.each(['__proto__', 'constructor', '5', 'null', 'on', '*', 'ein Name mit Ümläut', '"a.b"'])(
    'may name an endpoint %s',
    (name) => {
      const { policies } = parsePolicies(`${name === '*' ? '"*"' : name}: { failureThreshold: 7 }\n`)
      expect(Object.entries(policies)).toEqual([[name.replaceAll('"', ''), { failureThreshold: 7 }]])
      expect(createRegistry({ policies }).breaker(name.replaceAll('"', '')).policy.failureThreshold).toBe(7)
    },
  )

  it('may name an endpoint as an option, or as a merge key in quotes', () => {
    const { policies } = parsePolicies('timeout: { openTimeout: 3s }\n"<<": { openTimeout: 4s }')
    expect(policies).toEqual({ timeout: { openTimeout: '3s' }, '<<': { openTimeout: '4s' } })
  })

  it('asks whether default was meant by a name that is nearly that', () => {
    expect(parsePolicies('defualt: {}').warnings).toMatchObject([{ message: expect.stringContaining('mean default?') }])
    expect(parsePolicies('default: {}\nfault: {}').warnings).toEqual([])
  })
})

describe('an option', () => {
  const VALUES: Readonly<Record<string, unknown>> = {
    refusals: 'judge',
    counting: 'cumulative',
    failureRate: { threshold: 0.5, minimum_calls: 5, window: { calls: 50 } },
    slowCalls: { slower_than: '2s', threshold: 0.5, minimum_calls: 5, window: { time: '1m', buckets: 6 } },
    openTimeoutFrom: 'last_failure',
    probes: 'reports',
    recoveryRamp: { duration: '1m', from: 0.2, steps: 4 },
    backoff: { factor: 3, max: '10m', jitter: 0.1 },
    captureStack: true,
  }
  it.each(Object.keys(OPTIONS))('%s may be written in camelCase and in snake_case', (name) => {
    const kind = OPTIONS[name]?.kind ?? 'flag'
    const other = kind === 'duration' ? '45s' : typeof kind === 'object' ? rightOf(kind) : 7
    const value = VALUES[name] ?? other
    // A queue needs a limit.
    const base = { default: name === 'maxQueued' ? { maxConcurrent: 5 } : {} }
    const textOf = (key: string) => JSON.stringify({ ...base, a: { [key]: value } })
    const camel = parsePolicies(textOf(name)).policies['a']
    const snake = parsePolicies(textOf(snakeCase(name))).policies['a']
    expect(camel).toEqual(snake)
    expect(Object.keys(camel ?? {})).toEqual([name])
    expect(policyOf(textOf(snakeCase(name)), 'a')).not.toEqual(policyOf(JSON.stringify(base), 'a'))
  })

  it('call_timeout is the timeout of a call, wherever it is', () => {
    expect(policyOf('a: { call_timeout: 2s }', 'a').timeoutMs).toBe(2_000)
    expect(policyOf('circuit_breaker: { a: { call_timeout: 2s, timeout: 3s } }', 'a')).toMatchObject({
      timeoutMs: 2_000,
      openTimeoutMs: 3_000,
    })
  })
})

describe('a failure rate whose members are given one by one', () => {
  const rateOf = (text: string, name = 'a') => policyOf(text, name).failureRate
  it.each<[string, string, unknown]>([
    ['of a number of calls', 'a: { failure_rate_threshold: 0.4, window_size: 40 }', { calls: 40 }],
    ['by its type', 'a: { failure_rate_threshold: 0.4, window_type: count_based, window_size: 40 }', { calls: 40 }],
    ['of a time', 'a: { failureRateThreshold: 0.4, windowDuration: 30s }', { timeMs: 30_000, buckets: 10 }],
    [
      'whose own kind of window goes before that of the default',
      'default: { failure_rate_threshold: 0.4, window_size: 40 }\na: { window_duration: 30s }',
      { timeMs: 30_000, buckets: 10 },
    ],
    [
      'over a whole one of the default',
      'default: { failure_rate: { threshold: 0.4, window: { time: 1m, buckets: 6 } } }\na: { minimum_calls: 3 }',
      { timeMs: 60_000, buckets: 6 },
    ],
    [
      'whose failure_window is that of the policy itself',
      'default: { failure_rate_threshold: 0.4, failure_window: 60s }\na: { failure_window: 20s }',
      { timeMs: 20_000, buckets: 10 },
    ],
  ])('has a window %s', (_, text, window) => {
    expect(rateOf(text)).toMatchObject({ threshold: 0.4, window })
  })

  it('is turned off by a threshold of null', () => {
    expect(
      rateOf('default: { failure_rate_threshold: 0.4, window_size: 9 }\na: { failure_rate_threshold: null }'),
    ).toBe(null)
  })

  it('leaves a whole one alone where only the window of the count changes', () => {
    const text = 'default: { failure_rate: { threshold: 0.4, window: { time: 1m } } }\na: { failure_window: 5s }'
    expect(policyOf(text, 'a')).toMatchObject({ failureWindowMs: 5_000, failureRate: { window: { timeMs: 60_000 } } })
  })

  it('without a threshold counts for nothing, and that is told', () => {
    const { policies, warnings } = parsePolicies('a: { minimum_calls: 3, failure_window: 5s }')
    expect(policies).toEqual({ a: { failureWindow: '5s' } })
    expect(warnings).toMatchObject([{ path: 'a.minimum_calls', column: 21 }])
  })
})

describe('a variable of the environment', () => {
  const env = { T: '40s', N: '7', R: ' 0.5\n', YES: 'true', NONE: 'null', EMPTY: '', HALF: '4' }
  it.each<[string, PolicyOptions]>([
    [`open_timeout: \${T}`, { openTimeout: '40s' }],
    [`open_timeout: "\${HALF}5s"`, { openTimeout: '45s' }],
    [`failure_threshold: \${N}`, { failureThreshold: 7 }],
    [`failure_threshold: \${MISSING:-9}`, { failureThreshold: 9 }],
    [`failure_threshold: \${EMPTY:-9}`, { failureThreshold: 9 }],
    [`failure_threshold: \${NONE}`, { failureThreshold: null }],
    [`capture_stack: \${YES}`, { captureStack: true }],
    [`counting: \${MISSING:-cumulative}`, { counting: 'cumulative' }],
    [
      `backoff: { max: "\${T}", jitter: "\${R}", factor: "\${MISSING:-1e1}" }`,
      { backoff: { max: '40s', jitter: 0.5, factor: 10 } },
    ],
  ])('%s', (text, expected) => {
    expect(parsePolicies(`a:\n  ${text}\n`, { env }).policies).toEqual({ a: expected })
  })

  it('is looked up in that of the process', () => {
    process.env['SWITCHGEAR_TEST_TIMEOUT'] = '12s'
    const { policy } = parsePolicies(`default: { open_timeout: "\${SWITCHGEAR_TEST_TIMEOUT}" }`)
    delete process.env['SWITCHGEAR_TEST_TIMEOUT']
    expect(policy).toEqual({ openTimeout: '12s' })
  })
})
