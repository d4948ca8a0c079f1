// Triggers: the rules that open, each judging a evidence under a policy; and Reason, why a breaker is in its state.
// One implementation for the row, the machine and the pure layer.

import { type CommandReason, wordsOfCommand } from './commands.ts'
import { type Evidence, failuresInWindow } from './evidence.ts'
import type { Policy, RateRule } from './policy.ts'
import { printable } from './printable.ts'
import type { SlidingWindow } from './window.ts'

/** Why a breaker entered its state, with the figures that decided. */
export type Reason =
  | { readonly type: 'consecutiveFailures'; readonly failures: number; readonly threshold: number }
  | { readonly type: 'cumulativeFailures'; readonly failures: number; readonly threshold: number }
  | {
      readonly type: 'failuresInWindow'
      readonly failures: number
      readonly threshold: number
      readonly windowMs: number
    }
  | { readonly type: 'failureRate'; readonly rate: number; readonly threshold: number; readonly calls: number }
  | {
      readonly type: 'slowCallRate'
      readonly rate: number
      readonly threshold: number
      readonly calls: number
      readonly slowerThanMs: number
    }
  | { readonly type: 'probeFailures'; readonly failures: number; readonly threshold: number }
  | { readonly type: 'probeSuccesses'; readonly successes: number; readonly threshold: number }
  | { readonly type: 'rampEnded'; readonly durationMs: number }
  | { readonly type: 'openTimeElapsed' }
  | CommandReason
  | {
      /** What a fleet of processes has decided; `decision` is the type of its own reason. */
      readonly type: 'fleet'
      readonly decision: string
      readonly rate: number
      readonly calls: number
      readonly reporters: number
      readonly version: number
      readonly message: string
    }
  | { readonly type: 'escalated'; readonly restarts: number; readonly withinMs: number }

/** The first trigger that fires, in the order of the policy table, or `null`. To be asked at the time of an addition. */
export function firedTrigger(evidence: Evidence, policy: Policy, now: number): Reason | null {
  return failureCountTrigger(evidence, policy, now) ?? rateTrigger(evidence, policy)
}

function failureCountTrigger(evidence: Evidence, policy: Policy, now: number): Reason | null {
  const { failureThreshold: threshold, failureWindowMs: windowMs } = policy
  if (threshold === null) return null
  if (windowMs !== null) {
    // The ring holds the newest `threshold` failures: it is full of recent ones exactly when its oldest is recent.
    const times = evidence.failureTimes
    const oldest = times?.[evidence.oldestFailure]
    if (times === null || times.length < threshold || oldest === undefined || now >= oldest + windowMs) return null
    return { type: 'failuresInWindow', failures: failuresInWindow(evidence, windowMs, now), threshold, windowMs }
  }
  if (policy.counting === 'cumulative') {
    return evidence.failures >= threshold
      ? { type: 'cumulativeFailures', failures: evidence.failures, threshold }
      : null
  }
  return evidence.consecutiveFailures >= threshold
    ? { type: 'consecutiveFailures', failures: evidence.consecutiveFailures, threshold }
    : null
}

/** The trigger that this outcome fires. Counts of failures are judged after a failure only. */
export function triggerAfter(
  result: 'succeed' | 'fail' | 'slow',
  evidence: Evidence,
  policy: Policy,
  now: number,
): Reason | null {
  return result === 'fail' ? firedTrigger(evidence, policy, now) : rateTrigger(evidence, policy)
}

/** The trigger that a success can fire too: a rate is judged after every call. */
export function rateTrigger(evidence: Evidence, policy: Policy): Reason | null {
  const { failureRate, slowCalls } = policy
  if (failureRate !== null && evidence.failureRate !== null && isReached(evidence.failureRate, failureRate)) {
    const { marked, calls } = evidence.failureRate
    return { type: 'failureRate', rate: marked / calls, threshold: failureRate.threshold, calls }
  }
  if (slowCalls !== null && evidence.slowCalls !== null && isReached(evidence.slowCalls, slowCalls)) {
    const { marked, calls } = evidence.slowCalls
    const { threshold, slowerThanMs } = slowCalls
    return { type: 'slowCallRate', rate: marked / calls, threshold, calls, slowerThanMs }
  }
  return null
}

function isReached(window: SlidingWindow, { threshold, minimumCalls }: RateRule): boolean {
  // Most windows hold no marked call: asked first, it spares a healthy call the rest. The quotient is the double nearest
  // to the rate, as the threshold is to what was written: equal where the two are, which no product would be.
  return window.marked > 0 && window.calls >= minimumCalls && window.marked / window.calls >= threshold
}

/** The reason in words, for messages and logs. */
export function describeReason(reason: Reason): string {
  switch (reason.type) {
    case 'consecutiveFailures':
      return `${counted(reason.failures, 'consecutive failure')} (threshold ${reason.threshold})`
    case 'cumulativeFailures':
      return `${counted(reason.failures, 'failure')} since it closed (threshold ${reason.threshold})`
    case 'failuresInWindow':
      return `${counted(reason.failures, 'failure')} within ${reason.windowMs} ms (threshold ${reason.threshold})`
    case 'failureRate':
      return `failure rate ${percent(reason.rate)} over ${counted(reason.calls, 'call')} (threshold ${percent(reason.threshold)})`
    case 'slowCallRate':
      return `${percent(reason.rate)} of ${reason.calls} calls slower than ${reason.slowerThanMs} ms (threshold ${percent(reason.threshold)})`
    case 'probeFailures':
      return `${reason.failures} failed while half-open (threshold ${reason.threshold})`
    case 'probeSuccesses':
      return `${reason.successes} succeeded while half-open (threshold ${reason.threshold})`
    case 'rampEnded':
      return `its recovery ramp of ${reason.durationMs} ms has ended`
    case 'openTimeElapsed':
      return 'the open time has passed'
    case 'fleet':
      return `the fleet: ${describeFleet(reason)} (version ${reason.version})`
    case 'escalated':
      return `its actor crashed more than ${reason.restarts} times within ${reason.withinMs} ms`
    default: {
      const words = wordsOfCommand(reason.type)
      return 'message' in reason ? `${words}: ${printable(reason.message)}` : words
    }
  }
}

function describeFleet({ decision, rate, calls, reporters, message }: Extract<Reason, { type: 'fleet' }>): string {
  if (message !== '') return `${decision}: ${printable(message)}`
  if (calls === 0) return decision
  const what = decision === 'slowCallRate' ? 'slow calls' : 'failures'
  const by = reporters === 1 ? '1 process' : `${reporters} processes`
  return `${percent(rate)} ${what} over ${counted(calls, 'call')}, seen by ${by}`
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

function percent(rate: number): string {
  return `${Math.round(rate * 1000) / 10}%`
}
