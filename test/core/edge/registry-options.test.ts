import { describe, expect, it } from 'vitest'
import { resolveOptions } from '../../../src/core/edge/registry-options.ts'
import { createRegistry, type PolicyError, resolvePolicy, SnapshotError } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { thrownBy } from '../../support/calls.ts'

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
    expect(() => createRegistry({ maxBreakers: 0 })).toThrow('invalid registry options:\n  options.maxBreakers: ')
  })

  it('with keys that are none are told the nearest (R50)', () => {
    expect(mistakes({ maxBreaker: 5, supervision: { maxRestart: 1 } })).toEqual([
      {
        path: 'options.supervision.maxRestart',
        expected: 'one of maxRestarts, withinMs, onEscalation (did you mean maxRestarts?)',
        received: 'an unknown key',
      },
      {
        path: 'options.maxBreaker',
        expected:
          'one of policy, policies, clock, snapshot, inspect, folding, activation, maxBreakers, idleTimeout, supervision, seed (did you mean maxBreakers?)',
        received: 'an unknown key',
      },
    ])
  })

  it('say of each what it may be (R50)', () => {
    const wrong = {
      policies: 5,
      inspect: 5,
      folding: 5,
      activation: 5,
      maxBreakers: 0,
      idleTimeout: 0,
      supervision: 5,
      seed: -1,
    }
    expect(Object.fromEntries(mistakes(wrong).map(({ path, expected }) => [path, expected]))).toEqual({
      'options.policies': 'an object of policies by name',
      'options.inspect': 'a function or an observer with a next function',
      'options.folding': 'true or false',
      'options.activation': "'eager' or 'onDemand'",
      'options.maxBreakers': 'a whole number of at least 1',
      'options.idleTimeout': "a duration above 0: milliseconds or a string such as '30s'",
      'options.supervision': 'an object: { maxRestarts, withinMs, onEscalation }',
      'options.seed': 'a whole number of at least 0',
    })
    expect(mistakes({ supervision: { onEscalation: 5 } })[0]?.expected).toBe("'disabled' or 'forcedOpen'")
    expect(resolveOptions({ supervision: { onEscalation: 'disabled' } }).supervision.onEscalation).toBe('disabled')
    expect(mistakes(5 as never)).toEqual([
      { path: 'options', expected: 'an object of registry options', received: '5' },
    ])
  })

  it('have a default, or are as they were given (R50)', () => {
    const { policyFor, seed, ...defaults } = resolveOptions({})
    expect(defaults).toEqual({
      clock: undefined,
      snapshot: undefined,
      inspect: undefined,
      folding: true,
      activation: undefined,
      maxBreakers: Number.POSITIVE_INFINITY,
      idleTimeoutMs: null,
      supervision: { maxRestarts: 3, withinMs: 5_000, onEscalation: 'disabled' },
    })
    expect(policyFor('a')).toEqual(resolvePolicy())
    expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true)
    expect(resolveOptions({}).seed, 'random').not.toBe(seed)

    const clock = createVirtualClock()
    const given = { clock, folding: false, activation: 'eager', maxBreakers: 1, seed: 0, snapshot: '{}' } as const
    const supervision = { maxRestarts: 0, withinMs: '1m', onEscalation: 'forcedOpen' } as const
    expect(resolveOptions({ ...given, idleTimeout: '1m', supervision })).toMatchObject({
      idleTimeoutMs: 60_000,
      ...given,
      supervision: { ...supervision, withinMs: 60_000 },
    })
  })

  it('say when a breaker’s actor exists: eagerly or on demand (R50)', () => {
    expect(resolveOptions({ activation: 'onDemand' }).activation).toBe('onDemand')
    expect(mistakes({ activation: 'lazy' })).toEqual([
      { path: 'options.activation', expected: "'eager' or 'onDemand'", received: '"lazy"' },
    ])
  })

  it('with an inspector turn folding off, whatever they say (R50)', () => {
    const inspect = () => {}
    expect(resolveOptions({ inspect, folding: true })).toMatchObject({ inspect, folding: false })
  })

  it('take null for no snapshot, as stores give it for a key they lack (R25)', () => {
    expect(resolveOptions({ snapshot: null }).snapshot).toBeUndefined()
    expect(createRegistry({ snapshot: null }).list()).toEqual([])
  })

  it('name a key of the snapshot that is none (R25)', () => {
    const snapshot = { ...createRegistry().snapshot(), more: 1 }
    expect(() => createRegistry({ snapshot })).toThrow(
      'snapshot.more: expected no such option, received an unknown key',
    )
  })

  it('take no promise for a snapshot (R25)', () => {
    expect(mistakes({ snapshot: Promise.resolve(null) })).toEqual([
      {
        path: 'options.snapshot',
        expected: 'what snapshot() gave, or its JSON',
        received: 'a promise (did you forget await?)',
      },
    ])
    expect(
      thrownBy(() => createRegistry({ snapshot: 5 as never })),
      'the rest is the snapshot’s',
    ).toBeInstanceOf(SnapshotError)
  })

  it('let errors through that are not about them (R50)', () => {
    const hostile = {
      get openTimeout(): never {
        throw new RangeError('mine')
      },
    }
    expect(() => createRegistry({ policies: { a: hostile } })).toThrow(RangeError)
  })

  it('name the policy that is wrong (R50)', () => {
    expect(mistakes({ policy: { openTimeout: 0 } })[0]?.path).toBe('policy.openTimeout')
    expect(mistakes({ policies: { 'db-*': { openTimeout: 0 } } })[0]?.path).toBe('policies["db-*"].openTimeout')
    expect(mistakes({ policies: { a: null } })[0]?.path).toBe('policies["a"]')
    expect(mistakes({ policies: { 'a\n"b"': { openTimeout: 0 } } })[0]?.path).toBe(
      'policies["a\\n\\"b\\""].openTimeout',
    )
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

describe('a policy by name or pattern', () => {
  const chosen = (names: readonly string[], name: string) => {
    const policies = Object.fromEntries(names.map((key, at) => [key, { failureThreshold: at + 1 }]))
    return names[
      (resolveOptions({ policy: { failureThreshold: 99 }, policies }).policyFor(name).failureThreshold ?? 0) - 1
    ]
  }

  it('is that of the name before that of a pattern, and of the first pattern that matches (R21)', () => {
    expect(chosen(['*', 'db-*', 'db-1'], 'db-1')).toBe('db-1')
    expect(chosen(['db-*', '*'], 'db-2')).toBe('db-*')
    expect(chosen(['*', 'db-*'], 'db-2')).toBe('*')
    expect(chosen(['db-*'], 'cache')).toBeUndefined()
  })

  it.each([
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*a', 'aba', true],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'aa', false],
    ['a*b*b', 'ab', false],
    ['a*b*b', 'abb', true],
    ['*a*a*', 'a', false],
    ['*a*a*', 'xaxax', true],
    ['*ab*b*', 'ab', false],
    ['a*bc*c', 'abc', false],
    ['a*bc*c', 'abcc', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['*a', 'ab', false],
    ['**', '', true],
    ['a**b', 'ab', true],
    ['db.*', 'dbx1', false],
    ['*.[a]', 'x.[a]', true],
  ] as const)('%s for %s: %s (R21)', (pattern, name, matches) => {
    expect(chosen([pattern], name)).toBe(matches ? pattern : undefined)
  })

  it('is over the shared one, and has its own mistakes with it (R21)', () => {
    const { policyFor } = resolveOptions({ policy: { openTimeout: '1m' }, policies: { a: { failureThreshold: 1 } } })
    expect(policyFor('a')).toMatchObject({ openTimeoutMs: 60_000, failureThreshold: 1 })
    const error = thrownBy(() =>
      createRegistry({ policy: { openTimeout: '1m' }, policies: { a: { backoff: { max: '1s' } } } }),
    )
    expect((error as PolicyError).mistakes).toMatchObject([{ path: 'policies["a"].backoff.max' }])
  })

  it('is found in no time, however long the name (R21)', () => {
    const { policyFor } = resolveOptions({ policies: { [`${'*a'.repeat(50)}*b`]: {} } })
    const started = performance.now()
    policyFor('a'.repeat(100_000))
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
