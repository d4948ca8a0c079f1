// Evidence: what the outcomes of the current closed generation have left behind; the triggers judge it.
// Changed in place by the row's owner on every folded call; the machine and the pure layer copy it first.
import type { Policy } from './policy.ts'
import { addCall, copyWindow, expire, newWindow, resizeWindow, type SlidingWindow } from './window.ts'

export interface Evidence {
  consecutiveFailures: number
  /** Failures since the breaker closed. */
  failures: number
  /**
   * When the newest failures happened, at most `failureThreshold` of them: a ring whose oldest is at `oldestFailure`.
   * `null` while there are none, as for ever under a policy without a failure window.
   */
  failureTimes: number[] | null
  oldestFailure: number
  failureRate: SlidingWindow | null
  slowCalls: SlidingWindow | null
}

export function newEvidence(policy: Policy, now: number): Evidence {
  return {
    consecutiveFailures: 0,
    failures: 0,
    failureTimes: null,
    oldestFailure: 0,
    failureRate: policy.failureRate && newWindow(policy.failureRate.window, now),
    slowCalls: policy.slowCalls && newWindow(policy.slowCalls.window, now),
  }
}

export function copyEvidence(evidence: Evidence): Evidence {
  return {
    consecutiveFailures: evidence.consecutiveFailures,
    failures: evidence.failures,
    failureTimes: evidence.failureTimes?.slice() ?? null,
    oldestFailure: evidence.oldestFailure,
    failureRate: evidence.failureRate && copyWindow(evidence.failureRate),
    slowCalls: evidence.slowCalls && copyWindow(evidence.slowCalls),
  }
}

/**
 * `now` and `durationMs` matter only to policies with windows; see `datesSuccesses` and `timesCalls`. `isSlow`: it has counted as
 * slow already, while it was in flight.
 */
export function addSuccess(evidence: Evidence, policy: Policy, now: number, durationMs: number, isSlow = false): void {
  evidence.consecutiveFailures = 0
  if (policy.failureWindowMs !== null && policy.counting === 'consecutive') clearFailureTimes(evidence)
  if (policy.failureRate !== null && evidence.failureRate !== null) {
    addCall(evidence.failureRate, policy.failureRate.window, false, now)
  }
  if (!isSlow) addDuration(evidence, policy, now, durationMs)
}

export function addFailure(evidence: Evidence, policy: Policy, now: number, durationMs: number, isSlow = false): void {
  evidence.consecutiveFailures++
  evidence.failures++
  if (policy.failureWindowMs !== null) addFailureTime(evidence, policy, now)
  if (policy.failureRate !== null && evidence.failureRate !== null) {
    addCall(evidence.failureRate, policy.failureRate.window, true, now)
  }
  if (!isSlow) addDuration(evidence, policy, now, durationMs)
}

/** Whether a success must be told the time: it goes into a window of time. */
export function datesSuccesses({ failureRate, slowCalls }: Policy): boolean {
  return slowCalls !== null || (failureRate !== null && 'timeMs' in failureRate.window)
}

/** Whether the duration of a call is evidence, or a classifier asks for it. */
export function timesCalls({ slowCalls, isFailure, ignore }: Policy): boolean {
  return slowCalls !== null || isFailure !== null || ignore !== null
}

/** Failures within the policy's `failureWindowMs` at `now`, at most `failureThreshold`. */
export function failuresInWindow(evidence: Evidence, windowMs: number, now: number): number {
  let failures = 0
  for (const at of evidence.failureTimes ?? []) if (now < at + windowMs) failures++
  return failures
}

/** Time windows expire when read, too: brings both windows to `now`. */
export function expireEvidence(evidence: Evidence, policy: Policy, now: number): void {
  if (evidence.failureRate && policy.failureRate) expire(evidence.failureRate, policy.failureRate.window, now)
  if (evidence.slowCalls && policy.slowCalls) expire(evidence.slowCalls, policy.slowCalls.window, now)
}

/**
 * The evidence under another policy, by the rules that docs/policy.md states: what the new one counts, as far as it is known,
 * and no more than it has room for. What is out of the old windows by now stays forgotten.
 */
export function refitEvidence(evidence: Evidence, from: Policy, to: Policy, now: number): Evidence {
  const fresh = newEvidence(to, now)
  return {
    consecutiveFailures: evidence.consecutiveFailures,
    failures: evidence.failures,
    failureTimes: newestFailures(countedTimes(evidence, from, to, now), to),
    oldestFailure: 0,
    failureRate: refit(evidence.failureRate, from.failureRate, to.failureRate, now) ?? fresh.failureRate,
    slowCalls: refit(evidence.slowCalls, from.slowCalls, to.slowCalls, now) ?? fresh.slowCalls,
  }
}

/** When the failures happened that both policies count, oldest first. */
function countedTimes(evidence: Evidence, { failureWindowMs }: Policy, to: Policy, now: number): number[] {
  if (failureWindowMs === null) return []
  const times = inOrder(evidence)
  // Those before the last success are of no account to a policy that counts failures in a row.
  const first = to.counting === 'consecutive' ? times.length - evidence.consecutiveFailures : 0
  return times.filter((at, index) => index >= first && now < at + failureWindowMs)
}

/** Failure times, oldest first. */
export function inOrder(evidence: Evidence): number[] {
  const { failureTimes, oldestFailure } = evidence
  if (failureTimes === null) return []
  return [...failureTimes.slice(oldestFailure), ...failureTimes.slice(0, oldestFailure)]
}

/** How long ago the failures were that are still in the policy's `failureWindowMs`, oldest first; none without one. */
export function failureAges(evidence: Evidence, { failureWindowMs }: Policy, now: number): number[] {
  if (failureWindowMs === null) return []
  return (
    inOrder(evidence)
      // Never negative: an event may be dated by what was due before it.
      .map((at) => Math.max(0, now - at))
      .filter((age) => age < failureWindowMs)
  )
}

/** Of these failure times, oldest first, what the policy's ring has room for. */
export function newestFailures(times: readonly number[], policy: Policy): number[] | null {
  const { failureWindowMs, failureThreshold } = policy
  if (failureWindowMs === null || failureThreshold === null || times.length === 0) return null
  return times.slice(-failureThreshold)
}

function refit(
  window: SlidingWindow | null,
  from: Policy['failureRate'],
  to: Policy['failureRate'],
  now: number,
): SlidingWindow | null {
  return window && from && to ? resizeWindow(window, from.window, to.window, now) : null
}

function addFailureTime(evidence: Evidence, policy: Policy, now: number): void {
  const capacity = policy.failureThreshold
  if (capacity === null) return
  evidence.failureTimes ??= []
  if (evidence.failureTimes.length < capacity) {
    evidence.failureTimes.push(now)
  } else {
    evidence.failureTimes[evidence.oldestFailure] = now
    evidence.oldestFailure = (evidence.oldestFailure + 1) % capacity
  }
}

function clearFailureTimes(evidence: Evidence): void {
  evidence.failureTimes = null
  evidence.oldestFailure = 0
}

/** A call that is still in flight has become slow. */
export function addSlow(evidence: Evidence, policy: Policy, now: number): void {
  addDuration(evidence, policy, now, Number.POSITIVE_INFINITY)
}

function addDuration(evidence: Evidence, policy: Policy, now: number, durationMs: number): void {
  if (policy.slowCalls === null || evidence.slowCalls === null) return
  addCall(evidence.slowCalls, policy.slowCalls.window, durationMs > policy.slowCalls.slowerThanMs, now)
}
