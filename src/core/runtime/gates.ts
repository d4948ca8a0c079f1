// Gates: what stands before a call, in order: the breaker itself with what an operator holds; an override from above (the
// fleet); the bulkhead (`maxConcurrent`). Each answers a question about the row and takes nothing. admission.ts asks them for
// the next call, admission-status.ts for whoever looks.
import { admitsWhileHalfOpen } from '../rules/decide.ts'
import { type Letting, lettingOf } from '../rules/letting.ts'
import type { OverrideInForce } from './override.ts'
import type { Row } from './row.ts'

/** Who refuses a call. */
export type Gate = 'breaker' | 'fleet' | 'bulkhead'

/** The first gate that refuses the next call; `null`: all agree. A call that has its place already needs no other. */
export function refuserOf(row: Row, now: number, hasItsPlace: boolean): Gate | null {
  if (!breakerAdmits(row, now)) return 'breaker'
  if (overrideOf(row)?.admitsNext === false) return 'fleet'
  return hasItsPlace || isPlaceFree(row, row.chronicle.bulkhead?.queued ?? 0) ? null : 'bulkhead'
}

/** Whether every gate lets all calls through, and none counts them. */
export function isUnguarded(row: Row): boolean {
  const { policy, chronicle } = row
  return breakerLets(row) === 'all' && chronicle.override === null && policy.maxConcurrent === null
}

/** The first gate. */
export function breakerLets({ state, stay, policy }: Row): Letting {
  return lettingOf(state, stay, policy)
}

function breakerAdmits(row: Row, now: number): boolean {
  const lets = breakerLets(row)
  return lets === 'all' || (lets !== 'no' && admitsWhileHalfOpen(row.stay, row.policy, now))
}

/** The second: none above a breaker that an operator has disabled, who has not asked for that either. */
export function overrideOf({ state, chronicle }: Row): OverrideInForce | null {
  return state === 'disabled' ? null : chronicle.override
}

/** The third: whether there is a place for a call that comes after so many who wait. */
export function isPlaceFree({ policy, chronicle }: Row, waiting: number): boolean {
  if (policy.maxConcurrent === null) return true
  return waiting === 0 && (chronicle.bulkhead?.inFlight ?? 0) < policy.maxConcurrent
}
