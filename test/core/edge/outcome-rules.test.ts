import { describe, expect, it } from 'vitest'
import { answerOf } from '../../../src/core/rules/policy.ts'
import { type Classifier, type Outcome, type OutcomeRules, presets, resolvePolicy } from '../../../src/index.ts'
import { DOWN, errorOf } from '../../support/calls.ts'
import { mistakesIn } from '../../support/policies.ts'
import { BOTH_WAYS, hear, newBreaker } from '../../support/registries.ts'

const returned = (value: unknown): Outcome => ({ value, durationMs: 7 })
const threw = (error: unknown): Outcome => ({ error, durationMs: 7 })

describe('the rule for an outcome', () => {
  it('is asked with what it is about, and how long the call took (R11)', () => {
    const asked: unknown[][] = []
    const note =
      (answer: boolean) =>
      (...args: unknown[]) => {
        asked.push(args)
        return answer
      }
    const rules: OutcomeRules = { value: note(true), error: note(false) }
    expect([answerOf(rules, returned(5)), answerOf(rules, threw(undefined))]).toEqual([true, false])
    const whole: Classifier = note(true)
    answerOf(whole, threw(DOWN))
    expect(asked).toEqual([[5, 7], [undefined, 7], [threw(DOWN)]])
  })

  it('that is missing answers undefined (R11)', () => {
    const never = () => {
      throw new Error('not this one')
    }
    expect(answerOf({ value: never }, threw(DOWN))).toBeUndefined()
    expect(answerOf({ error: never, value: undefined }, returned(5))).toBeUndefined()
  })

  it('answers what it answers, and throws what it throws: the caller judges (R11)', () => {
    const promise = Promise.resolve(true)
    expect(answerOf({ value: () => promise as never }, returned(5))).toBe(promise)
    const thrower = () => {
      throw DOWN
    }
    expect(() => answerOf({ error: thrower }, threw(1))).toThrow(DOWN)
    expect(() => answerOf(thrower, threw(1))).toThrow(DOWN)
  })
})

describe('tinkex’s rule', () => {
  it('takes { ok: true } only for a success, whatever else comes back (R12)', () => {
    const { isFailure } = presets.tinkex
    const answers = [{ ok: true }, { ok: 1 }, {}, null, undefined, 'ok'].map((value) =>
      answerOf(isFailure ?? {}, returned(value)),
    )
    expect(answers).toEqual([false, true, true, true, true, true])
    expect(answerOf(isFailure ?? {}, threw({ ok: true })), 'errors fail as usual').toBeUndefined()
  })
})

describe.each(BOTH_WAYS)('a classifier, $way', ({ folding }) => {
  const countsOf = async (policy: Parameters<typeof newBreaker>[0], call: () => unknown) => {
    const { breaker, registry } = newBreaker({ failureThreshold: 100, ...policy }, { folding })
    const errors = hear(registry, 'error')
    await breaker.call(call).catch(() => {})
    const { succeeded, failed, ignored } = breaker.stats().calls
    return { succeeded, failed, ignored, errors: errors.length }
  }
  const SUCCEEDED = { succeeded: 1, failed: 0, ignored: 0, errors: 0 }
  const FAILED = { succeeded: 0, failed: 1, ignored: 0, errors: 0 }
  const IGNORED = { succeeded: 0, failed: 0, ignored: 1, errors: 0 }
  const refused = () => Promise.reject(new Error('ECONNREFUSED'))

  it('that looks at the value only lets errors fail as usual (R11)', async () => {
    const isFailure = { value: (response: { status: number }) => response.status >= 500 }
    expect(await countsOf({ isFailure }, refused)).toEqual(FAILED)
    expect(await countsOf({ isFailure }, () => ({ status: 503 }))).toEqual(FAILED)
    expect(await countsOf({ isFailure }, () => ({ status: 200 }))).toEqual(SUCCEEDED)
  })

  it('that looks at the error only lets values succeed as usual (R11)', async () => {
    const isFailure = { error: (error: Error) => error.message !== 'not found' }
    expect(await countsOf({ isFailure }, refused)).toEqual(FAILED)
    expect(await countsOf({ isFailure }, () => Promise.reject(new Error('not found')))).toEqual(SUCCEEDED)
    expect(await countsOf({ isFailure }, () => null)).toEqual(SUCCEEDED)
  })

  it('that answers undefined means as usual (R11)', async () => {
    const isFailure = ({ value }: Outcome) => (value === 'bad' ? true : undefined)
    expect(await countsOf({ isFailure }, refused)).toEqual(FAILED)
    expect(await countsOf({ isFailure }, () => 'bad')).toEqual(FAILED)
    expect(await countsOf({ isFailure }, () => 'good')).toEqual(SUCCEEDED)
    const ignore = { value: () => undefined, error: (error: Error) => error.message === 'ECONNREFUSED' || undefined }
    expect(await countsOf({ ignore }, refused)).toEqual(IGNORED)
    expect(await countsOf({ ignore }, () => Promise.reject(DOWN))).toEqual(FAILED)
    expect(await countsOf({ ignore, isFailure }, () => 'bad')).toEqual(FAILED)
  })

  it('that answers anything else makes a failure, and is reported (R11)', async () => {
    const wrong = (() => 'yes') as never
    for (const policy of [{ isFailure: { value: wrong } }, { ignore: { value: wrong } }, { ignore: wrong }]) {
      expect(await countsOf(policy, () => 5)).toEqual({ ...FAILED, errors: 1 })
    }
  })
})

describe('rules for outcomes, as options', () => {
  const rule = () => true

  it('are copied, and the caller’s object stays his (R50)', async () => {
    const isFailure = { value: rule, error: undefined }
    const policy = resolvePolicy({ isFailure })
    expect(policy.isFailure).toEqual({ value: rule })
    expect(policy.isFailure).not.toBe(isFailure)
    expect(Object.isFrozen(policy.isFailure)).toBe(true)
    expect(Object.isFrozen(isFailure)).toBe(false)
    isFailure.value = () => false
    const { breaker } = newBreaker({ isFailure: policy.isFailure, failureThreshold: 1 })
    expect(await errorOf(breaker.call(() => 5).then(() => Promise.reject(DOWN)))).toBe(DOWN)
    expect(breaker.state).toBe('open')
  })

  it('may be an instance of a class, and a function stays the function it is (R50)', () => {
    class Rules {
      error() {
        return true
      }
    }
    const ignore = new Rules()
    expect(resolvePolicy({ ignore }).ignore).toEqual({ error: ignore.error })
    expect(resolvePolicy({ ignore: rule }).ignore).toBe(rule)
    expect(resolvePolicy({ ignore: null }, resolvePolicy({ ignore: rule })).ignore).toBeNull()
  })

  it('are one at least, and functions (R50)', () => {
    expect(mistakesIn({ isFailure: {} })).toEqual([
      { path: 'policy.isFailure', expected: 'value or error, or both', received: '{}' },
    ])
    expect(mistakesIn({ ignore: { value: true, error: null } })).toEqual([
      { path: 'policy.ignore.value', expected: 'a function of a value', received: 'true' },
      { path: 'policy.ignore.error', expected: 'a function of an error', received: 'null' },
    ])
  })
})
