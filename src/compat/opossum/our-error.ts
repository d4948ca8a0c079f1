// OurError: the errors of a breaker in opossum's words. An error of the action is never one of them.
import { markRefusal } from '../../core/options/index.ts'

/** The values of `code` of a breaker's errors. */
export type OurCode = 'EOPENBREAKER' | 'ETIMEDOUT' | 'ESEMLOCKED' | 'ESHUTDOWN'
/** An error of a breaker. */
export type OurError = Error & { readonly code: OurCode }

/** By a symbol of all copies: an error of the CommonJS build is ours in the ESM build. */
const OURS: unique symbol = Symbol.for('switchgear.opossum.error')

/** Without the lines of a stack: they cost more than the rest of a rejection, and only say that it came from here. */
export function ourError(code: OurCode, message: string): OurError {
  const { stackTraceLimit } = Error
  // Not by an assignment: if Node's built-ins are frozen, that throws.
  Reflect.set(Error, 'stackTraceLimit', 0)
  const error = new Error(message) as Error & { code: OurCode; [OURS]: boolean }
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  error.code = code
  error[OURS] = true
  // For the others the call was not made: they say nothing to a breaker around this one.
  return code === 'ETIMEDOUT' ? error : markRefusal(error)
}

export function isOurError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && OURS in error
}
