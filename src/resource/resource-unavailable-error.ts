// ResourceUnavailableError: the rejection of a call to a resource, in words that fit a resource.

import { markRefusal, printable } from '../core/options/index.ts'
import { type BreakerOpenError, describeReason } from '../index.ts'

/**
 * The resource was not used (`RESOURCE_UNAVAILABLE`): its breaker is open, held, or half-open without a free permit; or the
 * resource was closed. `retryAfter` and `shouldRetry` of `switchgear/retry` recognise it by its `cause`.
 */
export class ResourceUnavailableError extends Error {
  /** What to match on. */
  readonly code = 'RESOURCE_UNAVAILABLE'
  /** The name of the resource. */
  readonly resource: string
  /** Why, in words. */
  readonly reason: string
  /** When to try again, in ms; `undefined` if it is not known: held by an operator, or closed. */
  readonly retryAfterMs: number | undefined
  /** The rejection by the breaker; `undefined` if the resource was closed. */
  declare readonly cause: BreakerOpenError | undefined
  constructor(resource: string, rejection?: BreakerOpenError) {
    const reason = rejection === undefined ? 'it was closed' : describeReason(rejection.reason)
    super(
      `resource ${printable(JSON.stringify(resource))} is not available: ${reason}`,
      rejection && { cause: rejection },
    )
    this.resource = resource
    this.reason = reason
    this.retryAfterMs = rejection?.retryAfterMs
  }
}
// The name of the class itself does not survive a minifier.
Object.defineProperty(ResourceUnavailableError.prototype, 'name', {
  value: 'ResourceUnavailableError',
  writable: true,
  configurable: true,
})
markRefusal(ResourceUnavailableError.prototype)
