// Wire: one endpoint, and one change of its state, as they are sent: what the stream and the single answers have in common.
import type { BreakerState } from '../index.ts'

/** The states by their numbers on the wire: those of every gauge of switchgear. */
export const STATES: readonly BreakerState[] = ['closed', 'halfOpen', 'open', 'forcedOpen', 'disabled']

/** The figures of one endpoint: an array, because ten thousand of them are sent. Times are in ms, shares 0-1. */
export type WireRow = readonly [
  endpoint: string,
  /** Index into STATES. */
  state: number,
  generation: number,
  allowed: number,
  rejected: number,
  succeeded: number,
  failed: number,
  timedOut: number,
  ignored: number,
  late: number,
  slow: number,
  failureRate: number | null,
  slowRate: number | null,
  p50: number | null,
  p99: number | null,
  /** Counted from the `now` of the event that brings the row. */
  retryAfterMs: number | null,
  probesInFlight: number,
  /** Why it is in this state, in words. */
  reason: string | null,
]

/** Where each figure is in a WireRow: `row[COLUMN.failed]`. */
export const COLUMN = {
  endpoint: 0,
  state: 1,
  generation: 2,
  allowed: 3,
  rejected: 4,
  succeeded: 5,
  failed: 6,
  timedOut: 7,
  ignored: 8,
  late: 9,
  slow: 10,
  failureRate: 11,
  slowRate: 12,
  p50: 13,
  p99: 14,
  retryAfterMs: 15,
  probesInFlight: 16,
  reason: 17,
} as const

/** A WireRow by names. */
export interface EndpointRow {
  /** Its name. */
  readonly endpoint: string
  /** The state it is in. */
  readonly state: BreakerState
  /** Number of its stay in a state. */
  readonly generation: number
  /** What calls came to. */
  readonly calls: Readonly<
    Record<'allowed' | 'rejected' | 'succeeded' | 'failed' | 'timedOut' | 'ignored' | 'late' | 'slow', number>
  >
  /** 0-1; `null` without a rule or a call. */
  readonly failureRate: number | null
  /** 0-1; `null` without a rule or a call. */
  readonly slowRate: number | null
  /** In ms; `null` before the first sample. */
  readonly p50: number | null
  /** In ms; `null` before the first sample. */
  readonly p99: number | null
  /** Until a call may be admitted, from the `now` of the event; `null` when one may be, or nobody knows. */
  readonly retryAfterMs: number | null
  /** Probes that hold a permit. */
  readonly probesInFlight: number
  /** Why it is in this state, in words; `null` if it has never changed. */
  readonly reason: string | null
}

/** A change of state. */
export interface WireTransition {
  /** Of which. */
  readonly endpoint: string
  /** The state it was in. */
  readonly from: BreakerState
  /** The state it went to. */
  readonly to: BreakerState
  /** Of the stay that began. */
  readonly generation: number
  /** In words. */
  readonly reason: string
  /** In ms since 1970. */
  readonly time: number
}

/** The figures of a row by their names. */
export function readRow(row: WireRow): EndpointRow {
  const [endpoint, state, generation, allowed, rejected, succeeded, failed, timedOut, ignored, late, slow] = row
  return {
    endpoint,
    state: STATES[state] ?? 'closed',
    generation,
    calls: { allowed, rejected, succeeded, failed, timedOut, ignored, late, slow },
    failureRate: row[COLUMN.failureRate],
    slowRate: row[COLUMN.slowRate],
    p50: row[COLUMN.p50],
    p99: row[COLUMN.p99],
    retryAfterMs: row[COLUMN.retryAfterMs],
    probesInFlight: row[COLUMN.probesInFlight],
    reason: row[COLUMN.reason],
  }
}
