// CallOptions: the options of a single call, and their check, because many users write JavaScript.

import type { CallContext } from './call-context.ts'
import { isThenable } from './describe-value.ts'
import { DURATION_EXPECTED, type Duration, parseDuration } from './duration.ts'
import { ArgumentError } from './errors.ts'
import { checkOptions, expectedInsteadOf, isOptionObject } from './option-object.ts'
import { isTimeout, nameOf } from './timeout-error.ts'

/** What a fallback receives besides the error. `A` are the arguments of a wrapped function. */
export interface FallbackContext<A extends readonly unknown[] = readonly unknown[]> {
  /**
   * Why the fallback runs. `'rejected'`: the call was not made, because its breaker is open or its limit is reached.
   * `'timeout'`: its time was up (its `timeout`, or an error named `TimeoutError`), also while it waited for a slot.
   * `'failure'`: another error.
   */
  readonly outcome: 'rejected' | 'timeout' | 'failure'
  /** The name of the breaker. */
  readonly endpoint: string
  /** The arguments of a function made by `breaker.wrap`; `[]` for any other call. */
  readonly args: A
}

/** Options of one call. `F` is what the fallback returns, `A` are the arguments of a wrapped function. */
export interface CallOptions<F = never, A extends readonly unknown[] = readonly unknown[]> {
  /**
   * Ends the call when aborted, also its wait for a slot: the call rejects with the signal's reason. If you cancel a call,
   * that says nothing about the service, so its outcome is ignored. A deadline does: with `AbortSignal.timeout(…)` (a
   * reason named `TimeoutError`) the call has failed. Default: none.
   */
  readonly signal?: AbortSignal | undefined
  /**
   * Ends the call with CallTimeoutError, a failure. Milliseconds or a string such as `'2s'`; `null` for none. Default: the
   * policy's `timeout`. It counts from when the function starts; a `signal` can end the wait for a slot before that.
   */
  readonly timeout?: Duration | null | undefined
  /**
   * Returns a value in place of an error. It runs for a rejection or a failure, not for a call that was cancelled or
   * ignored. What it throws reaches you unchanged; if that is an Error without a `cause`, the replaced error becomes its
   * `cause`. Default: none.
   */
  readonly fallback?: ((error: unknown, context: FallbackContext<A>) => F | PromiseLike<F>) | undefined
  /**
   * What the guarded function around this call received, from the same breaker. This call then runs under its admission
   * while that is a probe, part of a ramp's share, or holds a slot. Default: found automatically on platforms with
   * AsyncLocalStorage (Node, Bun, Deno); pass it elsewhere.
   */
  readonly context?: CallContext | undefined
}

/** Options of `breaker.acquire`. */
export interface AcquireOptions {
  /** Ends the wait when aborted: `acquire` rejects with the signal's reason. Default: none, it waits as long as it takes. */
  readonly signal?: AbortSignal | undefined
  /** As in CallOptions. */
  readonly context?: CallContext | undefined
}

const OPTIONS: readonly string[] = ['signal', 'timeout', 'fallback', 'context'] satisfies (keyof CallOptions)[]

/**
 * The timeout in ms, or `null`. `options` may be left out (`undefined`), but not `null`.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkCall(fn: unknown, options: unknown, policyTimeoutMs: number | null): number | null {
  if (typeof fn !== 'function') throw new ArgumentError('call(fn)', functionExpected(fn), fn)
  if (options === undefined) return policyTimeoutMs
  if (!isOptionObject(options)) {
    throw new ArgumentError('call(fn, options)', 'an object: { signal, timeout, fallback, context }', options)
  }
  for (const key in options) {
    if (!OPTIONS.includes(key)) {
      throw new ArgumentError(`options.${key}`, expectedInsteadOf(key, OPTIONS), options[key])
    }
  }
  const { signal, timeout, fallback, context } = options as { readonly [K in keyof CallOptions]: unknown }
  if (signal !== undefined && !isSignal(signal)) {
    throw new ArgumentError('options.signal', 'an AbortSignal', signal)
  }
  if (fallback !== undefined && typeof fallback !== 'function') {
    throw new ArgumentError('options.fallback', 'a function of an error', fallback)
  }
  if (context !== undefined) checkContext(context)
  if (timeout === undefined) return policyTimeoutMs
  if (timeout === null) return null
  const timeoutMs = parseDuration(timeout)
  if (timeoutMs === undefined) throw new ArgumentError('options.timeout', DURATION_EXPECTED, timeout)
  return timeoutMs
}

/** The options of a method that returns a permit. @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkAcquire(method: 'acquire' | 'tryAcquire', options: AcquireOptions): AcquireOptions {
  checkOptions(`${method}(options)`, options, method === 'acquire' ? ['signal', 'context'] : ['context'])
  const { signal, context } = options
  if (signal !== undefined && !isSignal(signal)) throw new ArgumentError('options.signal', 'an AbortSignal', signal)
  if (context !== undefined) checkContext(context)
  return options
}

/** The code that uses it checks whether it is one of ours. */
function checkContext(context: unknown): void {
  if (typeof context === 'object' && context !== null) return
  throw new ArgumentError('options.context', 'what the guarded function around this call was given', context)
}

/** By what it does: a signal of another realm (a test environment's) is `instanceof` another AbortSignal. */
function isSignal(value: unknown): boolean {
  const { aborted, addEventListener, removeEventListener } = Object(value) as Readonly<Record<string, unknown>>
  return (
    typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  )
}

/** With `call(fetch(url))` the call was made already, past the breaker. */
function functionExpected(fn: unknown): string {
  return isThenable(fn) ? 'a function that makes the promise, as in () => fetch(url)' : 'a function'
}

/**
 * Whether a call ended because its caller cancelled it. A deadline that passed (`AbortSignal.timeout`, the timeout of a
 * breaker around this one) is no cancellation: the service did not answer in time, and the call has failed.
 */
export function isAbortOf(signal: AbortSignal | undefined, error: unknown): boolean {
  try {
    if (!signal?.aborted) return false
    const reason: unknown = signal.reason
    if (isTimeout(reason)) return false
    return error === reason || nameOf(error) === 'AbortError'
  } catch {
    // A getter of the signal threw: the call must be settled all the same.
    return false
  }
}
