// RouteOutcome: what an answer says of the route that gave it, and what the classifiers of its policy are asked about.

/** What `isFailure` and `ignore` of a policy get as the `value` of a request that was answered with a status below 500. */
export interface RouteOutcome {
  /** The HTTP status of the answer. */
  readonly statusCode: number
}

/** A route answered with a status of 500 or above, and threw nothing: the `error` that a policy's classifiers are asked about. */
export class FailedResponseError extends Error {
  /** The HTTP status of the answer. */
  readonly statusCode: number
  constructor(statusCode: number, message = `the route answered ${statusCode}`) {
    super(message)
    this.statusCode = statusCode
  }
}
Object.defineProperty(FailedResponseError.prototype, 'name', { value: 'FailedResponseError', configurable: true })

/**
 * The outcome of an answered request. Below 500 the route did its work, whatever the client asked for.
 * @throws the error that was thrown, or FailedResponseError, for 500 and above
 */
export function judge(statusCode: number, thrown: unknown): RouteOutcome {
  if (statusCode >= 500) throw thrown ?? new FailedResponseError(statusCode)
  return { statusCode }
}
