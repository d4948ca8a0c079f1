import { describe, expect, it } from 'vitest'
import * as switchgear from '../../src/index.ts'
import { isBreakerError } from '../../src/index.ts'
import { rejected, thrownBy } from '../support/calls.ts'
import { newBreaker, newRegistry } from '../support/registries.ts'

const ERRORS = {
  INVALID_ARGUMENT: new switchgear.ArgumentError('where', 'what', 5),
  INVALID_CLOCK: new switchgear.ClockError('no time'),
  INVALID_POLICY: new switchgear.PolicyError('invalid', [{ path: 'a', expected: 'b', received: 'c' }]),
  INVALID_SNAPSHOT: new switchgear.SnapshotError('no snapshot'),
  REGISTRY_CLOSED: new switchgear.RegistryClosedError(),
  REGISTRY_FULL: new switchgear.RegistryFullError(5),
  CALL_TIMEOUT: new switchgear.CallTimeoutError('a', 100),
} as const

describe('an error of ours', () => {
  for (const [code, error] of Object.entries(ERRORS)) {
    it(`with the code ${code} is an Error with its own name, a message and a stack (R50)`, () => {
      expect(error).toBeInstanceOf(Error)
      expect(error.code).toBe(code)
      expect(error.name).toBe(error.constructor.name)
      expect(error.message).not.toBe('')
      expect(error.stack).toContain('errors.test')
      expect(isBreakerError(error)).toBe(true)
      expect(isBreakerError(error, error.code)).toBe(true)
      expect(isBreakerError(error, 'BREAKER_OPEN')).toBe(false)
    })
  }

  it('is told from others, whatever they are (R50)', () => {
    const others = [new Error('x'), { code: 'BREAKER_OPEN' }, null, undefined, 'BREAKER_OPEN', 5, Symbol('x'), () => {}]
    expect(others.map((other) => isBreakerError(other))).toEqual(others.map(() => false))
  })

  it('is known when it comes from another copy of the package (R50)', () => {
    const other = Object.assign(new Error('x'), { code: 'BREAKER_OPEN', [Symbol.for('switchgear.error')]: true })
    expect(isBreakerError(other)).toBe(true)
    expect(isBreakerError(other, 'BREAKER_OPEN')).toBe(true)
    expect(isBreakerError(other, 'CALL_TIMEOUT')).toBe(false)
  })

  it('of a rejected call is known, too (R02)', async () => {
    const { breaker } = newBreaker()
    breaker.trip()
    const error = await rejected(breaker)
    expect(isBreakerError(error, 'BREAKER_OPEN')).toBe(true)
    expect(error.constructor.name).toBe('BreakerOpenError')
    expect({ ...error }, 'what a log of its fields shows').toMatchObject({
      endpoint: 'a',
      state: 'open',
      reason: { type: 'tripped' },
      retryAfterMs: 30_000,
    })
  })

  it('about a clock says what it lacks (R40)', () => {
    const fit = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} }
    const clocks: [unknown, string][] = [
      [{}, 'clock.now: expected a function, received undefined'],
      [{ ...fit, setTimeout: 5 }, 'clock.setTimeout: expected a function, received 5'],
      [{ ...fit, clearTimeout: null }, 'clock.clearTimeout: expected a function, received null'],
      [{ ...fit, now: () => Number.NaN }, 'clock.now(): expected milliseconds of at least 0, received NaN'],
      [
        { ...fit, now: () => new Date() },
        'clock.now(): expected milliseconds of at least 0, received a value of class Date',
      ],
      [{ ...fit, now: () => -1 }, 'clock.now(): expected milliseconds of at least 0, received -1'],
      [5, 'clock.now: expected a function'],
    ]
    for (const [clock, message] of clocks) {
      const error = thrownBy(() => newRegistry({ clock: clock as switchgear.Clock }))
      expect(error).toMatchObject({ name: 'ClockError', code: 'INVALID_CLOCK' })
      expect((error as Error).message).toContain(message)
    }
  })
})
