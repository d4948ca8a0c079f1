// BrokenCircuit: a rejection as cockatiel throws it, recognised by its own checks, `instanceof` too, and by ours.
import { BrokenCircuitError, IsolatedCircuitError } from 'cockatiel'
import type { BreakerOpenError } from '../../index.ts'

/** The brand that `isBreakerError` looks for; copies of the package share it. */
const BRAND = Symbol.for('switchgear.error')

type Told = 'code' | 'endpoint' | 'state' | 'reason' | 'retryAfterMs'
/**
 * The rejection of a call: cockatiel's BrokenCircuitError (while forced open, its IsolatedCircuitError) with the members of
 * BreakerOpenError. `isBrokenCircuitError(error)` and `isBreakerError(error, 'BREAKER_OPEN')` both recognise it; its
 * `cause` is the rejection.
 */
export type BreakerBrokenCircuitError = BrokenCircuitError &
  Pick<BreakerOpenError, Told> & { readonly cause: BreakerOpenError }

export function brokenCircuit(rejection: BreakerOpenError): BreakerBrokenCircuitError {
  const { message, code, endpoint, state, reason, retryAfterMs } = rejection
  const error = state === 'forcedOpen' ? new IsolatedCircuitError() : new BrokenCircuitError()
  Object.defineProperties(error, {
    [BRAND]: { value: true },
    message: { value: message, writable: true, configurable: true },
    cause: { value: rejection, writable: true, configurable: true },
  })
  return Object.assign(error, { code, endpoint, state, reason, retryAfterMs }) as BreakerBrokenCircuitError
}
