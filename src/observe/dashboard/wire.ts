// Wire: one endpoint, and one change of its state, as they are sent: what the stream and the single answers have in common.
import type { AdmissionStatus, BreakerState } from '../../index.ts'

/** The states by their numbers on the wire: those of every gauge of switchgear. */
export const STATES: readonly BreakerState[] = ['closed', 'halfOpen', 'open', 'forcedOpen', 'disabled']

/** Who refuses calls, and how: `breaker.admission()`, whose reason is in its words, and whose `retryAfterMs` in the row. */
export type WireAdmission = Omit<AdmissionStatus, 'reason' | 'retryAfterMs'>

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
  /** Until a call may be admitted, by whoever refuses it; counted from the `now` of the event that brings the row. */
  retryAfterMs: number | null,
  probesInFlight: number,
  /** Why it is in this state, in words. */
  reason: string | null,
  /** Refused by `maxConcurrent`; they are not among the rejected. */
  limited: number,
  /** Calls that hold a slot of `maxConcurrent`, and calls that wait for one; `null` without a limit. */
  inFlight: number | null,
  queued: number | null,
  rampShare: number | null,
  /** `null`: every call is admitted. */
  admission: WireAdmission | null,
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
  limited: 18,
  inFlight: 19,
  queued: 20,
  rampShare: 21,
  admission: 22,
} as const

/** A WireRow by names. */
export interface EndpointRow {
  /** Its name. */
  readonly endpoint: string
  /** The state it is in. */
  readonly state: BreakerState
  /** Number of its period in a state. */
  readonly generation: number
  /** What calls came to. */
  readonly calls: Readonly<
    Record<
      'allowed' | 'rejected' | 'succeeded' | 'failed' | 'timedOut' | 'ignored' | 'late' | 'slow' | 'limited',
      number
    >
  >
  /** 0-1; `null` without a rule or a call. */
  readonly failureRate: number | null
  /** 0-1; `null` without a rule or a call. */
  readonly slowRate: number | null
  /** In ms; `null` before the first sample. */
  readonly p50: number | null
  /** In ms; `null` before the first sample. */
  readonly p99: number | null
  /** Until a call may be admitted, by whoever refuses it, from the `now` of the event; `null` when one may be, or nobody knows. */
  readonly retryAfterMs: number | null
  /** Probes that hold a permit. */
  readonly probesInFlight: number
  /** Why it is in this state, in words; `null` if it has never changed. */
  readonly reason: string | null
  /** Under `maxConcurrent`; `null` without a limit. */
  readonly concurrency: { readonly inFlight: number; readonly queued: number } | null
  /** The share of calls that its recovery ramp admits, 0-1; `null` unless it is on one. */
  readonly rampShare: number | null
  /** Who refuses calls, all or some of them; `null`: every call is admitted. */
  readonly admission: WireAdmission | null
}

/** A change of state: of a breaker, or of what its fleet decides about it. */
export interface WireTransition {
  /** Of which. */
  readonly endpoint: string
  /** Whose state it is. The fleet's is `closed` while it rejects nothing. */
  readonly by: 'breaker' | 'fleet'
  /** The state it was in. */
  readonly from: BreakerState
  /** The state it went to. */
  readonly to: BreakerState
  /** Of the period of the breaker that began; `null` of the fleet. */
  readonly generation: number | null
  /** In words. */
  readonly reason: string
  /** In ms since 1970. */
  readonly time: number
}

/** The figures of a row by their names. */
export function readRow(row: WireRow): EndpointRow {
  const [endpoint, state, generation, allowed, rejected, succeeded, failed, timedOut, ignored, late, slow] = row
  const [limited, inFlight, queued] = [row[COLUMN.limited], row[COLUMN.inFlight], row[COLUMN.queued]]
  return {
    endpoint,
    state: STATES[state] ?? 'closed',
    generation,
    calls: { allowed, rejected, succeeded, failed, timedOut, ignored, late, slow, limited },
    failureRate: row[COLUMN.failureRate],
    slowRate: row[COLUMN.slowRate],
    p50: row[COLUMN.p50],
    p99: row[COLUMN.p99],
    retryAfterMs: row[COLUMN.retryAfterMs],
    probesInFlight: row[COLUMN.probesInFlight],
    reason: row[COLUMN.reason],
    concurrency: inFlight === null || queued === null ? null : { inFlight, queued },
    rampShare: row[COLUMN.rampShare],
    admission: row[COLUMN.admission],
  }
}
