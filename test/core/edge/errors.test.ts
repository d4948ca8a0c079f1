import { inspect, types } from 'node:util'
import { describe, expect, it } from 'vitest'
import { newRejection } from '../../../src/core/edge/errors.ts'
import * as switchgear from '../../../src/index.ts'
import { isBreakerError } from '../../../src/index.ts'
import { rejected, thrownBy } from '../../support/calls.ts'
import { newBreaker, newRegistry } from '../../support/registries.ts'

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
      expect(Object.keys(error), 'a name of its own would be shown twice').not.toContain('name')
      expect(error.stack?.split('\n')[0]).toBe(`${error.name}: ${error.message.split('\n')[0]}`)
      expect(error.message).not.toBe('')
      expect(error.stack).toContain('errors.test')
      expect(isBreakerError(error)).toBe(true)
      expect(isBreakerError(error, error.code)).toBe(true)
      expect(isBreakerError(error, 'BREAKER_OPEN')).toBe(false)
    })
  }

  it('tells all it knows as JSON (R50)', () => {
    expect(JSON.parse(JSON.stringify(ERRORS.CALL_TIMEOUT))).toEqual({
      name: 'CallTimeoutError',
      message: 'the call to "a" took longer than its timeout of 100 ms',
      code: 'CALL_TIMEOUT',
      endpoint: 'a',
      timeoutMs: 100,
    })
    expect(JSON.parse(JSON.stringify(ERRORS.INVALID_POLICY))).toMatchObject({ mistakes: [{ path: 'a' }] })
  })

  it('says what is wrong with a snapshot, alone or with its mistakes (R25)', () => {
    expect(new switchgear.SnapshotError('no snapshot')).toMatchObject({
      message: 'no snapshot',
      code: 'INVALID_SNAPSHOT',
    })
    const mistakes = [{ path: 'snapshot.breakers', expected: 'an array', received: '5' }]
    const { message } = new switchgear.SnapshotError('invalid snapshot', mistakes)
    expect(message).toBe('invalid snapshot:\n  snapshot.breakers: expected an array, received 5')
  })

  it('keeps what others wrote in one line each, and short (R50)', () => {
    const nasty = '\n2026 INFO all is well\u2028\u0085\u202e'
    const messages = [
      new switchgear.ArgumentError(nasty, 'what', nasty).message,
      new switchgear.CallTimeoutError(nasty, 1).message,
      new switchgear.SnapshotError(nasty).message,
      new switchgear.SnapshotError(nasty, []).message,
    ]
    for (const message of messages) {
      expect(message).not.toMatch(/[\n\u2028\u0085\u202e]/)
      expect(message).toContain('\\n2026 INFO all is well\\u2028\\u0085\\u202e')
    }
    const lines = new switchgear.PolicyError(nasty, [{ path: nasty, expected: 'b', received: 'c' }]).message.split('\n')
    expect(lines).toHaveLength(2)
    const long = new switchgear.ArgumentError('x'.repeat(1e5), 'what', 'x'.repeat(1e5))
    expect(long.message.length).toBeLessThan(400)
  })

  it('lists 20 mistakes of a file that is no policy at all, and keeps the rest (R50)', () => {
    const mistakes = Array.from({ length: 23 }, (_, at) => ({ path: `p${at}`, expected: 'b', received: 'c' }))
    const listed = (many: number) => new switchgear.PolicyError('invalid', mistakes.slice(0, many))
    expect(listed(20).message).toMatch(/p19: expected b, received c$/)
    expect(listed(23).message).toMatch(/p19: expected b, received c\n {2}and 3 more$/)
    expect(listed(23).mistakes).toHaveLength(23)
  })

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

  it('of a rejected call is an error to whoever prints, copies or changes it (R02)', async () => {
    const { breaker } = newBreaker()
    breaker.trip('by\nhand')
    const error = await rejected(breaker)
    const message = 'circuit "a" is open: tripped: by'
    expect(error).toBeInstanceOf(switchgear.BreakerOpenError)
    expect(error).toBeInstanceOf(Error)
    expect(error.message).toContain(message)
    expect([error.stack, String(error)]).toEqual(Array(2).fill(`BreakerOpenError: ${error.message}`))
    expect(inspect(error)).toContain(`BreakerOpenError: ${message}`)
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'BreakerOpenError',
      message: error.message,
      code: 'BREAKER_OPEN',
      endpoint: 'a',
      state: 'open',
      reason: { type: 'tripped', message: 'by\nhand' },
      retryAfterMs: 30_000,
    })
    expect(structuredClone(error)).toMatchObject({ message: error.message, code: 'BREAKER_OPEN', retryAfterMs: 30_000 })
    expect(types.isNativeError(error), 'documented').toBe(false)
    Object.assign(error, { name: 'Mine', stack: 'longer', message: 'other' })
    expect([error.name, error.stack, error.message]).toEqual(['Mine', 'longer', 'other'])
    error.stack = 'longer still'
    Object.defineProperty(error, 'stack', { value: 'longest' })
    expect(error.stack).toBe('longest')
    expect((await rejected(breaker)).name, 'the others’ stays').toBe('BreakerOpenError')
  })

  it('of a rejected call is a native one with a stack when it is asked for (R02)', () => {
    const rejection = newRejection('a', 'open', { type: 'reset' })
    const error = new switchgear.BreakerOpenError(rejection, 'a', 'open', 5, true)
    expect(types.isNativeError(error)).toBe(true)
    expect(error).toBeInstanceOf(switchgear.BreakerOpenError)
    expect(error.stack).toMatch(/^BreakerOpenError: circuit "a" is open: reset\n.*[\s\S]*errors\.test/)
    expect(isBreakerError(error, 'BREAKER_OPEN')).toBe(true)
    const fields = { code: 'BREAKER_OPEN', endpoint: 'a', state: 'open', reason: { type: 'reset' }, retryAfterMs: 5 }
    expect(error).toMatchObject({ ...fields, message: 'circuit "a" is open: reset' })
    expect({ ...new switchgear.BreakerOpenError(rejection, 'a', 'open', 5) }).toEqual({
      ...fields,
      message: 'circuit "a" is open: reset',
    })
  })

  it('of a rejected call never breaks the line (R02)', () => {
    expect(newRejection('a\nb', 'open', { type: 'isolated' }).message).toBe('circuit "a\\nb" is open: isolated')
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
      [5, 'clock: expected { now, setTimeout, clearTimeout }, received 5'],
      [null, 'clock: expected { now, setTimeout, clearTimeout }, received null'],
      [Promise.resolve(fit), 'received a promise (did you forget await?)'],
    ]
    for (const [clock, message] of clocks) {
      const error = thrownBy(() => newRegistry({ clock: clock as switchgear.Clock }))
      expect(error).toMatchObject({ name: 'ClockError', code: 'INVALID_CLOCK' })
      expect((error as Error).message).toContain(message)
    }
  })
})
