// Admission: whether a call may be made, and the error for one that may not.
import { BreakerOpenError } from '../edge/errors.ts'
import { admitsWhileHalfOpen, type BreakerState, hasPermit, holdsProbe, wasAdmitted } from '../rules/decide.ts'
import { catchUp, caughtUp, send } from './deliver.ts'
import { publishCall } from './outcome-events.ts'
import { rejectionOf } from './publish.ts'
import { chronicleOf, type Row } from './row.ts'
import type { Tier } from './tier.ts'

/** The probe number of a call that is no probe. */
export const NO_PROBE = 0

/** Whether `admit` would let a call through now. */
export function wouldAdmit(row: Row): boolean {
  const { state, stay, policy, home } = caughtUp(row)
  if (isRuledOut(row)) return false
  return admitsAll(state) || (state === 'halfOpen' && admitsWhileHalfOpen(stay, policy, home.clock.now()))
}

/** The number of the probe (NO_PROBE outside half-open), or the error for a call that is not admitted. */
export function admit(row: Row): number | BreakerOpenError {
  const { home } = row
  if (row.resets !== home.resets.count) catchUp(row, home.clock.now())
  if (admitsAll(row.state)) {
    const { generation } = row
    const tier = tierOf(row)
    if (tier?.admit() === false) return rejectFromAbove(row, tier)
    if (!row.folds) send(row, { type: 'admit', probe: NO_PROBE, at: home.clock.now() })
    // Who watches the admission may end the stay by it: it was of that stay, and is asked for anew in the next.
    if (row.generation !== generation) {
      tier?.takeBack()
      return admit(row)
    }
    row.allowed++
    return NO_PROBE
  }
  // Who is forced open does not say when to come back: no clock is needed.
  if (row.state === 'forcedOpen' && row.folds) return reject(row, 0)
  const now = home.clock.now()
  catchUp(row, now)
  // Closed or disabled on the way: by a listener of what was overdue, or by a crash.
  if (row.folds && admitsAll(row.state)) return admit(row)
  const mayProbe = row.state === 'halfOpen' && admitsWhileHalfOpen(row.stay, row.policy, now)
  // On a ramp, a call that is not admitted counts, too: the share is one of all calls.
  const isAsked = mayProbe || !row.folds || row.stay.ramp !== null
  const tier = tierOf(row)
  if (mayProbe && tier?.wouldAdmit() === false) return rejectFromAbove(row, tier)
  return isAsked ? admitProbe(row, mayProbe, now) : reject(row, now)
}

function admitsAll(state: BreakerState): boolean {
  return state === 'closed' || state === 'disabled'
}

function admitProbe(row: Row, mayProbe: boolean, at: number): number | BreakerOpenError {
  const { hub } = row.home
  const probe = ++chronicleOf(row).lastProbe
  send(row, { type: 'admit', probe, at })
  const { name: endpoint, generation, stay } = row
  // By the row, not by hope: the actor may have crashed.
  if (wasAdmitted(stay, probe)) {
    const tier = tierOf(row)
    if (tier?.admit() === false) {
      // Somebody who heard of it was quicker.
      send(row, { type: 'ignore', generation, probe, durationMs: Number.NaN, at })
      return rejectFromAbove(row, tier)
    }
    row.allowed++
    // Of the share, not a probe: it needs no permit, and may take as long as any call.
    if (!holdsProbe(stay, probe)) return NO_PROBE
    if (hub.hears('probe', endpoint)) hub.post('probe', { endpoint, generation, inFlight: stay.probes.length })
    return probe
  }
  // The permit may come into being yet, when the turn that is running has ended.
  if (mayProbe) send(row, { type: 'ignore', generation, probe, durationMs: Number.NaN, at })
  return admitsAll(row.state) ? admit(row) : reject(row, at)
}

/** What is ruled from above; who has disabled a breaker has not asked for that either. */
function tierOf({ state, chronicle }: Row): Tier | null {
  return state === 'disabled' ? null : chronicle.tier
}

/** Whether nothing would be let through from above now. */
export function isRuledOut(row: Row): boolean {
  return tierOf(row)?.wouldAdmit() === false
}

function rejectFromAbove(row: Row, tier: Tier): BreakerOpenError {
  const { policy, home, name: endpoint } = row
  const { state } = tier.ruling
  tellRejection(row, state, 'fleet')
  return new BreakerOpenError(tier.reject(), endpoint, state, tier.retryAfterMs(home.clock.now()), policy.captureStack)
}

function tellRejection(row: Row, state: BreakerState, tier: 'local' | 'fleet'): void {
  const { generation, home, name: endpoint } = row
  chronicleOf(row).rejected++
  if (home.hub.hears('rejected', endpoint)) home.hub.post('rejected', { endpoint, state, generation, tier })
  publishCall(row, 'rejected', Number.NaN)
}

/** For a call that `wouldAdmit` has said no to: on a ramp it counts as one that came. `null` if it must be asked for anew. */
export function turnAway(row: Row): BreakerOpenError | null {
  const now = row.home.clock.now()
  const { stay, policy } = row
  if (stay.ramp !== null && !admitsWhileHalfOpen(stay, policy, now)) {
    send(row, { type: 'admit', probe: ++chronicleOf(row).lastProbe, at: now })
  }
  // Whoever watches that may have closed it.
  if (!admitsAll(row.state)) return reject(row, now)
  const tier = tierOf(row)
  return tier === null || tier.wouldAdmit() ? null : rejectFromAbove(row, tier)
}

/** Counts and tells a rejection. */
export function reject(row: Row, now: number): BreakerOpenError {
  const { state, policy, name: endpoint } = row
  tellRejection(row, state, 'local')
  // A permit that is free is taken by somebody just now: at once is the honest answer, and it is above 0.
  const mayProbe = state === 'halfOpen' && policy.probes === 'calls'
  const waitMs = ownWaitMs(row, now) ?? (mayProbe ? 1 : undefined)
  return new BreakerOpenError(rejectionOf(row), endpoint, state, waitMs, policy.captureStack)
}

/** Its fractions of whole numbers lie evenly between 0 and 1, however many they are. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2

/** What a call that is rejected is told. From a ramp all would come back in the instant in which it ends: each is told its own. */
function ownWaitMs(row: Row, now: number): number | undefined {
  const waitMs = retryAfterMs(row, now)
  if (waitMs === undefined || row.stay.ramp === null) return waitMs
  return Math.ceil(waitMs * (1 + ((row.chronicle.rejected * GOLDEN_RATIO) % 1)))
}

/** Whole ms to the next permit: until the open time has passed, or the oldest probe must have reported. */
export function retryAfterMs({ state, stay, policy }: Row, now: number): number | undefined {
  const { openTimeoutMs } = policy
  if (state === 'open' && stay.deadline !== null) {
    const waitMs = Math.max(stay.deadline - now, 0)
    // Rounded up, but no longer than the open time itself, which a backoff may have made longer.
    return waitMs > openTimeoutMs ? Math.ceil(waitMs) : Math.min(Math.ceil(waitMs), openTimeoutMs)
  }
  // By then it will be admitted for certain; who comes sooner may be, too.
  if (stay.ramp !== null) return Math.max(Math.ceil(stay.ramp.endsAt - now), 1)
  const [oldest] = stay.probes
  if (oldest === undefined || hasPermit(stay, policy)) return undefined
  return Math.min(Math.max(Math.ceil(oldest.expiresAt - now), 1), openTimeoutMs)
}
