import { describe, expect, it } from 'vitest'
import { samePolicy } from '../../../src/core/rules/same-policy.ts'
import { type PolicyOptions, resolvePolicy } from '../../../src/index.ts'

const same = (a: PolicyOptions, b: PolicyOptions) => samePolicy(resolvePolicy(a), resolvePolicy(b))
/** A new function at each call, as in the options of a call. */
const written = () => ({ isFailure: () => true })

describe('two policies', () => {
  it('are the same when all they say is, however it was written (R21)', () => {
    const one = resolvePolicy({})
    expect(samePolicy(one, one)).toBe(true)
    expect(same({}, {})).toBe(true)
    expect(same({ openTimeout: '30s' }, { openTimeout: 30_000, failureThreshold: 5 })).toBe(true)
    const rate = { threshold: 0.5, window: { time: '1m' } } as const
    expect(same({ failureRate: rate }, { failureRate: { ...rate, minimumCalls: 10 } })).toBe(true)
  })

  it.each<[string, PolicyOptions, PolicyOptions]>([
    ['a number', { failureThreshold: 4 }, {}],
    ['none', { failureThreshold: null }, {}],
    ['a rule', { backoff: { max: '1m' } }, {}],
    ['part of a rule', { backoff: { max: '1m' } }, { backoff: { max: '2m' } }],
    [
      'the kind of a window',
      { failureRate: { threshold: 1, minimumCalls: 1, window: { calls: 10 } } },
      { failureRate: { threshold: 1, minimumCalls: 1, window: { time: 10 } } },
    ],
    ['a classifier', written(), {}],
    ['what a classifier says', { isFailure: () => true }, { isFailure: () => false }],
    ['a classifier by what it is for', { ignore: () => true }, { isFailure: () => true }],
    ['a rule of a classifier', { isFailure: { value: () => true } }, { isFailure: { error: () => true } }],
    ['rules for a classifier', { isFailure: { value: () => true } }, { isFailure: () => true }],
    ['one rule more', { isFailure: { value: () => true } }, { isFailure: { value: () => true, error: () => true } }],
  ])('differ by %s, whichever comes first (R21)', (_, a, b) => {
    expect([same(a, b), same(b, a)]).toEqual([false, false])
  })

  it('differ by the kind of a value, though it has as many members (R21)', () => {
    const policy = resolvePolicy()
    for (const other of [{}, Object(5)]) {
      const strange = { ...policy, failureThreshold: other }
      expect([samePolicy(policy, strange), samePolicy(strange, policy)]).toEqual([false, false])
    }
  })

  it('are the same when their functions are written alike (R21)', () => {
    expect(same(written(), written())).toBe(true)
    expect(same({ ignore: { error: () => true } }, { ignore: { error: () => true } })).toBe(true)
  })

  it('differ by functions whose source says nothing, unless they are one (R21)', () => {
    const bound = (answer: boolean) => (() => answer).bind(null)
    const one = bound(true)
    expect(same({ isFailure: one }, { isFailure: one })).toBe(true)
    expect(same({ isFailure: one }, { isFailure: bound(true) })).toBe(false)
    expect(same({ isFailure: Boolean as never }, { isFailure: Array.isArray as never })).toBe(false)
    const telling = () => () => ' { [native code] } '.length > 0
    expect(same({ isFailure: telling() }, { isFailure: telling() }), 'only says so').toBe(true)
  })
})
