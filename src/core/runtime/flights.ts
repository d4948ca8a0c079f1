// Flights: calls of a closed breaker are followed from their beginning to their end where its policy has a rule for slow calls.
import { countSlow } from './deliver.ts'
import { type FlightLink, InFlight } from './in-flight.ts'
import type { Row } from './row.ts'

/** Follows a call that has begun, unless its breaker asks for nothing of the kind. */
export function beginFlight(row: Row, flight: FlightLink, startedAt: number): void {
  const { policy, state, core } = row
  if (policy.slowCalls === null || state !== 'closed') return
  const onDue = () => countSlow(row, core.clock.now())
  row.inFlight ??= new InFlight(policy.slowCalls.slowerThanMs, core.scheduler, onDue)
  row.inFlight.add(flight, startedAt)
}

/** A call has ended, and what was due by then has been counted. Says whether it has counted as slow already. */
export function endFlight(flight: FlightLink): boolean {
  flight.list?.remove(flight)
  return flight.isSlow
}

export function newFlight(): FlightLink {
  return { startedAt: 0, isSlow: false, list: null, before: null, after: null }
}
