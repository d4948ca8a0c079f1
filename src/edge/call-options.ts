// CallOptions: what may be asked of a single call, and the check of it: many users write JavaScript.
import { DURATION_EXPECTED, type Duration, parseDuration } from './duration.ts'
import { ArgumentError } from './errors.ts'

export interface CallOptions<F = never> {
  /** Ends the call when aborted; the outcome is ignored. */
  readonly signal?: AbortSignal | undefined
  /** Ends the call with CallTimeoutError, a failure. Default: the policy's `timeout`; `null` for none. */
  readonly timeout?: Duration | null | undefined
  /** Answers instead of an error: of a rejection or a failure, not of a call that was cancelled or ignored. */
  readonly fallback?: ((error: unknown) => F | PromiseLike<F>) | undefined
}

const OPTIONS: ReadonlySet<string> = new Set<keyof CallOptions>(['signal', 'timeout', 'fallback'])

/** The timeout in ms, or `null`. */
export function checkCall(fn: unknown, options: CallOptions<unknown>, policyTimeoutMs: number | null): number | null {
  if (typeof fn !== 'function') throw new ArgumentError('call(fn)', 'a function', fn)
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError('call(fn, options)', 'an object: { signal, timeout, fallback }', options)
  }
  const unknown = Object.keys(options).find((key) => !OPTIONS.has(key))
  if (unknown !== undefined)
    throw new ArgumentError(`options.${unknown}`, 'no such option: signal, timeout, fallback', options)
  const { signal, timeout, fallback } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new ArgumentError('options.signal', 'an AbortSignal', signal)
  }
  if (fallback !== undefined && typeof fallback !== 'function') {
    throw new ArgumentError('options.fallback', 'a function of an error', fallback)
  }
  if (timeout === undefined) return policyTimeoutMs
  if (timeout === null) return null
  const timeoutMs = parseDuration(timeout)
  if (timeoutMs === undefined) throw new ArgumentError('options.timeout', DURATION_EXPECTED, timeout)
  return timeoutMs
}

/** Whether a call ended because its caller called it off. */
export function isAbortOf(signal: AbortSignal | undefined, error: unknown): boolean {
  if (!signal?.aborted) return false
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError')
}
