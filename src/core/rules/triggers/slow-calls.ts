// SlowCalls: the trigger that opens when a share of the calls in a window was slow, whatever their outcome. A call that hangs
// counts while it is in flight: the runtime follows those under this rule (../../runtime/in-flight.ts).
import { percent } from '../figures.ts'
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

/** As RateRule, but for calls that took longer than `slowerThanMs`, whatever their outcome. */
export interface SlowRule extends RateRule {
  /** In ms; a call of exactly this length is not slow. */
  readonly slowerThanMs: number
}

export interface SlowCallsPolicy {
  /** Default `null`: slow calls are not counted. */
  readonly slowCalls: SlowRule | null
}

export interface SlowCallsEvidence {
  slowCalls: SlidingWindow | null
}

export interface SlowCallsReasons {
  readonly slowCallRate: RateFigures & { readonly type: 'slowCallRate'; readonly slowerThanMs: number }
}

export interface SavedSlowCalls {
  slowCalls: SavedWindow | null
}

export const OPTION = 'slowCalls'
export const REASONS = {
  slowCallRate: ({ rate, calls, slowerThanMs, threshold }: SlowCallsReasons['slowCallRate']) =>
    `${percent(rate)} of ${calls} calls slower than ${slowerThanMs} ms (threshold ${percent(threshold)})`,
}

/** Whether a call of this length is slow; never without the rule. */
export function isSlowCall({ slowCalls }: SlowCallsPolicy, durationMs: number): boolean {
  return slowCalls !== null && durationMs > slowCalls.slowerThanMs
}

export function addSuccess(
  evidence: SlowCallsEvidence,
  policy: SlowCallsPolicy,
  now: number,
  durationMs: number,
  isSlow: boolean,
): void {
  if (!isSlow) addDuration(evidence, policy, now, durationMs)
}

/** A failure is as slow as a success. */
export const addFailure = addSuccess

export function addSlow(evidence: SlowCallsEvidence, policy: SlowCallsPolicy, now: number): void {
  addDuration(evidence, policy, now, Number.POSITIVE_INFINITY)
}

function addDuration(evidence: SlowCallsEvidence, policy: SlowCallsPolicy, now: number, durationMs: number): void {
  if (policy.slowCalls === null || evidence.slowCalls === null) return
  addCall(evidence.slowCalls, policy.slowCalls.window, durationMs > policy.slowCalls.slowerThanMs, now)
}

export function datesSuccesses({ slowCalls }: SlowCallsPolicy): boolean {
  return slowCalls !== null
}

export function timesCalls({ slowCalls }: SlowCallsPolicy): boolean {
  return slowCalls !== null
}

export function keepsSuccesses({ slowCalls }: SlowCallsPolicy): boolean {
  return slowCalls !== null
}

export function fired(
  evidence: SlowCallsEvidence,
  { slowCalls: rule }: SlowCallsPolicy,
): SlowCallsReasons['slowCallRate'] | null {
  const reached = reachedRate(evidence.slowCalls, rule)
  return reached && rule && { type: 'slowCallRate', ...reached, slowerThanMs: rule.slowerThanMs }
}

export function needs({ slowCalls }: SlowCallsPolicy): Needs | null {
  return rateNeeds(OPTION, 'slow', slowCalls)
}

export function windowIn({ slowCalls }: SlowCallsEvidence): SlidingWindow | null {
  return slowCalls
}

export function expire({ slowCalls }: SlowCallsEvidence, policy: SlowCallsPolicy, now: number): void {
  expireWindow(slowCalls, policy.slowCalls, now)
}

export function report({ slowCalls }: SlowCallsEvidence, policy: SlowCallsPolicy, now: number): RateEvidence | null {
  return rateReport(slowCalls, policy.slowCalls, now)
}

export function save({ slowCalls }: SlowCallsEvidence, policy: SlowCallsPolicy, now: number): SavedSlowCalls {
  return { slowCalls: saveWindow(slowCalls, policy.slowCalls, now) }
}

export function restore(saved: SavedSlowCalls, policy: SlowCallsPolicy, now: number): SlowCallsEvidence {
  return { slowCalls: restoreWindow(saved.slowCalls, policy.slowCalls, now) }
}
