// Gates: what stands before a call, in order: the breaker itself with what an operator holds; an override from above (the
// fleet); the bulkhead (`maxConcurrent`). Each answers a question about the row and takes nothing. admission.ts asks them
// for the next call, admission-status.ts for views.
import { admitsWhileHalfOpen } from '../rules/decide.ts'
import { type Letting, lettingOf } from '../rules/letting.ts'
import type { OverrideInForce } from './override.ts'
import type { Row } from './row.ts'

/** Who refuses a call. */
export type Gate = 'breaker' | 'fleet' | 'bulkhead'

/** The first gate that refuses the next call; `null`: all agree. A call that has its slot already needs no other. */
export function refuserOf(row: Row, now: number, hasItsSlot: boolean): Gate | null {
  if (!breakerAdmits(row, now)) return 'breaker'
  if (overrideOf(row)?.admitsNext === false) return 'fleet'
  return hasItsSlot || isSlotFree(row, row.extras.bulkhead?.queued ?? 0) ? null : 'bulkhead'
}

/** Whether every gate lets all calls through, and none counts them. */
export function isUnguarded(row: Row): boolean {
  const { policy, extras } = row
  return breakerLets(row) === 'all' && extras.override === null && policy.maxConcurrent === null
}

/** The first gate. */
export function breakerLets({ state, current, policy }: Row): Letting {
  return lettingOf(state, current, policy)
}

function breakerAdmits(row: Row, now: number): boolean {
  const lets = breakerLets(row)
  return lets === 'all' || (lets !== 'no' && admitsWhileHalfOpen(row.current, row.policy, now))
}

/** The second: none above a breaker that an operator has disabled, who has not asked for that either. */
export function overrideOf({ state, extras }: Row): OverrideInForce | null {
  return state === 'disabled' ? null : extras.override
}

/** The third: whether there is a slot for a call that comes after so many who wait. */
export function isSlotFree({ policy, extras }: Row, waiting: number): boolean {
  if (policy.maxConcurrent === null) return true
  return waiting === 0 && (extras.bulkhead?.inFlight ?? 0) < policy.maxConcurrent
}
