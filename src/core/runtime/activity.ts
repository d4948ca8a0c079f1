// Activity: whether anybody uses a breaker, told by what is counted anyway, so that a call pays nothing for it. Read by who
// makes room for others (eviction.ts) and who retires the idle (retirement.ts).
import type { Row } from './row.ts'

function endedCalls({ succeeded, failed, extras: { ignored, late } }: Row): number {
  return succeeded + failed + ignored + late
}

/** Grows with every call, outcome, rejection, command and change of state; two looks that find the same saw none between. */
export function activityOf(row: Row): number {
  const { rejected, limited } = row.extras
  return row.allowed + endedCalls(row) + rejected + limited + row.generation
}

/** Calls that were admitted and have not ended. */
export function callsInFlight(row: Row): number {
  return row.allowed + row.extras.recorded - endedCalls(row)
}

/**
 * Whether a half-open breaker stands for nothing but the next call, which a new one would admit as well: no probe is in flight,
 * no ramp has begun, and it is not reports alone that may close it.
 */
export function awaitsAnyCall({ policy, current }: Pick<Row, 'policy' | 'current'>): boolean {
  return policy.probes === 'calls' && current.probes.length === 0 && current.ramp === null
}
