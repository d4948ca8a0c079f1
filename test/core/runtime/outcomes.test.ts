import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/index.ts'
import { acquire, errorOf, hold, jobsDone } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

class NotFound extends Error {}

describe.each(EVERY_WAY)('an outcome, $way', ({ how }) => {
  it('that is a success reaches the caller unchanged (R10)', async () => {
    const { breaker } = newBreaker({}, how)
    const value = { deep: [1] }
    expect(await breaker.call(() => value)).toBe(value)
    expect(await breaker.call(async () => value)).toBe(value)
    expect(await breaker.call(() => undefined)).toBeUndefined()
    expect(await breaker.call(() => new Error('a value'))).toBeInstanceOf(Error)
    expect(breaker.stats().calls).toMatchObject({ succeeded: 4, failed: 0 })
  })

  it('of a thenable is what it comes to (R10)', async () => {
    const { breaker } = newBreaker({}, how)
    // biome-ignore lint/suspicious/noThenProperty: thenables are what callers may give
    const thenable = { then: (resolve: (value: string) => void) => resolve('ok') } as PromiseLike<string>
    expect(await breaker.call(() => thenable)).toBe('ok')
  })

  for (const thrown of [new Error('down'), 'a string', 0, null, undefined, Symbol.iterator, { code: 'E' }]) {
    it(`that is a thrown or rejected ${String(thrown)} is a failure and reaches the caller as it is (R10)`, async () => {
      const { breaker } = newBreaker({}, how)
      const thrower = () => {
        throw thrown
      }
      expect(await errorOf(breaker.call(thrower))).toBe(thrown)
      expect(await errorOf(breaker.call(() => Promise.reject(thrown)))).toBe(thrown)
      expect(breaker.stats()).toMatchObject({ consecutiveFailures: 2, calls: { failed: 2, succeeded: 0 } })
    })
  }

  it('that is thrown by a probe gives its permit back (R10)', async () => {
    const { breaker } = newHalfOpen({ halfOpenFailureThreshold: 2 }, how)
    const thrower = () => {
      throw undefined
    }
    await errorOf(breaker.call(thrower))
    expect(breaker.allows()).toBe(true)
  })

  it.each(['status', 'statusCode', 'ok', 'headers', 'body', 'data', 'response', 'code', 'message', 'name'])(
    'that a classifier takes for something with a %s is a failure, and it is told what an outcome is (R51)',
    async (member) => {
      const read = (response: Record<string, number>) => (response[member] ?? 0) >= 500
      for (const rule of ['isFailure', 'ignore'] as const) {
        const { breaker, registry } = newBreaker({ [rule]: read as unknown as () => boolean, failureThreshold: 4 }, how)
        const errors = hear(registry, 'error')
        for (let call = 0; call < 2; call++) {
          expect(await breaker.call(() => ({ [member]: 503 }))).toEqual({ [member]: 503 })
          expect(await errorOf(breaker.call(() => Promise.reject({ [member]: 503 })))).toEqual({ [member]: 503 })
        }
        expect(breaker.stats()).toMatchObject({ state: 'open', calls: { failed: 4, succeeded: 0 } })
        expect(errors).toHaveLength(4)
        const message = expect.stringContaining(`an outcome has no ${member}: it is { value, durationMs }`)
        expect(errors[0]).toMatchObject({ source: rule, endpoint: 'a', error: { message } })
      }
    },
  )

  it('has its own members alone: it is copied, printed and compared as such (R51)', async () => {
    const seen: Outcome[] = []
    const isFailure = (outcome: Outcome) => void seen.push(outcome)
    const { breaker } = newBreaker({ isFailure }, how)
    await breaker.call(() => 5)
    await errorOf(breaker.call(() => Promise.reject(undefined)))
    const durationMs = expect.any(Number)
    expect(seen).toEqual([
      { value: 5, durationMs },
      { error: undefined, durationMs },
    ])
    expect(seen.map((outcome) => Object.keys({ ...outcome }))).toEqual([
      ['value', 'durationMs'],
      ['error', 'durationMs'],
    ])
    expect(seen.map((outcome) => ['value' in outcome, 'error' in outcome])).toEqual([
      [true, false],
      [false, true],
    ])
    expect(JSON.parse(JSON.stringify(seen[0]))).toMatchObject({ value: 5 })
  })

  it('may be a failure though it is a value: the caller still gets the value (R11)', async () => {
    const isFailure = (outcome: Outcome) => 'value' in outcome && outcome.value === 503
    const { breaker } = newBreaker({ isFailure, failureThreshold: 2 }, how)
    expect(await breaker.call(() => 503)).toBe(503)
    expect(await breaker.call(async () => 503)).toBe(503)
    expect(breaker.state).toBe('open')
  })

  it('may be a success though it is an error: the caller still gets the error (R11)', async () => {
    const isFailure = (outcome: Outcome) => 'error' in outcome && !(outcome.error instanceof NotFound)
    const { breaker } = newHalfOpen({ isFailure, successThreshold: 1 }, how)
    const error = new NotFound('nothing there')
    expect(await errorOf(breaker.call(() => Promise.reject(error)))).toBe(error)
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { succeeded: 1, failed: 0 } })
  })

  it('may be ignored: it counts neither way and gives its permit back (R11)', async () => {
    const ignore = (outcome: Outcome) => 'error' in outcome && outcome.error instanceof NotFound
    const { breaker } = newHalfOpen({ ignore, successThreshold: 1 }, how)
    await errorOf(breaker.call(() => Promise.reject(new NotFound('x'))))
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { succeeded: 0, failed: 0, ignored: 1 } })
    expect(breaker.allows()).toBe(true)
  })

  it('that is ignored is no slow call when it ends, however long it took (R11)', async () => {
    const policy = { slowCalls: { slowerThan: '1s', threshold: 1, window: { calls: 9 } }, ignore: () => true } as const
    const { breaker, clock } = newBreaker(policy, how)
    const end = async () => {
      const call = hold(breaker)
      // A whole millisecond more, and it would have counted while it was in flight.
      clock.advance(breaker.state === 'closed' ? 1_000.5 : 2_000)
      await call.succeed()
    }
    await end()
    breaker.trip()
    clock.advance(30_000)
    await end()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', slowRate: null, calls: { ignored: 2, slow: 0 } })
  })

  it('that is ignored is not asked whether it is a failure (R11)', async () => {
    let asked = 0
    const isFailure = () => {
      asked++
      return true
    }
    const { breaker } = newBreaker({ ignore: () => true, isFailure, failureThreshold: 1 }, how)
    await breaker.call(() => 'ok')
    expect(asked).toBe(0)
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { ignored: 1 } })
  })

  it('comes to its classifier with what it is and how long it took (R11)', async () => {
    const seen: Outcome[] = []
    const isFailure = (outcome: Outcome) => seen.push(outcome) < 0
    const { breaker, clock } = newBreaker({ isFailure }, how)
    const [value, error] = [hold(breaker), hold(breaker)]
    clock.advance(250)
    await value.succeed('ok')
    clock.advance(50)
    await error.fail('down')
    expect(seen).toEqual([
      { value: 'ok', durationMs: 250 },
      { error: 'down', durationMs: 300 },
    ])
  })

  for (const classifier of ['isFailure', 'ignore'] as const) {
    it(`whose ${classifier} throws is a failure, reported once, and the caller gets its own (R11)`, async () => {
      const mistake = new Error('a mistake in the classifier')
      const thrower = () => {
        throw mistake
      }
      const { breaker, registry } = newBreaker({ [classifier]: thrower, failureThreshold: 2 }, how)
      const errors = hear(registry, 'error')
      expect(await breaker.call(() => 'ok')).toBe('ok')
      expect(errors).toEqual([{ source: classifier, endpoint: 'a', error: mistake }])
      const down = new Error('down')
      expect(await errorOf(breaker.call(() => Promise.reject(down)))).toBe(down)
      expect(errors).toHaveLength(2)
      expect(breaker.stats()).toMatchObject({ state: 'open', calls: { failed: 2, succeeded: 0 } })
    })

    it(`whose ${classifier} answers with a promise is a failure, and the promise harms nobody (R11)`, async () => {
      const policy = { [classifier]: async () => Promise.reject(new Error('too late')) } as object
      const { breaker, registry } = newBreaker(policy, how)
      const errors = hear(registry, 'error')
      expect(await breaker.call(() => 'ok')).toBe('ok')
      await jobsDone()
      const message = expect.stringContaining(`${classifier} must answer true, false or undefined at once`)
      expect(errors).toMatchObject([{ source: classifier, endpoint: 'a', error: { name: 'TypeError', message } }])
      expect(breaker.stats().calls).toMatchObject({ failed: 1, succeeded: 0 })
    })
  }

  it('reported through a permit is judged like a call’s when its error is given (R11)', () => {
    const ignore = (outcome: Outcome) => 'error' in outcome && outcome.error instanceof NotFound
    const { breaker } = newBreaker({ ignore, failureThreshold: 1 }, how)
    acquire(breaker).failure(new NotFound('x'))
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { ignored: 1 } })
    acquire(breaker).failure()
    expect(breaker.state).toBe('open')
  })

  it('reported through a permit without an error asks no classifier (R11)', () => {
    let asked = 0
    const isFailure = () => {
      asked++
      return false
    }
    const { breaker } = newBreaker({ isFailure, ignore: isFailure }, how)
    acquire(breaker).failure()
    acquire(breaker).success()
    expect([asked, breaker.stats().calls.failed, breaker.stats().calls.succeeded]).toEqual([0, 1, 1])
    acquire(breaker).failure(new Error('judged'))
    expect([asked, breaker.stats().calls.failed]).toEqual([2, 1])
  })

  it('is late when its own classifier trips the breaker (R06)', async () => {
    const isFailure = () => {
      made.breaker.trip('from the classifier')
      return false
    }
    const made = newBreaker({ isFailure }, how)
    expect(await made.breaker.call(() => 'ok')).toBe('ok')
    expect(made.breaker.stats()).toMatchObject({ state: 'open', calls: { succeeded: 0, late: 1 } })
  })
})
