// Wire: one endpoint, and one change of its state, as they are sent: what the stream and the single answers have in common.
import type { BreakerState } from '../../core/rules/states.ts'

export { STATES } from '../../core/rules/states.ts'
export { COLUMN, type EndpointRow, PROTOCOL, readRow, type WireAdmission, type WireRow } from './columns.ts'

/** A change of state: of a breaker, or of what its fleet decides about it. */
export interface WireTransition {
  /** Of which. */
  readonly endpoint: string
  /** Whose state it is. The fleet's is `closed` while it rejects nothing. */
  readonly by: 'breaker' | 'fleet'
  /** The state it was in. */
  readonly from: BreakerState
  /** The state it went to. */
  readonly to: BreakerState
  /** The generation of the breaker that began; `null` of the fleet. */
  readonly generation: number | null
  /** In words. */
  readonly reason: string
  /** In ms since 1970. */
  readonly time: number
}
