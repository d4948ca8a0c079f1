// FleetStoreError: a store did not do what was asked. It never reaches a call: the fleet's view grows old instead.

/**
 * - `FLEET_STORE_DEADLINE`: no answer within the deadline. It may have been done, or be done later; what is done too late
 *   changes nothing.
 * - `FLEET_STORE_OFFLINE`: there is no connection now; one is being made.
 * - `FLEET_STORE_BUSY`: as many requests as allowed are waiting for answers.
 * - `FLEET_STORE_SUSPENDED`: the breaker that guards the store is open.
 * - `FLEET_STORE_FAILED`: the store answered with an error, which is the `cause`.
 * - `FLEET_STORE_LATE`: the store got it too late and did nothing.
 * - `FLEET_STORE_LIED`: the answer has the wrong shape.
 * - `FLEET_STORE_CLOSED`: the link was closed.
 * - `FLEET_STORE_DISBELIEVED`: the store did not believe the version of what this process knew, and it was dropped.
 */
export type FleetStoreErrorCode =
  `FLEET_STORE_${'DEADLINE' | 'OFFLINE' | 'BUSY' | 'SUSPENDED' | 'FAILED' | 'LATE' | 'LIED' | 'CLOSED' | 'DISBELIEVED'}`

/** A store did not do what was asked. `code` says why, and `cause` has the client's error if there is one. */
export class FleetStoreError extends Error {
  /** What to match on: it stays the same between versions. */
  readonly code: FleetStoreErrorCode
  constructor(code: FleetStoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
Object.defineProperty(FleetStoreError.prototype, 'name', {
  value: 'FleetStoreError',
  writable: true,
  configurable: true,
})
