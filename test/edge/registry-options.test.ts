import { describe, expect, it } from 'vitest'
import { createRegistry, type PolicyError } from '../../src/index.ts'
import { thrownBy } from '../support/calls.ts'

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
