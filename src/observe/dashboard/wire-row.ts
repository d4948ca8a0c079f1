// WireRow of stats: the figures of a breaker as they are sent, rounded to what can be read; and which of them change
// without a call.
import { type BreakerState, describeReason, type EndpointStats } from '../../index.ts'
import { COLUMN, type WireAdmission, type WireRow } from './protocol.ts'

const NUMBER_OF: Readonly<Record<BreakerState, number>> = {
  closed: 0,
  halfOpen: 1,
  open: 2,
  forcedOpen: 3,
  disabled: 4,
}

/** Columns that time alone may change; `retryAfterMs` is not among them, as who reads it counts down. */
const DECAYING = [COLUMN.state, COLUMN.generation, COLUMN.failureRate, COLUMN.slowRate, COLUMN.probesInFlight] as const

export function wireRow(endpoint: string, stats: Omit<EndpointStats, 'endpoint'>): WireRow {
  const { admission, calls, concurrency, latency, reason } = stats
  return [
    endpoint,
    NUMBER_OF[stats.state],
    stats.generation,
    calls.allowed,
    calls.rejected,
    calls.succeeded,
    calls.failed,
    calls.timedOut,
    calls.ignored,
    calls.late,
    calls.slow,
    rounded(stats.failureRate, 10_000),
    rounded(stats.slowRate, 10_000),
    rounded(latency.p50, 100),
    rounded(latency.p99, 100),
    admission.retryAfterMs,
    stats.probesInFlight,
    reason === null ? null : describeReason(reason),
    calls.limited,
    concurrency?.inFlight ?? null,
    concurrency?.queued ?? null,
    rounded(stats.rampShare, 1_000),
    wireAdmission(admission),
  ]
}

/** Most breakers admit every call: then there is nothing to say. */
function wireAdmission({ reason, retryAfterMs, ...admission }: EndpointStats['admission']): WireAdmission | null {
  return admission.admits === 'all' ? null : { ...admission, share: rounded(admission.share, 1_000) }
}

/** Whether it will change as calls leave a window of time. A window of calls keeps its rate; nothing is lost by asking. */
export function mayDecay(row: WireRow): boolean {
  return row[COLUMN.failureRate] !== null || row[COLUMN.slowRate] !== null
}

export function hasDecayed(before: WireRow, now: WireRow): boolean {
  return DECAYING.some((column) => before[column] !== now[column])
}

/** As the row would read `elapsedMs` later. */
export function agedRow(row: WireRow, elapsedMs: number): WireRow {
  const retryAfterMs = row[COLUMN.retryAfterMs]
  if (retryAfterMs === null || elapsedMs <= 0) return row
  return row.with(COLUMN.retryAfterMs, Math.max(0, Math.round(retryAfterMs - elapsedMs))) as unknown as WireRow
}

function rounded(value: number | null, steps: number): number | null {
  return value === null ? null : Math.round(value * steps) / steps
}
