// Rejection: counts and emits that a call was refused, and makes the error for it.
import { BreakerOpenError, ConcurrencyLimitError } from '../edge/errors.ts'
import { hasPermit } from '../rules/decide.ts'
import type { BreakerState } from '../rules/states.ts'
import { breakerLets, type Gate, overrideOf } from './gates.ts'
import { dated, isTold, publishCall } from './outcome-events.ts'
import { rejectionOf } from './publish.ts'
import { extrasOf, type Row } from './row.ts'

/** Who refuses calls, in words for people: what an operator holds, the operator refuses. */
export type Refuser = 'operator' | 'breaker' | 'fleet' | 'bulkhead'

/** Whose decision a refusal of the breaker is. */
export function holderOf({ state, current }: Pick<Row, 'state' | 'current'>): 'operator' | 'breaker' {
  return state === 'forcedOpen' && current.reason?.type !== 'escalated' ? 'operator' : 'breaker'
}

/** The error of a call that this gate refuses. `now` matters only if the breaker's state will end. */
export function refuse(row: Row, gate: Gate, now: number): BreakerOpenError | ConcurrencyLimitError {
  // Its share goes to the next call.
  row.extras.override?.passOver()
  if (gate === 'bulkhead') return refuseByBulkhead(row, now)
  const { policy, name: endpoint } = row
  const override = overrideOf(row)
  if (gate === 'fleet' && override !== null) {
    const { state } = override.given
    tellRejection(row, gate, state, now)
    const waitMs = override.retryAfterMs(row.core.clock.now())
    return new BreakerOpenError(override.reject(), endpoint, state, waitMs, policy.captureStack)
  }
  tellRejection(row, holderOf(row), row.state, now)
  // A free permit is being taken right now: "at once" is the honest answer, and it is above 0.
  const waitMs = ownWaitMs(row, now) ?? (breakerLets(row) === 'probe' ? 1 : undefined)
  return new BreakerOpenError(rejectionOf(row), endpoint, row.state, waitMs, policy.captureStack)
}

function tellRejection(row: Row, by: 'operator' | 'breaker' | 'fleet', state: BreakerState, now: number): void {
  const { generation, core, name: endpoint } = row
  extrasOf(row).rejected++
  if (!isTold(row, 'rejected')) return
  const at = dated(row, now)
  core.dispatcher.post('rejected', { endpoint, state, generation, by, at })
  publishCall(row, { outcome: 'rejected', at })
}

/** It says nothing about the endpoint. */
function refuseByBulkhead(row: Row, now: number): ConcurrencyLimitError {
  const { core, name: endpoint, generation, policy, extras } = row
  const { inFlight = 0, queued = 0 } = extras.bulkhead ?? {}
  extrasOf(row).limited++
  if (isTold(row, 'limited')) {
    const at = dated(row, now)
    core.dispatcher.post('limited', { endpoint, generation, inFlight, queued, at })
    publishCall(row, { outcome: 'limited', at })
  }
  return new ConcurrencyLimitError(endpoint, policy.maxConcurrent ?? 0, policy.maxQueued)
}

/** Its fractions of whole numbers lie evenly between 0 and 1, however many they are. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2

/**
 * The `retryAfterMs` of a rejected call. After a ramp all callers would return at the moment it ends, so each gets a time
 * of its own.
 */
function ownWaitMs(row: Row, now: number): number | undefined {
  const waitMs = retryAfterMs(row, now)
  if (waitMs === undefined || row.current.ramp === null) return waitMs
  return Math.ceil(waitMs * (1 + ((row.extras.rejected * GOLDEN_RATIO) % 1)))
}

/** Whole ms to the next permit of the breaker itself: until the open time has passed, or the oldest probe must have reported. */
export function retryAfterMs(
  { state, current, policy }: Pick<Row, 'state' | 'current' | 'policy'>,
  now: number,
): number | undefined {
  const { openTimeoutMs } = policy
  if (state === 'open' && current.deadline !== null) {
    const waitMs = Math.max(current.deadline - now, 0)
    // Rounded up, but no longer than the open time itself, which a backoff may have made longer.
    return waitMs > openTimeoutMs ? Math.ceil(waitMs) : Math.min(Math.ceil(waitMs), openTimeoutMs)
  }
  // By then it will certainly be admitted; an earlier call may be, too.
  if (current.ramp !== null) return Math.max(Math.ceil(current.ramp.endsAt - now), 1)
  const [oldest] = current.probes
  if (oldest === undefined || hasPermit(current, policy)) return undefined
  return Math.min(Math.max(Math.ceil(oldest.expiresAt - now), 1), openTimeoutMs)
}
