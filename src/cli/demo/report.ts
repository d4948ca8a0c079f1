// Report: the numbers of a run, all of them measured. It is the document of --json, and what summary.ts puts in words.
import type { BreakerStats } from '../../index.ts'
import type { Endpoint } from './endpoint.ts'
import { type Incident, noticedAfterMs, recoveredAfterMs } from './incident.ts'
import type { Entry } from './journal.ts'
import type { DemoOptions } from './options.ts'
import type { RecentCalls } from './recent-calls.ts'

export interface EndpointReport {
  readonly endpoint: string
  readonly url: string
  readonly pids: readonly number[]
  readonly stats: BreakerStats
  /** The same calls at the same moments, through the breaker and without one. */
  readonly guarded: Readonly<RecentCalls>
  readonly unguarded: Readonly<RecentCalls>
  readonly openings: number
  /** Refused calls whose unguarded twin failed or was slow. */
  readonly spared: number
  /** Refused calls whose unguarded twin was answered well: the price. */
  readonly refusedInVain: number
  /** What callers waited for bad answers without the breaker, less what they waited with it. */
  readonly savedMs: number
  /** Of the first outage; `null` where there was none, or it did not end. */
  readonly noticedAfterMs: number | null
  readonly recoveredAfterMs: number | null
  /** Whether the outage began and ended when the service did that, or when the first call showed it. */
  readonly outageKnownBy: Incident['knownBy']
}

export interface Report {
  /** For how long calls were made. */
  readonly durationMs: number
  readonly ratePerSecond: number
  /** The signal that ended the run before its time, or `null`. */
  readonly interruptedBy: string | null
  readonly endpoints: readonly EndpointReport[]
  readonly total: { readonly spared: number; readonly refusedInVain: number; readonly savedMs: number }
  readonly journal: readonly Entry[]
}

export function reportOf(
  { rate }: DemoOptions,
  endpoints: readonly Endpoint[],
  journal: readonly Entry[],
  durationMs: number,
  interruptedBy: string | null,
): Report {
  const reports = endpoints.map(endpointReportOf)
  const sum = (of: (report: EndpointReport) => number) => reports.reduce((total, report) => total + of(report), 0)
  return {
    durationMs,
    ratePerSecond: rate,
    interruptedBy,
    endpoints: reports,
    total: {
      spared: sum(({ spared }) => spared),
      refusedInVain: sum(({ refusedInVain }) => refusedInVain),
      savedMs: sum(({ savedMs }) => savedMs),
    },
    journal: [...journal],
  }
}

function endpointReportOf(endpoint: Endpoint): EndpointReport {
  const { name, url, pids, breaker, guarded, unguarded, incident, openings, spared, refusedInVain } = endpoint
  return {
    endpoint: name,
    url,
    pids: [...pids],
    stats: breaker.stats(),
    guarded: { ...guarded },
    unguarded: { ...unguarded },
    openings,
    spared,
    refusedInVain,
    savedMs: unguarded.waitedMs - guarded.waitedMs,
    noticedAfterMs: noticedAfterMs(incident),
    recoveredAfterMs: recoveredAfterMs(incident),
    outageKnownBy: incident.knownBy,
  }
}
