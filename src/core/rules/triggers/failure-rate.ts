// FailureRate: the trigger that opens when a share of the calls in a window failed.
import { counted, percent } from '../figures.ts'
import { addCall, type SlidingWindow } from '../window.ts'
import {
  expireWindow,
  type RateEvidence,
  type RateFigures,
  type RateRule,
  rateNeeds,
  rateReport,
  reachedRate,
  restoreWindow,
  type SavedWindow,
  saveWindow,
} from './rates.ts'
import type { Needs } from './trigger.ts'

export interface FailureRatePolicy {
  /** Default `null`: no rate is kept. */
  readonly failureRate: RateRule | null
}

export interface FailureRateEvidence {
  failureRate: SlidingWindow | null
}

export interface FailureRateReasons {
  readonly failureRate: RateFigures & { readonly type: 'failureRate' }
}

export interface SavedFailureRate {
  failureRate: SavedWindow | null
}

export const OPTION = 'failureRate'
export const REASONS = {
  failureRate: ({ rate, calls, threshold }: FailureRateReasons['failureRate']) =>
    `failure rate ${percent(rate)} over ${counted(calls, 'call')} (threshold ${percent(threshold)})`,
}

export function addSuccess(evidence: FailureRateEvidence, policy: FailureRatePolicy, now: number): void {
  if (policy.failureRate !== null && evidence.failureRate !== null) {
    addCall(evidence.failureRate, policy.failureRate.window, false, now)
  }
}

export function addFailure(evidence: FailureRateEvidence, policy: FailureRatePolicy, now: number): void {
  if (policy.failureRate !== null && evidence.failureRate !== null) {
    addCall(evidence.failureRate, policy.failureRate.window, true, now)
  }
}

export function datesSuccesses({ failureRate }: FailureRatePolicy): boolean {
  return failureRate !== null && 'timeMs' in failureRate.window
}

export function keepsSuccesses({ failureRate }: FailureRatePolicy): boolean {
  return failureRate !== null
}

export function fired(
  evidence: FailureRateEvidence,
  { failureRate: rule }: FailureRatePolicy,
): FailureRateReasons['failureRate'] | null {
  const reached = reachedRate(evidence.failureRate, rule)
  return reached && { type: 'failureRate', ...reached }
}

export function needs({ failureRate }: FailureRatePolicy): Needs | null {
  return rateNeeds(OPTION, 'fail', failureRate)
}

export function windowIn({ failureRate }: FailureRateEvidence): SlidingWindow | null {
  return failureRate
}

export function expire({ failureRate }: FailureRateEvidence, policy: FailureRatePolicy, now: number): void {
  expireWindow(failureRate, policy.failureRate, now)
}

export function report(
  { failureRate }: FailureRateEvidence,
  policy: FailureRatePolicy,
  now: number,
): RateEvidence | null {
  return rateReport(failureRate, policy.failureRate, now)
}

export function save({ failureRate }: FailureRateEvidence, policy: FailureRatePolicy, now: number): SavedFailureRate {
  return { failureRate: saveWindow(failureRate, policy.failureRate, now) }
}

export function restore(saved: SavedFailureRate, policy: FailureRatePolicy, now: number): FailureRateEvidence {
  return { failureRate: restoreWindow(saved.failureRate, policy.failureRate, now) }
}
