// Triggers: the table of them, and the evidence that they judge together: what the outcomes of the current closed generation have left
// behind. It is changed in place by the row's owner on every folded call; the machine and the pure layer copy it first.
// What a call does names each of them, for a loop over the table costs a call a tenth of its time; test/core/rules/every-trigger.test.ts
// tells who was forgotten.
import * as failureRate from './failure-rate.ts'
import * as failures from './failures.ts'
import { copyOf, type RateEvidence, refitWindow, windowFor } from './rates.ts'
import * as slowCalls from './slow-calls.ts'
import type { Trigger } from './trigger.ts'

/** What the triggers of a breaker judge, from `breaker.evidence()`: figures of one moment, a separate value. */
export interface EvidenceReport {
  /** For `failureThreshold`. */
  readonly failures: failures.CountEvidence
  /** For `failureRate`; `null` without that rule. */
  readonly failureRate: RateEvidence | null
  /** For `slowCalls`; `null` without that rule. */
  readonly slowCalls: RateEvidence | null
}

/** A trigger, by what reports call its evidence. */
export type TriggerName = keyof EvidenceReport

export interface TriggerPolicy
  extends failures.FailuresPolicy,
    failureRate.FailureRatePolicy,
    slowCalls.SlowCallsPolicy {}

export interface Evidence
  extends failures.FailuresEvidence,
    failureRate.FailureRateEvidence,
    slowCalls.SlowCallsEvidence {}

export interface SavedEvidence extends failures.SavedFailures, failureRate.SavedFailureRate, slowCalls.SavedSlowCalls {}

export interface TriggerReasons
  extends failures.FailuresReasons,
    failureRate.FailureRateReasons,
    slowCalls.SlowCallsReasons {}

export type TriggerReason = TriggerReasons[keyof TriggerReasons]

/** Their part of the default policy. */
export const TRIGGER_DEFAULTS: TriggerPolicy = {
  failureThreshold: 5,
  counting: 'consecutive',
  failureWindowMs: null,
  failureRate: null,
  slowCalls: null,
}

/** Each reason of a trigger in words. */
export const TRIGGER_REASONS: { readonly [T in keyof TriggerReasons]: (reason: TriggerReasons[T]) => string } = {
  ...failures.REASONS,
  ...failureRate.REASONS,
  ...slowCalls.REASONS,
}

/** Of what all of them have together. */
type AnyTrigger<Told> = Trigger<Evidence, TriggerPolicy, TriggerReasons, Told, SavedEvidence>

/** In the order in which they are asked, and told. For those who look from outside: a call knows them by name. */
export const TRIGGERS: { readonly [N in TriggerName]: AnyTrigger<EvidenceReport[N]> } = {
  failures,
  failureRate,
  slowCalls,
}

export function newEvidence(policy: TriggerPolicy, now: number): Evidence {
  return {
    consecutiveFailures: 0,
    failures: 0,
    failureTimes: null,
    oldestFailure: 0,
    failureRate: windowFor(policy.failureRate, now),
    slowCalls: windowFor(policy.slowCalls, now),
  }
}

export function copyEvidence(evidence: Evidence): Evidence {
  return {
    consecutiveFailures: evidence.consecutiveFailures,
    failures: evidence.failures,
    failureTimes: evidence.failureTimes?.slice() ?? null,
    oldestFailure: evidence.oldestFailure,
    failureRate: copyOf(evidence.failureRate),
    slowCalls: copyOf(evidence.slowCalls),
  }
}

/**
 * The evidence under another policy, by the rules that docs/policy.md states: what the new one counts, as far as it is known,
 * and no more than it has room for. What is out of the old windows by now stays forgotten.
 */
export function refitEvidence(evidence: Evidence, from: TriggerPolicy, to: TriggerPolicy, now: number): Evidence {
  return {
    consecutiveFailures: evidence.consecutiveFailures,
    failures: evidence.failures,
    failureTimes: failures.refitTimes(evidence, from, to, now),
    oldestFailure: 0,
    failureRate: refitWindow(evidence.failureRate, from.failureRate, to.failureRate, now),
    slowCalls: refitWindow(evidence.slowCalls, from.slowCalls, to.slowCalls, now),
  }
}

export function reportOn(evidence: Evidence, policy: TriggerPolicy, now: number): EvidenceReport {
  return {
    failures: failures.report(evidence, policy, now),
    failureRate: failureRate.report(evidence, policy, now),
    slowCalls: slowCalls.report(evidence, policy, now),
  }
}

/** As JSON, with ages instead of times. */
export function saveEvidence(evidence: Evidence, policy: TriggerPolicy, now: number): SavedEvidence {
  return {
    ...failures.save(evidence, policy, now),
    ...failureRate.save(evidence, policy, now),
    ...slowCalls.save(evidence, policy, now),
  }
}

/** What was saved under another rule is no evidence under this one. */
export function restoreEvidence(saved: SavedEvidence, policy: TriggerPolicy, now: number): Evidence {
  return {
    ...failures.restore(saved, policy, now),
    ...failureRate.restore(saved, policy, now),
    ...slowCalls.restore(saved, policy, now),
  }
}

/** Time windows expire when read, too: brings all to `now`. */
export function expireEvidence(evidence: Evidence, policy: TriggerPolicy, now: number): void {
  failureRate.expire(evidence, policy, now)
  slowCalls.expire(evidence, policy, now)
}

/**
 * `now` and `durationMs` matter only to policies with windows; see `datesSuccesses`. `isSlow`: it has counted as slow already,
 * while it was in flight.
 */
export function addSuccess(
  evidence: Evidence,
  policy: TriggerPolicy,
  now: number,
  durationMs: number,
  isSlow = false,
): void {
  failures.addSuccess(evidence, policy)
  failureRate.addSuccess(evidence, policy, now)
  slowCalls.addSuccess(evidence, policy, now, durationMs, isSlow)
}

export function addFailure(
  evidence: Evidence,
  policy: TriggerPolicy,
  now: number,
  durationMs: number,
  isSlow = false,
): void {
  failures.addFailure(evidence, policy, now)
  failureRate.addFailure(evidence, policy, now)
  slowCalls.addFailure(evidence, policy, now, durationMs, isSlow)
}

/** A call that is still in flight has become slow. */
export function addSlow(evidence: Evidence, policy: TriggerPolicy, now: number): void {
  slowCalls.addSlow(evidence, policy, now)
}

/** Whether a success needs the time: it goes into a window of time. */
export function datesSuccesses(policy: TriggerPolicy): boolean {
  return failureRate.datesSuccesses(policy) || slowCalls.datesSuccesses(policy)
}

/** Whether the duration of a call is evidence. */
export function timesCalls(policy: TriggerPolicy): boolean {
  return slowCalls.timesCalls(policy)
}

/** Whether a success is kept: then every call is to be judged. */
export function keepsSuccesses(policy: TriggerPolicy): boolean {
  return failureRate.keepsSuccesses(policy) || slowCalls.keepsSuccesses(policy)
}

/** The first trigger that fires, or `null`. To be asked at the time of an addition. */
export function firedTrigger(evidence: Evidence, policy: TriggerPolicy, now: number): TriggerReason | null {
  return failures.fired(evidence, policy, now) ?? firedWithoutFailure(evidence, policy)
}

/** The first that anything but a failure can fire too: those that keep successes. */
export function firedWithoutFailure(evidence: Evidence, policy: TriggerPolicy): TriggerReason | null {
  return failureRate.fired(evidence, policy) ?? slowCalls.fired(evidence, policy)
}

/** The trigger that this outcome fires. */
export function triggerAfter(
  result: 'succeed' | 'fail' | 'slow',
  evidence: Evidence,
  policy: TriggerPolicy,
  now: number,
): TriggerReason | null {
  return result === 'fail' ? firedTrigger(evidence, policy, now) : firedWithoutFailure(evidence, policy)
}
