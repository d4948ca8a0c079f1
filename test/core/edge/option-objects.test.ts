import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { checkCall } from '../../../src/core/edge/call-options.ts'
import * as module from '../../../src/core/edge/duration.ts'
import { describeValue } from '../../../src/core/edge/errors.ts'
import { isOptionObject } from '../../../src/core/edge/option-object.ts'
import { createRegistry, type Mistake, type PolicyError, parsePolicy, resolvePolicy } from '../../../src/index.ts'
import { thrownBy } from '../../support/calls.ts'
import { newBreaker } from '../../support/registries.ts'

const { breaker, registry } = newBreaker()

/** What is no options, though it has no key that is unknown. */
const NO_OPTIONS: Record<string, unknown> = {
  'a promise': Promise.resolve({ failureThreshold: 1 }),
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  'a thenable': { then() {} },
  'a Map': new Map([['failureThreshold', 1]]),
  'a Set': new Set(),
  'a WeakMap': new WeakMap(),
  'a Date': new Date(),
  'a RegExp': /x/,
  'an array': [],
  'a function': () => ({}),
  'a class': class {},
  'an error': new Error('x'),
  'a URL': new URL('http://localhost'),
  'a signal': new AbortController().signal,
  bytes: new Uint8Array(0),
  'a string': 'fast',
  'a boxed string': Object('fast'),
  'a number': 5,
  'a boolean': true,
  null: null,
  'a registry': registry,
  'a breaker': breaker,
  'a Map of another realm': runInNewContext('new Map()'),
  'a promise of another realm': runInNewContext('Promise.resolve()'),
}

class Config {
  /** A field that is no option would be a mistake; a private one is the class's own affair. */
  #seconds = 7
  get openTimeout() {
    return `${this.#seconds}s`
  }
  get timeout() {
    return 5
  }
  get calls() {
    return 5
  }
  describe() {
    return `${this.#seconds}`
  }
}

const OPTIONS: Record<string, unknown> = {
  'a plain object': { openTimeout: '7s' },
  'a frozen one': Object.freeze({ openTimeout: '7s' }),
  'one without prototype': Object.assign(Object.create(null), { openTimeout: '7s' }),
  'one of another realm': runInNewContext('({ openTimeout: "7s" })'),
  'one of JSON': JSON.parse('{ "openTimeout": "7s" }'),
  'one that names its kind': { openTimeout: '7s', [Symbol.toStringTag]: 'Config' },
}

/** Every place that takes an object, with the mistakes that it finds. */
const mistakesOf = (code: () => unknown): readonly Mistake[] => (thrownBy(code) as PolicyError).mistakes
const PLACES: Record<string, (value: never) => readonly Mistake[]> = {
  policy: (value) => mistakesOf(() => resolvePolicy(value)),
  'policy of a breaker': (value) => mistakesOf(() => createRegistry().breaker('a', value)),
  'policy of configure': (value) => mistakesOf(() => createRegistry().configure('a', value)),
  'policy from outside': (value) => mistakesOf(() => parsePolicy(value)),
  'policy.failureRate': (value) => mistakesOf(() => resolvePolicy({ failureRate: value ?? [] })),
  'policy.failureRate.window': (value) =>
    mistakesOf(() => resolvePolicy({ failureRate: { threshold: 1, window: value } })),
  'policy.slowCalls': (value) => mistakesOf(() => resolvePolicy({ slowCalls: value ?? [] })),
  'policy.slowCalls.window': (value) =>
    mistakesOf(() => resolvePolicy({ slowCalls: { slowerThan: 5, threshold: 1, window: value } })),
  'policy.backoff': (value) => mistakesOf(() => resolvePolicy({ backoff: value ?? [] })),
  base: (value) => mistakesOf(() => resolvePolicy({}, value)),
  options: (value) => mistakesOf(() => createRegistry(value)),
  'options.policies': (value) => mistakesOf(() => createRegistry({ policies: value })),
  'options.supervision': (value) => mistakesOf(() => createRegistry({ supervision: value })),
  'policy of a registry': (value) => mistakesOf(() => createRegistry({ policy: value })),
  'policies["a"]': (value) => mistakesOf(() => createRegistry({ policies: { a: value } })),
}

describe('an object of options', () => {
  for (const [place, refuse] of Object.entries(PLACES)) {
    it(`for ${place} is not a promise, a Map, a breaker, or anything else that has none (R50)`, () => {
      for (const [what, value] of Object.entries(NO_OPTIONS)) {
        const mistakes = refuse(value as never)
        expect(mistakes, what).toHaveLength(1)
        const path = mistakes[0]?.path ?? ''
        expect(place.startsWith(path) || path === 'policy', `${what}: ${path}`).toBe(true)
        // Of a nested rule null means none: an array stands in for it.
        expect([describeValue(value), value === null && 'an array'], what).toContain(mistakes[0]?.received)
        const isAwaited = /promise|thenable/.test(what)
        expect(mistakes[0]?.received.includes('did you forget await?'), what).toBe(isAwaited)
      }
    })
  }

  it('for a classifier is not a promise or a Map, either (R50)', () => {
    for (const [what, value] of Object.entries(NO_OPTIONS)) {
      if (value === null || typeof value === 'function') continue
      for (const option of ['isFailure', 'ignore']) {
        const mistakes = mistakesOf(() => resolvePolicy({ [option]: value }))
        expect(mistakes, what).toMatchObject([
          {
            path: `policy.${option}`,
            expected: 'a function of an outcome, or an object of functions: { value, error }',
          },
        ])
      }
    }
  })

  for (const [what, value] of Object.entries(OPTIONS)) {
    it(`may be ${what} (R50)`, () => {
      expect(resolvePolicy(value as object).openTimeoutMs).toBe(7_000)
      expect(createRegistry({ policies: { a: value as object } }).breaker('a').policy.openTimeoutMs).toBe(7_000)
    })
  }

  it('may be an instance of a class with getters, wherever options are taken (R50)', () => {
    class Backoff {
      get max() {
        return 60_000
      }
    }
    class Supervision {
      get maxRestarts() {
        return 0
      }
    }
    const policy = resolvePolicy({
      backoff: new Backoff(),
      ...{ failureRate: { threshold: 1, window: new Config() } },
    } as never)
    expect(policy.backoff?.maxMs).toBe(60_000)
    expect(policy.failureRate?.window).toEqual({ calls: 5 })
    expect(checkCall(() => 1, new Config(), null)).toBe(5)
    expect(() => createRegistry({ supervision: new Supervision(), policy: new Config() as never })).not.toThrow()
  })

  it('may be a module, and an instance of a class that has no options today (R50)', () => {
    expect(isOptionObject(module)).toBe(true)
    expect(isOptionObject(new (class Empty {})())).toBe(true)
    expect(resolvePolicy(new (class Empty {})()).openTimeoutMs).toBe(30_000)
  })

  it('that nobody can read is refused, not stumbled over (R50)', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(isOptionObject(proxy)).toBe(false)
    expect(mistakesOf(() => resolvePolicy(proxy))).toMatchObject([{ received: 'an object that cannot be read' }])
    expect(() => checkCall(() => 1, proxy, null)).toThrow('received an object that cannot be read')
  })

  it('of a class is asked for unknown fields, too (R50)', () => {
    class Mistyped {
      openTimout = '7s'
    }
    expect(mistakesOf(() => resolvePolicy(new Mistyped() as never))).toMatchObject([{ path: 'policy.openTimout' }])
  })

  it('that is an observer may inspect; a promise of one may not (R50)', () => {
    class Inspector {
      next() {}
    }
    expect(() => createRegistry({ inspect: new Inspector() })).not.toThrow()
    expect(() => createRegistry({ inspect: () => {} })).not.toThrow()
    for (const wrong of [Promise.resolve(new Inspector()), new Map(), [], {}, 5, null, { next: 5 }]) {
      expect(mistakesOf(() => createRegistry({ inspect: wrong as never }))).toMatchObject([
        { path: 'options.inspect', expected: 'a function or an observer with a next function' },
      ])
    }
  })
})
