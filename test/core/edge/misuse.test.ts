import { describe, expect, it } from 'vitest'
import type { Breaker, CallOptions, EventName, Guarded, Registry } from '../../../src/index.ts'
import { ArgumentError, isBreakerError } from '../../../src/index.ts'
import { errorOf, thrownBy } from '../../support/calls.ts'
import { BOTH_WAYS, newBreaker } from '../../support/registries.ts'

/** What JavaScript lets callers write: the promise rejects, and nothing is counted. */
const WRONG_CALLS: Record<string, [(breaker: Breaker) => Promise<unknown>, RegExp]> = {
  'without a function': [
    (breaker) => breaker.call(undefined as never),
    /^call\(fn\): expected a function, received undefined/,
  ],
  'with a promise for a function': [
    (breaker) => breaker.call(Promise.resolve() as unknown as Guarded<unknown>),
    /^call\(fn\): expected a function that makes the promise, as in \(\) => fetch\(url\), received a promise/,
  ],
  'with a string for a function': [(breaker) => breaker.call('fn' as never), /expected a function, received "fn"/],
  'with null for options': [
    (breaker) => breaker.call(() => 1, null as never),
    /expected an object: \{ signal, timeout/,
  ],
  'with a number for options': [(breaker) => breaker.call(() => 1, 5 as never), /received 5/],
  'with a promise for options': [
    wrongOptions(Promise.resolve({ timeout: 5 })),
    /an object: \{ signal, timeout, fallback, context \}, received a promise \(did you forget await\?\)$/,
  ],
  'with a signal for options': [wrongOptions(new AbortController().signal), /received a value of class AbortSignal/],
  'with a Map for options': [wrongOptions(new Map()), /received a value of class Map/],
  'with an array for options': [wrongOptions([]), /received an array/],
  'with a function for options': [wrongOptions(() => 'fallback'), /received a function/],
  'with a breaker for options': [(breaker) => breaker.call(() => 1, breaker as never), /of class Breaker/],
  'with an event target for a signal': [wrongOptions({ signal: new EventTarget() }), /^options\.signal: expected an/],
  'with a signal that is none': [
    wrongOptions({ signal: { aborted: false } }),
    /^options\.signal: expected an AbortSignal/,
  ],
  'with a controller for a signal': [
    wrongOptions({ signal: new AbortController() }),
    /an AbortSignal, received a value of class AbortController/,
  ],
  'with null for a signal': [wrongOptions({ signal: null }), /an AbortSignal, received null/],
  'with a timeout of 0': [wrongOptions({ timeout: 0 }), /^options\.timeout: expected a duration above 0.*received 0/],
  'with a timeout of NaN': [wrongOptions({ timeout: Number.NaN }), /received NaN/],
  'with an endless timeout': [wrongOptions({ timeout: Number.POSITIVE_INFINITY }), /received Infinity/],
  'with a timeout in words': [wrongOptions({ timeout: 'soon' }), /such as '30s', received "soon"/],
  'with an option that there is not': [
    wrongOptions({ timeoutMs: 5 }),
    /^options\.timeoutMs: expected one of signal, timeout, fallback, context \(did you mean timeout\?\), received 5$/,
  ],
  'with a value for a fallback': [wrongOptions({ fallback: 5 }), /^options\.fallback: expected a function of an error/],
}

function wrongOptions(options: object) {
  return (breaker: Breaker) => breaker.call(() => 1, options as CallOptions)
}

const WRONG_USES: Record<string, [(breaker: Breaker, registry: Registry) => unknown, RegExp]> = {
  'trip(42)': [(breaker) => breaker.trip(42 as never), /^trip\(reason\): expected a string, received 42/],
  'trip(null)': [(breaker) => breaker.trip(null as never), /a string, received null/],
  'trip({})': [(breaker) => breaker.trip({} as never), /a string, received \{\}/],
  'recordSuccess(-1)': [(breaker) => breaker.recordSuccess(-1), /milliseconds of at least 0, received -1/],
  'recordSuccess(NaN)': [(breaker) => breaker.recordSuccess(Number.NaN), /received NaN/],
  "recordSuccess('5')": [(breaker) => breaker.recordSuccess('5' as never), /received "5"/],
  'recordSuccess(null)': [(breaker) => breaker.recordSuccess(null as never), /received null/],
  'recordSuccess(Symbol())': [
    (breaker) => breaker.recordSuccess(Symbol('5') as never),
    /^durationMs: expected milliseconds of at least 0, received symbol/,
  ],
  'recordFailure(e, -1)': [(breaker) => breaker.recordFailure(new Error('x'), -1), /received -1/],
  'wrap(5)': [(breaker) => breaker.wrap(5 as never), /^wrap\(fn\): expected a function, received 5/],
  "on('nope')": [
    (_, registry) => registry.on('nope' as EventName, () => {}),
    /^on\(name\): expected one of transition, .*"nope"/,
  ],
  "on('toString')": [(_, registry) => registry.on('toString' as EventName, () => {}), /received "toString"/],
  "on('succes')": [(_, registry) => registry.on('succes' as EventName, () => {}), /did you mean success\?/],
  'on(undefined)': [(_, registry) => registry.on(undefined as never, () => {}), /received undefined/],
  "on('late', 5)": [(_, registry) => registry.on('late', 5 as never), /^on\(name, listener\): expected a function/],
}

describe.each(BOTH_WAYS)('misuse, $way', ({ folding }) => {
  for (const [what, [wrong, message]] of Object.entries(WRONG_CALLS)) {
    it(`a call ${what} rejects, says what was expected, and counts for nothing (R50)`, async () => {
      const { breaker } = newBreaker({ failureThreshold: 1 }, { folding })
      const before = breaker.stats()
      const error = await errorOf(wrong(breaker))
      expect(error).toBeInstanceOf(ArgumentError)
      expect(error).toMatchObject({ name: 'ArgumentError', code: 'INVALID_ARGUMENT' })
      expect((error as Error).message).toMatch(message)
      expect(breaker.stats()).toEqual(before)
    })
  }

  for (const [what, [wrong, message]] of Object.entries(WRONG_USES)) {
    it(`${what} throws, says what was expected, and changes nothing (R50)`, () => {
      const { breaker, registry } = newBreaker({ failureThreshold: 1 }, { folding })
      const before = breaker.stats()
      const error = thrownBy(() => wrong(breaker, registry))
      expect(isBreakerError(error, 'INVALID_ARGUMENT')).toBe(true)
      expect((error as Error).message).toMatch(message)
      expect(breaker.stats()).toEqual(before)
    })
  }

  it('of an open breaker is misuse first, not a rejection (R50)', async () => {
    const { breaker } = newBreaker({}, { folding })
    breaker.trip()
    expect(await errorOf(breaker.call(undefined as never))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(breaker.stats().calls.rejected).toBe(0)
  })

  it('is no failure for a fallback to answer (R50)', async () => {
    const { breaker } = newBreaker({}, { folding })
    const call = breaker.call(undefined as never, { fallback: () => 'other' })
    expect(await errorOf(call)).toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('with a value that is nobody’s to read says what kind it is (R50)', async () => {
    const { breaker } = newBreaker({}, { folding })
    for (const [wrong, received] of [
      [[1], 'an array'],
      [Symbol('x'), 'symbol'],
      [5n, 'bigint'],
      [true, 'true'],
      ['x'.repeat(500), `"${'x'.repeat(80)}…"`],
    ] as const) {
      const error = await errorOf(breaker.call(wrong as never))
      expect((error as Error).message).toBe(`call(fn): expected a function, received ${received}`)
    }
  })
})
