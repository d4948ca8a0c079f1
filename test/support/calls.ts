// Verbs of a caller: succeed, fail, hold a call in flight, be rejected.
import type { Breaker, BreakerOpenError, CallContext, CallOptions, Permit } from '../../src/index.ts'

export const DOWN = new Error('down')

export function succeed(breaker: Breaker): Promise<string> {
  return breaker.call(() => 'ok')
}

/** Makes `times` calls that fail, one after another; a rejected one counts, too. */
export async function fail(breaker: Breaker, times = 1): Promise<void> {
  for (let call = 0; call < times; call++) await errorOf(breaker.call(() => Promise.reject(DOWN)))
}

export async function succeedTimes(breaker: Breaker, times: number): Promise<void> {
  for (let call = 0; call < times; call++) await succeed(breaker)
}

/** What a promise rejects with; fails the test when it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`expected a rejection, got the value ${String(value)}`)
}

/** What `code` throws; fails the test when it does not. */
export function thrownBy(code: () => unknown): unknown {
  let value: unknown
  try {
    value = code()
  } catch (error) {
    return error
  }
  throw new Error(`expected an error, got the value ${String(value)}`)
}

export async function rejected(breaker: Breaker): Promise<BreakerOpenError> {
  let ran = false
  const error = await errorOf(
    breaker.call(() => {
      ran = true
    }),
  )
  if (ran) throw new Error('the function of a rejected call was run')
  return error as BreakerOpenError
}

export interface HeldCall {
  readonly ended: Promise<unknown>
  readonly context: CallContext | undefined
  succeed(value?: unknown): Promise<void>
  fail(error?: unknown): Promise<void>
}

/** A call that stays in flight until it is told how to end. */
export function hold(breaker: Breaker, options?: CallOptions): HeldCall {
  const { promise, resolve, reject } = promiseOf<unknown>()
  let context: CallContext | undefined
  const ended = breaker.call((given) => {
    context = given
    return promise
  }, options)
  const settled = ended.then(
    () => {},
    () => {},
  )
  return {
    ended,
    get context() {
      return context
    },
    succeed(value = 'ok') {
      resolve(value)
      return settled
    },
    fail(error = DOWN) {
      reject(error)
      return settled
    },
  }
}

/** A permit, where the test is sure that there is one. */
export function acquire(breaker: Breaker): Permit {
  const permit = breaker.tryAcquire()
  if (permit === undefined) throw new Error(`no permit: ${breaker.endpoint} is ${breaker.state}`)
  return permit
}

export function promiseOf<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((...settlers) => {
    ;[resolve, reject] = settlers
  })
  return { promise, resolve, reject }
}

/** When every job that is due has run: no time passes on the virtual clock. */
export function jobsDone(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
