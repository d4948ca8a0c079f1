// FleetRuling: how calls are ruled in each state of an endpoint's fleet breaker.
import type { SnapshotFrom } from 'xstate'
import type { fleetBreakerMachine } from '../../machines/index.ts'
import type { Reason, Ruling } from '../index.ts'
import type { FleetRecord } from './record.ts'

/** What calls do to the fleet breaker. */
export interface Effects {
  /** A call was turned away that a lease would let through. */
  readonly wanted: () => void
  /** A call was made as the probe; what it gives is told what the call came to. */
  readonly probe: () => (result: 'succeed' | 'fail' | 'ignore') => void
}

/** `null`: the fleet rejects nothing. `dueInMs`: when the state ends by itself. */
export function rulingOf(
  snapshot: SnapshotFrom<typeof fleetBreakerMachine>,
  record: FleetRecord,
  dueInMs: number | undefined,
  { wanted, probe }: Effects,
): Ruling | null {
  const reason = reasonOf(record)
  if (snapshot.matches('open')) return { state: 'open', reason, retryAfterMs: dueInMs }
  if (snapshot.matches('forcedOpen')) return { state: 'forcedOpen', reason }
  if (snapshot.matches('ramping')) {
    const { rules, rampStep } = snapshot.context
    const left = (dueInMs ?? 0) + (rules.rampShares.length - 1 - rampStep) * rules.rampStepMs
    return { state: 'halfOpen', reason, share: rules.rampShares[rampStep], retryAfterMs: left }
  }
  if (snapshot.matches({ leased: 'ready' })) return { state: 'halfOpen', reason, retryAfterMs: 1, probe }
  if (snapshot.matches('closed') || snapshot.matches('disabled') || snapshot.matches('starting')) return null
  return { state: 'halfOpen', reason, retryAfterMs: 1, onRejected: wanted }
}

export function reasonOf({ reason, rate, calls, reporters, version, message }: FleetRecord): Reason {
  return { type: 'fleet', decision: reason, rate, calls, reporters, version, message }
}
