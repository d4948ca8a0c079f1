// TimeoutError: what counts as one: of our own calls and of the platform, whatever realm it comes from.
import { isBreakerError } from './errors.ts'

/** Whether this is the error of a call whose time was up: by our timeout, or by the platform's (`AbortSignal.timeout`). */
export function isTimeout(error: unknown): boolean {
  return isBreakerError(error, 'CALL_TIMEOUT') || nameOf(error) === 'TimeoutError'
}

/** By name, because errors of other realms and DOMExceptions are `instanceof` other classes, or of none. */
export function nameOf(error: unknown): unknown {
  try {
    return (error as { name?: unknown }).name
  } catch {
    // Nothing was thrown (`undefined`), or a getter throws.
    return undefined
  }
}
