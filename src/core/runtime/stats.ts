// Stats: what a row has counted, as one value for people and exporters.

import { carryCause } from '../edge/caused-by.ts'
import { ArgumentError } from '../edge/errors.ts'
import { checkOptions } from '../edge/option-object.ts'
import type { Calls } from '../rules/calls.ts'
import { countsUpTo, type Latency, latencyOf } from '../rules/latency.ts'
import { shareAt } from '../rules/ramp.ts'
import type { Reason } from '../rules/reasons.ts'
import type { BreakerState } from '../rules/states.ts'
import { expireEvidence } from '../rules/triggers/index.ts'
import type { SlidingWindow } from '../rules/window.ts'
import { type AdmissionStatus, admissionOf } from './admission-status.ts'
import { retryAfterMs } from './rejection.ts'
import type { Row } from './row.ts'
import { type OverrideStats, overrideStats } from './set-override.ts'
import { sketchOf } from './settle.ts'

/** `Calls`, with counts that the pure layer does not have. */
export interface CallStats extends Readonly<Calls> {
  /** Those of `failed` whose time was up: by their `timeout`, or with an error named `TimeoutError`. */
  readonly timedOut: number
  /** Fallbacks that ran. */
  readonly fallbacks: number
  /** Refused by the bulkhead (`maxConcurrent`). These are no failures, and are not counted as rejected. */
  readonly limited: number
}

/** The result of `breaker.stats()`: figures of one moment that agree with one another. */
export interface BreakerStats {
  /** The state it is in by now. */
  readonly state: BreakerState
  /** The number of the current generation. */
  readonly generation: number
  /** Why it is in this state; `null` for a breaker that has never changed it. `describeReason` says it in words. */
  readonly reason: Reason | null
  /** Probes that hold a permit now: 0 unless it is half-open. */
  readonly probesInFlight: number
  /** Probes of this half-open generation that have succeeded so far; on a ramp, its calls; 0 unless it is half-open. */
  readonly probesSucceeded: number
  /** The same, for those that failed. */
  readonly probesFailed: number
  /** The share of calls that its recovery ramp admits now, 0-1; `null` unless it is on one. */
  readonly rampShare: number | null
  /**
   * Under `maxConcurrent`: calls that hold a slot, and calls that wait for one; `null` without a limit. Calls admitted
   * before there was a limit hold no slot.
   */
  readonly concurrency: { readonly inFlight: number; readonly queued: number } | null
  /** Whether calls are admitted, and who refuses them: as `breaker.admission()`. */
  readonly admission: AdmissionStatus
  /** What the fleet decides, on top of what this breaker does; `null` if nothing. */
  readonly override: OverrideStats | null
  /** Calls and their outcomes since the breaker was made. A snapshot carries them on. */
  readonly calls: CallStats
  /** Failures since the last success, or since the breaker closed. */
  readonly consecutiveFailures: number
  /** Share of failures, 0-1, in the window of the policy's `failureRate` now; `null` without that rule, or without a call. */
  readonly failureRate: number | null
  /** Share of slow calls, 0-1, in the window of the policy's `slowCalls` now; `null` without that rule, or without a call. */
  readonly slowRate: number | null
  /** Latency of the sampled calls, one in `latencySampling`, in ms. */
  readonly latency: Latency
  /** When it opened, in ms of the registry's clock (monotonic, no date); `null` unless open. */
  readonly openedAt: number | null
  /** When the last failure counted, in ms of the registry's clock; `null` if none has since this process made the breaker. */
  readonly lastFailureAt: number | null
  /**
   * The error that opened it: that of the call that fired the trigger, or of the probe that failed. It stays until the
   * breaker closes, and is absent if there was none, as in `transition`. Not enumerable: it is in no JSON, and in no copy
   * of the figures.
   */
  readonly cause?: unknown
  /** Whole ms, rounded up, until a call may be admitted; `null` when one may be now, or nobody knows (forced open). */
  readonly retryAfterMs: number | null
  /** Ms spent in each state, the current generation included. */
  readonly timeInState: Readonly<Record<BreakerState, number>>
}

/** The figures of one breaker, with its name. */
export interface EndpointStats extends BreakerStats {
  /** The name of the breaker. */
  readonly endpoint: string
}

/** Options of `registry.stats`. */
export interface StatsOptions {
  /**
   * Bounds of a histogram of latencies, in ms. For each bound, `latency.atMost` has the number of calls that took at most
   * that long. Default: none.
   */
  readonly latencyBoundsMs?: readonly number[] | undefined
}

export function statsOf(row: Row, now = row.core.clock.now()): BreakerStats {
  const { state, generation, policy, current, consecutiveFailures } = row
  expireEvidence(row, policy, now)
  const figures = {
    state,
    generation,
    reason: current.reason,
    probesInFlight: current.probes.length,
    probesSucceeded: current.probeSuccesses,
    probesFailed: current.probeFailures,
    rampShare: current.ramp && shareAt(current.ramp, policy, now),
    concurrency: concurrencyOf(row),
    admission: admissionOf(row, now),
    override: overrideStats(row, now),
    calls: callsOf(row),
    consecutiveFailures,
    failureRate: rate(row.failureRate),
    slowRate: rate(row.slowCalls),
    latency: latencyOf(sketchOf(row)),
    openedAt: current.openedAt,
    lastFailureAt: row.lastFailureAt,
    retryAfterMs: retryAfterMs(row, now) ?? null,
    timeInState: timeInState(row, now),
  }
  return carryCause(figures, row.extras.cause)
}

export function endpointStats(row: Row, now?: number, { latencyBoundsMs }: StatsOptions = {}): EndpointStats {
  const figures = statsOf(row, now)
  const { latency } = figures
  const atMost = latencyBoundsMs && countsUpTo(sketchOf(row), latencyBoundsMs)
  const stats = { endpoint: row.name, ...figures, latency: atMost === undefined ? latency : { ...latency, atMost } }
  return carryCause(stats, figures.cause)
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkStatsOptions(options: StatsOptions): void {
  checkOptions('stats(options)', options, ['latencyBoundsMs'])
  const { latencyBoundsMs = [] } = options
  if (!Array.isArray(latencyBoundsMs) || !latencyBoundsMs.every((bound) => typeof bound === 'number')) {
    throw new ArgumentError('stats(options).latencyBoundsMs', 'an array of milliseconds', latencyBoundsMs)
  }
}

export function callsOf({ allowed, succeeded, failed, extras }: Row): CallStats {
  const { rejected, ignored, late, slow, timedOut, fallbacks, limited } = extras
  return { allowed, rejected, succeeded, failed, ignored, late, slow, timedOut, fallbacks, limited }
}

function concurrencyOf({ policy, extras: { bulkhead } }: Row): BreakerStats['concurrency'] {
  if (policy.maxConcurrent === null) return null
  return { inFlight: bulkhead?.inFlight ?? 0, queued: bulkhead?.queued ?? 0 }
}

export function timeInState({ state, since, extras }: Row, now: number): Record<BreakerState, number> {
  const before = extras.timeInState
  return { ...before, [state]: before[state] + Math.max(0, now - since) }
}

function rate(window: SlidingWindow | null): number | null {
  return window === null || window.calls === 0 ? null : window.marked / window.calls
}
