// AdmissionStatus: whether calls are admitted, and who refuses them. All views show this answer; it comes from the gates
// that admission.ts uses.

import { FIRST_GENERATION, type Generation } from '../rules/decide.ts'
import { lettingOf } from '../rules/letting.ts'
import { shareAt } from '../rules/ramp.ts'
import { describeReason, type Reason } from '../rules/reasons.ts'
import type { BreakerState } from '../rules/states.ts'
import { isSlotFree, overrideOf } from './gates.ts'
import { howItIs } from './publish.ts'
import { holderOf, type Refuser, retryAfterMs } from './rejection.ts'
import type { Row } from './row.ts'

/** Whether calls are admitted now, and who refuses them: the result of `breaker.admission()`. */
export interface AdmissionStatus {
  /**
   * `'all'`: the next call is made. `'some'`: a share of the calls, a number at a time, or those that wait for a slot.
   * `'none'`: the next call is refused.
   */
  readonly admits: 'all' | 'some' | 'none'
  /**
   * Who refuses calls, all or some of them: an operator who holds the breaker, the breaker, its fleet, or its
   * `maxConcurrent`; `null`: nobody.
   */
  readonly refusedBy: Refuser | null
  /** The state that decides: the fleet's if that refuses calls, otherwise the breaker's. */
  readonly state: BreakerState
  /** The share of calls that is admitted, 0-1; `null` unless it is a share. */
  readonly share: number | null
  /**
   * How many calls may begin now, as probes; `null` unless probes are counted. At 0, the next call is refused until a probe
   * has ended.
   */
  readonly permits: number | null
  /** How many more calls may wait for a slot; `null` unless the next one has to wait. */
  readonly queue: number | null
  /** Why, with the figures that decided; `null` if nobody refuses, and for a bulkhead. */
  readonly reason: Reason | null
  /** The state and the reason in words, for example `'open: 5 consecutive failures (threshold 5)'`. */
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

/** Half-open because the open time has passed, which the actor does not know yet. */
const JUST_ELAPSED: Generation = Object.freeze({
  ...FIRST_GENERATION,
  reason: Object.freeze({ type: 'openTimeElapsed' }),
})

/** For a row as of `now`; `state` is its state by then, which its actor may not know yet. */
export function admissionOf(row: Row, now: number, state = row.state): AdmissionStatus {
  const { policy } = row
  const own = limitOfBreaker({ state, policy, current: state === row.state ? row.current : JUST_ELAPSED }, now)
  const fleet = limitOfFleet(row, now)
  const bulkhead = limitOfBulkhead(row)
  if (own === null && fleet === null && bulkhead === null) return row.state === 'disabled' ? DISABLED : CLOSED
  const limits = [own, fleet, bulkhead].filter((limit) => limit !== null)
  // The gate that refuses the next call speaks, the first in order. If several admit some calls, the one that admits the
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

/** Joins a gate that admits probes alone with one that queues calls. */
function opennessOf({ share, permits }: Limit): number {
  return permits === null ? (share ?? 1) : 0
}

function least(limits: readonly Limit[], of: 'share' | 'permits' | 'queue'): number | null {
  const figures = limits.map((limit) => limit[of]).filter((figure) => figure !== null)
  return figures.length === 0 ? null : Math.min(...figures)
}
