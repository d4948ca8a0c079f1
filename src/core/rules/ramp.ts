// Ramp: the way from half-open back to closed, by a growing share of calls, so that a service that has just come back is
// not met by all its callers at once. The share is a rule of time; a running sum says which calls make it up.
import type { Policy } from './policy.ts'

/** A ramp that has begun. Replaced at each admission, so that a copy of a generation may share it. */
export interface Ramp {
  readonly startedAt: number
  /** When every call is admitted again. */
  readonly endsAt: number
  /** The shares of the calls that came since the last one that was admitted; at 1 the next one is. Below 1. */
  readonly credit: number
  /** The number of the last call that was admitted; those of calls only grow. */
  readonly lastAdmitted: number
}

/** Ten shares of 0.1 add up to a little less than 1, and the tenth call is one of ten. */
const ROUNDING = 1e-9

/** Whether the shares of calls, added up since the last one that was admitted, come to a whole call. */
export function isWholeCall(shares: number): boolean {
  return shares >= 1 - ROUNDING
}

export function newRamp({ recoveryRamp }: Policy, at: number): Ramp {
  return Object.freeze({ startedAt: at, endsAt: at + (recoveryRamp?.durationMs ?? 0), credit: 0, lastAdmitted: 0 })
}

/** The share of calls that the ramp admits at this time, above 0 and at most 1; all where the policy has no ramp any more. */
export function shareAt(ramp: Ramp, { recoveryRamp }: Policy, at: number): number {
  const lengthMs = ramp.endsAt - ramp.startedAt
  if (recoveryRamp === null || at >= ramp.endsAt) return 1
  const { from, steps } = recoveryRamp
  const passed = Math.max(0, at - ramp.startedAt) / lengthMs
  return from + (1 - from) * (steps === null ? passed : Math.floor(passed * steps) / steps)
}

/** Whether the next call is part of the share. Of any calls in a row it admits at most the sum of their shares, and one. */
export function admitsNext(ramp: Ramp, policy: Policy, at: number): boolean {
  return isWholeCall(ramp.credit + shareAt(ramp, policy, at))
}

/** The ramp after the call of this number was admitted. What is left of its share is the next one's. */
export function afterAdmission(ramp: Ramp, policy: Policy, call: number, at: number): Ramp {
  const credit = Math.max(0, ramp.credit + shareAt(ramp, policy, at) - 1)
  return Object.freeze({ ...ramp, credit, lastAdmitted: call })
}

/** The ramp after a call was turned away: its share is the next one's. */
export function afterRejection(ramp: Ramp, policy: Policy, at: number): Ramp {
  return Object.freeze({ ...ramp, credit: ramp.credit + shareAt(ramp, policy, at) })
}
