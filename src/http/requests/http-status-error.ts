// HttpStatusError: why a response counts as a failure. The caller never gets it, but the response.

/**
 * The server answered with a status that counts as a failure. It is the `error` of the `failure` event, and what the
 * policy's `isFailure` and `ignore` judge. The caller gets the response instead.
 */
export class HttpStatusError extends Error {
  /** What to match on. */
  readonly code = 'HTTP_STATUS'
  /** The name of the breaker. */
  readonly endpoint: string
  /** The status of the response, for example 503. */
  readonly status: number
  constructor(endpoint: string, status: number) {
    super(`the server answered ${status}`)
    this.endpoint = endpoint
    this.status = status
  }
}
// The class's own name does not survive a minifier.
Object.defineProperty(HttpStatusError.prototype, 'name', {
  value: 'HttpStatusError',
  writable: true,
  configurable: true,
})
