// Causes: an error and its causes, because libraries that retry wrap what they catch (got, fetch).
import { isTimeout } from '../core/edge/timeout-error.ts'
import { type BreakerOpenError, type ErrorCode, isBreakerError } from '../index.ts'

/** A longer chain is a circle. */
const DEEPEST = 16

/**
 * The error and its causes, the outermost first. The error that opened a breaker is none of them: the rejected call never
 * met it.
 */
function causesOf(error: unknown): unknown[] {
  const found: unknown[] = []
  let next = error
  while (next !== undefined && next !== null && found.length < DEEPEST) {
    found.push(next)
    next = isBreakerError(next, 'BREAKER_OPEN') ? undefined : memberOf(next, 'cause')
  }
  return found
}

/** More are not attempts that somebody made at once. */
const MOST_PARTS = 64

/**
 * The parts of an error: if it or a cause of it is an AggregateError, of calls of which one had to succeed (`Promise.any`),
 * each failed for a reason of its own. Any other error is its only part.
 */
export function partsOf(error: unknown): unknown[] {
  const parts: unknown[] = []
  const left = [error]
  const seen = new Set<unknown>()
  while (left.length > 0 && parts.length < MOST_PARTS) {
    const next = left.shift()
    // A circle has no end.
    if (seen.has(next)) continue
    seen.add(next)
    const inner = causesOf(next)
      .map(errorsOf)
      .find((errors) => errors.length > 0)
    if (inner === undefined) parts.push(next)
    else left.push(...inner)
  }
  return parts.length > 0 ? parts : [error]
}

function errorsOf(error: unknown): unknown[] {
  const errors = memberOf(error, 'errors')
  return Array.isArray(errors) ? errors.slice(0, MOST_PARTS) : []
}

/** Reads a member of somebody else's error: a getter, or a proxy, may throw. */
function memberOf(error: unknown, name: 'cause' | 'name' | 'errors'): unknown {
  try {
    return (error as { readonly [K in typeof name]?: unknown })[name]
  } catch {
    return undefined
  }
}

/** The rejection by a breaker that the error is, or was caused by. */
export function rejectionIn(error: unknown): BreakerOpenError | undefined {
  return causesOf(error).find((cause) => isBreakerError(cause, 'BREAKER_OPEN')) as BreakerOpenError | undefined
}

/** These may be over at the next try: a limit that is reached now may not be in a moment. */
const PASSING: readonly ErrorCode[] = ['BREAKER_OPEN', 'CALL_TIMEOUT', 'CONCURRENCY_LIMIT']

/** Whether it comes from a mistake in the program, or the end of its registry: a retry fixes neither. */
export function isHopeless(error: unknown): boolean {
  return causesOf(error).some((cause) => isBreakerError(cause) && !PASSING.includes(cause.code))
}

/** Whether the caller cancelled it, which a retry would undo. */
export function isCalledOff(error: unknown): boolean {
  return memberOf(error, 'name') === 'AbortError'
}

/** Whether time was up: that of a breaker's call, or of an `AbortSignal.timeout`. */
export function comesFromTimeout(error: unknown): boolean {
  return causesOf(error).some(isTimeout)
}
