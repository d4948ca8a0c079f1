// Report: reports the outcome of an admitted request to its permit. A permit and not `breaker.call`: a call needs a signal,
// which costs more than all the rest (19 us a call on Node 20, a permit 0.2).
import { type Breaker, CallTimeoutError, type Permit } from '../../index.ts'

/** The longest time a timer can wait: a longer one fires at once. */
const LONGEST_MS = 2 ** 31 - 1

/** A route answered with a status of 500 or above, and threw nothing: the error that the classifiers of a policy judge. */
export class FailedResponseError extends Error {
  /** The HTTP status of the response. */
  readonly statusCode: number
  constructor(statusCode: number, message = `the route answered ${statusCode}`) {
    super(message)
    this.statusCode = statusCode
  }
}
Object.defineProperty(FailedResponseError.prototype, 'name', { value: 'FailedResponseError', configurable: true })

/** A request was answered. Below 500 the route did its work, whatever the client asked for. */
export function report(permit: Permit, statusCode: number, thrown: unknown): void {
  if (statusCode < 500) permit.success()
  else permit.failure(thrown ?? new FailedResponseError(statusCode))
}

/** The request fails when the `timeout` of the policy has passed. Returns the function that cancels that. */
export function limitTime(breaker: Breaker, permit: Permit): () => void {
  const { timeoutMs } = breaker.policy
  if (timeoutMs === null || timeoutMs > LONGEST_MS) return () => {}
  const timer = setTimeout(() => permit.failure(new CallTimeoutError(breaker.endpoint, timeoutMs)), timeoutMs)
  // Outside Node it is a number.
  if (typeof timer === 'object') timer.unref()
  return () => clearTimeout(timer)
}
