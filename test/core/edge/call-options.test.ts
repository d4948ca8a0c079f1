import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { checkCall, isAbortOf } from '../../../src/core/edge/call-options.ts'
import { CallTimeoutError } from '../../../src/index.ts'
import { errorOf, hold } from '../../support/calls.ts'
import { newBreaker, newRegistry } from '../../support/registries.ts'

const fn = () => 1
const named = (name: string) => Object.assign(new Error('x'), { name })
function abortedBy(reason?: unknown): AbortSignal {
  const controller = new AbortController()
  controller.abort(reason)
  return controller.signal
}

describe('the options of a call', () => {
  it('give its timeout in ms: its own, none, or the policy’s (R50)', () => {
    expect(checkCall(fn, undefined, 5)).toBe(5)
    expect(checkCall(fn, {}, null)).toBe(null)
    expect(checkCall(fn, { timeout: undefined }, 5)).toBe(5)
    expect(checkCall(fn, { timeout: null }, 5)).toBe(null)
    expect(checkCall(fn, { timeout: '2s' }, 5)).toBe(2_000)
    expect(checkCall(fn, { timeout: 7 }, null)).toBe(7)
  })

  it('may be left out, but are not null (R50)', () => {
    expect(() => checkCall(fn, null, 5)).toThrow('call(fn, options): expected an object: {')
    expect(() => checkCall(fn, null, 5)).toThrow('received null')
  })

  it('come after a function (R50)', () => {
    for (const wrong of [null, undefined, {}, 'fn']) {
      expect(() => checkCall(wrong, {}, 5)).toThrow('call(fn): expected a function, received')
    }
  })

  it('may have a signal of another realm, which is an instance of another class (R50)', () => {
    const { aborted, addEventListener, removeEventListener } = new AbortController().signal
    const parts = { aborted, addEventListener, removeEventListener }
    const signal = runInNewContext('({ ...parts })', { parts })
    expect(checkCall(fn, { signal, fallback: fn }, 5)).toBe(5)
    for (const wrong of [
      { aborted },
      { addEventListener },
      { aborted, addEventListener },
      { ...parts, aborted: 0 },
      fn,
      'now',
    ]) {
      expect(() => checkCall(fn, { signal: wrong }, 5)).toThrow('options.signal: expected an AbortSignal')
    }
  })

  it('that are none are told with the nearest, fields of a class, too (R50)', () => {
    expect(() => checkCall(fn, { fallbak: fn }, 5)).toThrow(
      'options.fallbak: expected one of signal, timeout, fallback, context (did you mean fallback?), received a function',
    )
    class Mistyped {
      signl = 1
    }
    expect(() => checkCall(fn, new Mistyped(), 5)).toThrow('did you mean signal?')
    expect(() => checkCall(fn, { 'a\nb': 1 }, 5)).toThrow(
      'options.a\\nb: expected one of signal, timeout, fallback, context, r',
    )
  })
})

describe('a call that ended on its own signal', () => {
  it('was called off, whatever the reason and whoever rejects with it (R11)', () => {
    for (const reason of [undefined, 'enough', named('Mine'), null, 0]) {
      const signal = abortedBy(reason)
      expect(isAbortOf(signal, signal.reason)).toBe(true)
      expect(isAbortOf(signal, named('AbortError'))).toBe(true)
      expect(isAbortOf(signal, { name: 'AbortError' }), 'of another realm').toBe(true)
      expect(isAbortOf(signal, named('TypeError'))).toBe(false)
      expect([isAbortOf(signal, undefined), isAbortOf(signal, named('Error'))]).toEqual([false, false])
      expect(isAbortOf(signal, 'AbortError')).toBe(false)
    }
  })

  it('was not called off without a signal, or before it was aborted (R11)', () => {
    expect(isAbortOf(undefined, named('AbortError'))).toBe(false)
    expect(isAbortOf(new AbortController().signal, named('AbortError'))).toBe(false)
    expect(isAbortOf(new AbortController().signal, undefined), 'the reason of a signal that waits').toBe(false)
  })

  it('by a deadline was not called off: it has failed (R11)', () => {
    const deadlines = [new DOMException('late', 'TimeoutError'), named('TimeoutError'), new CallTimeoutError('a', 5)]
    for (const reason of deadlines) {
      expect(isAbortOf(abortedBy(reason), reason)).toBe(false)
      expect(isAbortOf(abortedBy(reason), named('AbortError')), 'a client’s own word for it').toBe(false)
    }
  })

  it('was called off even where the reason or the error cannot be read (R11)', () => {
    const unreadable = Object.defineProperty({}, 'name', {
      get() {
        throw new Error('hands off')
      },
    })
    expect(isAbortOf(abortedBy(unreadable), unreadable)).toBe(true)
    expect(isAbortOf(abortedBy(), unreadable)).toBe(false)
  })

  it('by a deadline opens the breaker, by a change of mind it does not (R11)', async () => {
    const opened = newBreaker({ failureThreshold: 1 })
    const late = new AbortController()
    const call = hold(opened.breaker, { signal: late.signal })
    late.abort(new DOMException('late', 'TimeoutError'))
    expect(await errorOf(call.ended)).toBe(late.signal.reason)
    expect(opened.breaker.state).toBe('open')

    const closed = newBreaker({ failureThreshold: 1 })
    const enough = new AbortController()
    const other = hold(closed.breaker, { signal: enough.signal })
    enough.abort()
    expect(await errorOf(other.ended)).toBe(enough.signal.reason)
    expect(closed.breaker.state).toBe('closed')
    expect(closed.breaker.stats().calls.ignored).toBe(1)
  })
})

describe('a name that is no string', () => {
  it('beside patterns is refused like any other (R50)', () => {
    const { registry } = newRegistry({ policies: { 'db-*': {} } })
    for (const wrong of [42, undefined, null, {}, Symbol('a')]) {
      expect(() => registry.breaker(wrong as never, {})).toThrow('name: expected a string, received ')
      expect(() => registry.configure(wrong as never, {})).toThrow('name: expected a string, received ')
    }
  })
})
