// Endpoint: what is called, through its breaker and without; and what was seen of it. Made by run.ts.
import type { Breaker } from '../../index.ts'
import { type Incident, newIncident } from './incident.ts'
import { newRecentCalls, type RecentCalls } from './recent-calls.ts'

export interface Endpoint {
  readonly name: string
  readonly url: string
  /** The demo's own services get the number of the call, to answer both twins alike. */
  readonly numbersCalls: boolean
  readonly breaker: Breaker
  /** Of its service, the restarted one last; none for the user's own. */
  readonly pids: number[]
  readonly incident: Incident
  readonly guarded: RecentCalls
  readonly unguarded: RecentCalls
  openings: number
  /** Refused calls whose twin without a breaker failed or was slow; and those whose twin was answered well. */
  spared: number
  refusedInVain: number
}

export function newEndpoint(name: string, url: string, breaker: Breaker, pid?: number): Endpoint {
  const isDemos = pid !== undefined
  return {
    name,
    url,
    numbersCalls: isDemos,
    breaker,
    pids: isDemos ? [pid] : [],
    incident: newIncident(isDemos ? 'service' : 'calls'),
    guarded: newRecentCalls(),
    unguarded: newRecentCalls(),
    openings: 0,
    spared: 0,
    refusedInVain: 0,
  }
}
