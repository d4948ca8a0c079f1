// ShouldRetry: what a breaker's errors say about trying again. Pure questions, for the hooks of any library that retries.
import { isCalledOff, isHopeless, partsOf, rejectionIn } from './causes.ts'

/** The longest time a timer can wait, 24.8 days: a longer one fires at once. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Whether to try again, as far as switchgear knows. `false` for a rejection without a known end (forced open), a mistake
 * (`INVALID_ARGUMENT`, `INVALID_POLICY`, …), a registry that is closed or full, and an `AbortError`, by which the caller
 * cancelled. `true` for a rejection that ends (after `retryAfter(error)`), a limit of concurrent calls, a timeout, and
 * every error that is not switchgear's, which is yours to judge. It also looks at the causes of an error, and at the errors
 * of an AggregateError: one that is worth a retry is enough. It never throws.
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
 * The least time to wait, in whole ms, before a retry has a chance: for a rejection, until the breaker admits a call again;
 * 0 for other errors, which say nothing about it. For a rejection without a known end (`shouldRetry` says no) it is the
 * longest time a timer can wait, 24.8 days, so that nobody hammers a breaker that is forced open. It also looks at the
 * causes of an error; for an AggregateError it is the shortest wait of those worth a retry. It never throws.
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
