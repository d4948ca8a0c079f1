// Refusal: errors that say that a call was not made: those of breakers, those of integrations that stand for one, and what
// the platform's `fetch` makes of one. Integrations mark theirs; src/core/runtime/classify.ts reads the mark.
import { type BreakerOpenError, type ConcurrencyLimitError, isBreakerError } from './errors.ts'

/** Copies of the package share it, as the brand of our errors. */
const REFUSAL = Symbol.for('switchgear.refusal')

/** Makes errors stand for a refusal: one error, or all errors of a prototype. */
export function markRefusal<T extends object>(error: T): T {
  return Object.defineProperty(error, REFUSAL, { value: true })
}

/** Whether an error says that a call was not made. A call that took too long may have been made. */
export function isRefusal(error: unknown): boolean {
  return says(error) || says(causeOfFetch(error))
}

/** The error with which the breaker of this name refused a call: this one, or the one it was made from. */
export function rejectionBy(name: string, error: unknown): BreakerOpenError | ConcurrencyLimitError | undefined {
  if (!isRefusal(error)) return undefined
  for (const one of [error, (error as Error).cause]) {
    const isOurs = isBreakerError(one, 'BREAKER_OPEN') || isBreakerError(one, 'CONCURRENCY_LIMIT')
    if (isOurs && one.endpoint === name) return one
  }
  return undefined
}

function says(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  if (isBreakerError(error)) return error.code !== 'CALL_TIMEOUT'
  try {
    return REFUSAL in error
  } catch {
    // A proxy that throws is not one of our errors.
    return false
  }
}

/** Node's `fetch` over a dispatcher of undici wraps any error. */
function causeOfFetch(error: unknown): unknown {
  try {
    const { name, message, cause } = error as Error
    return name === 'TypeError' && message === 'fetch failed' ? cause : undefined
  } catch {
    // There is none, or it cannot be read.
    return undefined
  }
}
