// FleetOverride: how a breaker is overridden in each state of an endpoint's fleet breaker.
import type { SnapshotFrom } from 'xstate'
import type { fleetBreakerMachine } from '../../machines/index.ts'
import type { Override, Reason } from '../index.ts'
import type { FleetRecord } from './record.ts'

/** How calls affect the fleet breaker. */
export interface Effects {
  /** There is traffic: a call was rejected that a lease would admit, or made without one. */
  readonly wanted: () => void
  /** A call was made as the probe that was `asked` for; the returned function takes its outcome. */
  readonly probe: (asked: number) => (result: 'succeed' | 'fail' | 'ignore') => void
}

const OVERRIDES_NOTHING = ['closed', 'recovered', 'disabled', 'starting'] as const

/** `null`: the fleet rejects nothing. `dueInMs`: when the state ends by itself. */
export function overrideOf(
  snapshot: SnapshotFrom<typeof fleetBreakerMachine>,
  record: FleetRecord,
  dueInMs: number | undefined,
  { wanted, probe }: Effects,
): Override | null {
  const reason = reasonOf(record)
  if (snapshot.matches('open')) return { state: 'open', reason, retryAfterMs: dueInMs }
  if (snapshot.matches('forcedOpen')) return { state: 'forcedOpen', reason }
  if (snapshot.matches('ramping')) {
    const { rules, rampStep } = snapshot.context
    const left = (dueInMs ?? 0) + (rules.rampShares.length - 1 - rampStep) * rules.rampStepMs
    return { state: 'halfOpen', reason, share: rules.rampShares[rampStep], retryAfterMs: left }
  }
  if (OVERRIDES_NOTHING.some((state) => snapshot.matches(state))) return null
  const { asked, isWell } = snapshot.context
  const override = { state: 'halfOpen', reason, retryAfterMs: 1, share: isWell ? 1 : 0 } as const
  if (snapshot.matches({ leased: 'ready' })) return { ...override, probe: () => probe(asked) }
  if (!isWell) return { ...override, onRejected: wanted }
  // Nothing is rejected: the first call is no probe, but shows that there is traffic.
  const notice = () => {
    wanted()
    return () => {}
  }
  return { ...override, probe: notice }
}

export function reasonOf({ reason, rate, calls, reporters, version, message }: FleetRecord): Reason {
  return { type: 'fleet', decision: reason, rate, calls, reporters, version, message }
}
