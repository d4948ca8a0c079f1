// Evidence: what is in a breaker's windows now, for charts.

import { failureAges, failuresInWindow } from '../rules/evidence.ts'
import type { Policy, RateRule, WindowSize } from '../rules/policy.ts'
import { bucketsOf, type SlidingWindow } from '../rules/window.ts'
import type { Row } from './row.ts'

/** What the triggers of a breaker judge, from `breaker.evidence()`: figures of one moment, a separate value. */
export interface EvidenceReport {
  /** For `failureThreshold`. */
  readonly failures: {
    /** Failures that count towards it now: in a row, in the `failureWindow`, or since it closed, as the policy says. */
    readonly count: number
    /** The number that opens it; `null`: failures are not counted. */
    readonly threshold: number | null
    /** The `failureWindow`, in ms; `null` without one. */
    readonly windowMs: number | null
    /** With a `failureWindow`: how long ago each of them was, in ms, the oldest first; otherwise empty. */
    readonly agesMs: readonly number[]
  }
  /** For `failureRate`; `null` without that rule. */
  readonly failureRate: RateEvidence | null
  /** For `slowCalls`; `null` without that rule. */
  readonly slowCalls: RateEvidence | null
}

/** What is in the window of a rate. */
export interface RateEvidence {
  /** Calls in the window now. */
  readonly calls: number
  /** Those of them that failed, or were slow. */
  readonly marked: number
  /** Their share, 0-1; `null` without a call. */
  readonly rate: number | null
  /** At this share it opens, 0-1. */
  readonly threshold: number
  /** The least number of calls before it can open. */
  readonly minimumCalls: number
  /** How large the window is: a number of calls, or a time and its number of buckets. */
  readonly window: WindowSize
  /** What is in it, the oldest first: one for each call, or for each bucket of a time. */
  readonly buckets: readonly { readonly calls: number; readonly marked: number }[]
}

export function evidenceReportOf(row: Row): EvidenceReport {
  const { policy } = row
  const now = row.core.clock.now()
  return {
    failures: {
      count: failureCount(row, policy, now),
      threshold: policy.failureThreshold,
      windowMs: policy.failureWindowMs,
      agesMs: failureAges(row, policy, now),
    },
    failureRate: rateEvidence(row.failureRate, policy.failureRate, now),
    slowCalls: rateEvidence(row.slowCalls, policy.slowCalls, now),
  }
}

function failureCount(row: Row, { counting, failureWindowMs }: Policy, now: number): number {
  if (failureWindowMs !== null) return failuresInWindow(row, failureWindowMs, now)
  return counting === 'cumulative' ? row.failures : row.consecutiveFailures
}

function rateEvidence(window: SlidingWindow | null, rule: RateRule | null, now: number): RateEvidence | null {
  if (window === null || rule === null) return null
  const buckets = bucketsOf(window, rule.window, now).map(([calls, marked]) => ({ calls, marked }))
  const { calls, marked } = window
  const { threshold, minimumCalls, window: size } = rule
  return { calls, marked, rate: calls === 0 ? null : marked / calls, threshold, minimumCalls, window: size, buckets }
}
