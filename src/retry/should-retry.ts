// ShouldRetry: what a breaker's errors say about trying again. Pure questions, for the hooks of any library that retries.
import { isCalledOff, isHopeless, partsOf, rejectionIn } from './causes.ts'

/** The longest a timer can wait, 24.8 days: one that is asked for more fires at once. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Whether to try again, as far as switchgear knows: `false` for a rejection that nobody knows the end of (forced open), for
 * a mistake (`INVALID_ARGUMENT`, `INVALID_POLICY`, …), a registry that is closed or full, and an `AbortError`, by which the caller called
 * it off. `true` for a rejection that ends (after `retryAfter(error)`), a limit of concurrent calls, a timeout, and all that is none of switchgear's, which
 * is yours to judge. The causes of an error are looked at too, and the errors of an AggregateError: one that is worth it is enough.
 * It never throws.
 */
export function shouldRetry(error: unknown): boolean {
  return !isCalledOff(error) && partsOf(error).some(mayPass)
}

function mayPass(error: unknown): boolean {
  if (isCalledOff(error)) return false
  const rejection = rejectionIn(error)
  return rejection === undefined ? !isHopeless(error) : rejection.retryAfterMs !== undefined
}

/**
 * How long to wait at least, in whole ms, before a retry has a chance: of a rejection, until the breaker admits a call again;
 * 0 for other errors, which say nothing of it. For a rejection that nobody knows the end of (`shouldRetry` says no) it is
 * the longest a timer can wait, 24.8 days, so that nobody hammers a breaker that is forced open. The causes of an error are
 * looked at too; of an AggregateError it is the shortest wait of those that are worth a retry. It never throws.
 */
export function retryAfter(error: unknown): number {
  const parts = partsOf(error)
  const worthIt = parts.filter(mayPass)
  return Math.min(...(worthIt.length > 0 ? worthIt : parts).map(waitMs))
}

function waitMs(error: unknown): number {
  const rejection = rejectionIn(error)
  return rejection === undefined ? 0 : Math.min(rejection.retryAfterMs ?? LONGEST_MS, LONGEST_MS)
}
