// AdmissionStatus: whether calls are admitted, and who refuses them: the one answer for all who look. Asked of the gates that
// admission.ts asks.

import { FIRST_GENERATION, type Generation } from '../rules/decide.ts'
import { lettingOf } from '../rules/letting.ts'
import { shareAt } from '../rules/ramp.ts'
import { describeReason, type Reason } from '../rules/reasons.ts'
import type { BreakerState } from '../rules/states.ts'
import { isSlotFree, overrideOf } from './gates.ts'
import { howItIs } from './publish.ts'
import { holderOf, type Refuser, retryAfterMs } from './rejection.ts'
import type { Row } from './row.ts'

/** Whether calls are admitted now, and who refuses them: what `breaker.admission()` gives. */
export interface AdmissionStatus {
  /**
   * `'all'`: the next call is made. `'some'`: a share of calls, so many at a time, or those who wait for a slot. `'none'`: the
   * next call is refused.
   */
  readonly admits: 'all' | 'some' | 'none'
  /** Who refuses calls, all or some of them: an operator who holds the breaker, the breaker, its fleet, its `maxConcurrent`; `null`: nobody. */
  readonly refusedBy: Refuser | null
  /** The state that decides: the fleet's where that refuses calls, else the breaker's. */
  readonly state: BreakerState
  /** The share of calls that is admitted, 0-1; `null` unless it is a share. */
  readonly share: number | null
  /** How many calls may begin now, as probes; `null` unless they are counted. At 0, the next call is refused until one has ended. */
  readonly permits: number | null
  /** How many more calls may wait for a slot; `null` unless the next one has to wait. */
  readonly queue: number | null
  /** Why, with the figures that decided; `null` where nobody refuses, and of a bulkhead. */
  readonly reason: Reason | null
  /** How it is and why, in words: of `'open: 5 consecutive failures (threshold 5)'`. */
  readonly words: string
  /** Whole ms until a call may be admitted; `null` when one may be now, or nobody knows. */
  readonly retryAfterMs: number | null
}

/** What one gate says, if it does not let everything through. */
interface Limit extends Omit<AdmissionStatus, 'admits'> {
  readonly admits: 'some' | 'none'
  readonly refusedBy: Refuser
}

const CLOSED: AdmissionStatus = everyCall('closed')
const DISABLED: AdmissionStatus = everyCall('disabled')

function everyCall(state: BreakerState): AdmissionStatus {
  const words = state === 'disabled' ? 'disabled: every call is admitted' : 'every call is admitted'
  const nothing = { refusedBy: null, share: null, permits: null, queue: null, reason: null, retryAfterMs: null }
  return Object.freeze({ admits: 'all', state, words, ...nothing })
}

/** Half-open since an open time has passed that nobody has told the actor of yet. */
const JUST_ELAPSED: Generation = Object.freeze({
  ...FIRST_GENERATION,
  reason: Object.freeze({ type: 'openTimeElapsed' }),
})

/** Of a row as it is by `now`; in this `state`, which it is in by then if nobody has told its actor yet. */
export function admissionOf(row: Row, now: number, state = row.state): AdmissionStatus {
  const { policy } = row
  const own = limitOfBreaker({ state, policy, current: state === row.state ? row.current : JUST_ELAPSED }, now)
  const fleet = limitOfFleet(row, now)
  const bulkhead = limitOfBulkhead(row)
  if (own === null && fleet === null && bulkhead === null) return row.state === 'disabled' ? DISABLED : CLOSED
  const limits = [own, fleet, bulkhead].filter((limit) => limit !== null)
  // Who refuses the next call speaks, in the order in which they are asked; else of several that admit some, who admits the
  // fewest. All of them count.
  const speaker =
    limits.find(({ admits, permits }) => admits === 'none' || permits === 0) ??
    limits.reduce((one, other) => (opennessOf(other) < opennessOf(one) ? other : one))
  // Slots come back with the calls that hold them, of which the probe may be one.
  const isShut = speaker.admits === 'none' || fleet?.admits === 'none'
  if (isShut) return { ...speaker, admits: 'none', share: null, permits: null, queue: null }
  return {
    ...speaker,
    share: least(limits, 'share'),
    permits: least(limits, 'permits'),
    queue: least(limits, 'queue'),
  }
}

function limitOfBreaker(breaker: Pick<Row, 'state' | 'current' | 'policy'>, now: number): Limit | null {
  const { state, current, policy } = breaker
  const lets = lettingOf(state, current, policy)
  if (lets === 'all') return null
  const permits = lets === 'probe' ? Math.max(0, policy.halfOpenMaxCalls - current.probes.length) : null
  const how = permits ? 'half-open and admits probes' : howItIs(breaker)
  return {
    admits: lets === 'no' ? 'none' : 'some',
    refusedBy: holderOf(breaker),
    state,
    share: lets === 'share' && current.ramp !== null ? shareAt(current.ramp, policy, now) : null,
    permits,
    queue: null,
    reason: current.reason,
    words: current.reason === null ? how : `${how}: ${describeReason(current.reason)}`,
    retryAfterMs: retryAfterMs(breaker, now) ?? null,
  }
}

function limitOfFleet(row: Row, now: number): Limit | null {
  const override = overrideOf(row)
  if (override === null || override.lets === 'all') return null
  const { lets, share, given, words } = override
  const { state, reason } = given
  return {
    admits: lets === 'no' ? 'none' : 'some',
    refusedBy: 'fleet',
    state,
    share: lets === 'share' ? share : null,
    permits: lets === 'probe' ? Number(override.isProbeFree) : null,
    queue: null,
    reason,
    words: `${words}: ${describeReason(reason)}`,
    retryAfterMs: override.isProbeFree ? null : (override.retryAfterMs(now) ?? null),
  }
}

function limitOfBulkhead(row: Row): Limit | null {
  const { state, policy, extras } = row
  const { inFlight = 0, queued = 0 } = extras.bulkhead ?? {}
  if (isSlotFree(row, queued)) return null
  const room = Math.max(0, policy.maxQueued - queued)
  return {
    admits: room > 0 ? 'some' : 'none',
    refusedBy: 'bulkhead',
    state,
    share: null,
    permits: null,
    queue: room > 0 ? room : null,
    reason: null,
    words: `${inFlight} of ${policy.maxConcurrent ?? inFlight} calls are in flight${queued > 0 ? `, ${queued} wait` : ''}`,
    retryAfterMs: null,
  }
}

/** From a gate that admits probes alone, to one that has calls wait. */
function opennessOf({ share, permits }: Limit): number {
  return permits === null ? (share ?? 1) : 0
}

function least(limits: readonly Limit[], of: 'share' | 'permits' | 'queue'): number | null {
  const figures = limits.map((limit) => limit[of]).filter((figure) => figure !== null)
  return figures.length === 0 ? null : Math.min(...figures)
}
