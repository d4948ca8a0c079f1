// Stats: what a row has counted, as one value for people and exporters.

import type { Calls } from '../rules/calls.ts'
import type { BreakerState } from '../rules/decide.ts'
import { type Latency, latencyOf } from '../rules/latency.ts'
import { expireTally } from '../rules/tally.ts'
import type { SlidingWindow } from '../rules/window.ts'
import { retryAfterMs } from './admission.ts'
import type { Row } from './row.ts'
import { sketchOf } from './settle.ts'

/** What `breaker.stats()` gives: figures of one moment that agree with one another. */
export interface BreakerStats {
  /** The state it is in by now. */
  readonly state: BreakerState
  /** Number of the current stay in a state. */
  readonly generation: number
  /** What calls came to since the breaker was made; a snapshot carries them on. */
  readonly calls: Readonly<Calls>
  /** Failures since the last success, or since the breaker closed. */
  readonly consecutiveFailures: number
  /** Share of failures, 0-1, in the window of the policy's `failureRate` now; `null` without that rule, or without a call. */
  readonly failureRate: number | null
  /** Share of slow calls, 0-1, in the window of the policy's `slowCalls` now; `null` without that rule, or without a call. */
  readonly slowRate: number | null
  /** Of sampled calls, in ms: one in `latencySampling`. */
  readonly latency: Latency
  /** When it opened, in ms of the registry's clock (monotonic, no date); `null` unless open. */
  readonly openedAt: number | null
  /** Whole ms, rounded up, until a call may be admitted; `null` when one may be now, or nobody knows (forced open). */
  readonly retryAfterMs: number | null
  /** Ms spent in each state, the current stay included. */
  readonly timeInState: Readonly<Record<BreakerState, number>>
}

export function statsOf(row: Row): BreakerStats {
  const { state, generation, policy, stay, consecutiveFailures } = row
  const now = row.home.clock.now()
  expireTally(row, policy, now)
  return {
    state,
    generation,
    calls: callsOf(row),
    consecutiveFailures,
    failureRate: rate(row.failureRate),
    slowRate: rate(row.slowCalls),
    latency: latencyOf(sketchOf(row)),
    openedAt: stay.openedAt,
    retryAfterMs: retryAfterMs(row, now) ?? null,
    timeInState: timeInState(row, now),
  }
}

export function callsOf({ allowed, succeeded, failed, chronicle: { rejected, ignored, late, slow } }: Row): Calls {
  return { allowed, rejected, succeeded, failed, ignored, late, slow }
}

export function timeInState({ state, since, chronicle }: Row, now: number): Record<BreakerState, number> {
  const before = chronicle.timeInState
  return { ...before, [state]: before[state] + Math.max(0, now - since) }
}

function rate(window: SlidingWindow | null): number | null {
  return window === null || window.calls === 0 ? null : window.marked / window.calls
}
