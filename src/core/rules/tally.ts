// Tally: what the outcomes of the current closed stay have left behind; the triggers judge it.
// Changed in place by the row's owner on every folded call; the machine and the pure layer copy it first.
import type { Policy } from './policy.ts'
import { addCall, copyWindow, expire, newWindow, resizeWindow, type SlidingWindow } from './window.ts'

export interface Tally {
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

export function newTally(policy: Policy, now: number): Tally {
  return {
    consecutiveFailures: 0,
    failures: 0,
    failureTimes: null,
    oldestFailure: 0,
    failureRate: policy.failureRate && newWindow(policy.failureRate.window, now),
    slowCalls: policy.slowCalls && newWindow(policy.slowCalls.window, now),
  }
}

export function copyTally(tally: Tally): Tally {
  return {
    consecutiveFailures: tally.consecutiveFailures,
    failures: tally.failures,
    failureTimes: tally.failureTimes?.slice() ?? null,
    oldestFailure: tally.oldestFailure,
    failureRate: tally.failureRate && copyWindow(tally.failureRate),
    slowCalls: tally.slowCalls && copyWindow(tally.slowCalls),
  }
}

/**
 * `now` and `durationMs` matter only to policies with windows; see `datesSuccesses` and `timesCalls`. `isSlow`: it has counted as
 * slow already, while it was in flight.
 */
export function addSuccess(tally: Tally, policy: Policy, now: number, durationMs: number, isSlow = false): void {
  tally.consecutiveFailures = 0
  if (policy.failureWindowMs !== null && policy.counting === 'consecutive') clearFailureTimes(tally)
  if (policy.failureRate !== null && tally.failureRate !== null) {
    addCall(tally.failureRate, policy.failureRate.window, false, now)
  }
  if (!isSlow) addDuration(tally, policy, now, durationMs)
}

export function addFailure(tally: Tally, policy: Policy, now: number, durationMs: number, isSlow = false): void {
  tally.consecutiveFailures++
  tally.failures++
  if (policy.failureWindowMs !== null) addFailureTime(tally, policy, now)
  if (policy.failureRate !== null && tally.failureRate !== null) {
    addCall(tally.failureRate, policy.failureRate.window, true, now)
  }
  if (!isSlow) addDuration(tally, policy, now, durationMs)
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
export function failuresInWindow(tally: Tally, windowMs: number, now: number): number {
  let failures = 0
  for (const at of tally.failureTimes ?? []) if (now < at + windowMs) failures++
  return failures
}

/** Time windows expire when read, too: brings both windows to `now`. */
export function expireTally(tally: Tally, policy: Policy, now: number): void {
  if (tally.failureRate && policy.failureRate) expire(tally.failureRate, policy.failureRate.window, now)
  if (tally.slowCalls && policy.slowCalls) expire(tally.slowCalls, policy.slowCalls.window, now)
}

/**
 * The evidence under another policy, by the rules that docs/policy.md states: what the new one counts, as far as it is known,
 * and no more than it has room for. What is out of the old windows by now stays forgotten.
 */
export function refitTally(tally: Tally, from: Policy, to: Policy, now: number): Tally {
  const fresh = newTally(to, now)
  return {
    consecutiveFailures: tally.consecutiveFailures,
    failures: tally.failures,
    failureTimes: newestFailures(countedTimes(tally, from, to, now), to),
    oldestFailure: 0,
    failureRate: refit(tally.failureRate, from.failureRate, to.failureRate, now) ?? fresh.failureRate,
    slowCalls: refit(tally.slowCalls, from.slowCalls, to.slowCalls, now) ?? fresh.slowCalls,
  }
}

/** When the failures happened that both policies count, oldest first. */
function countedTimes(tally: Tally, { failureWindowMs }: Policy, to: Policy, now: number): number[] {
  if (failureWindowMs === null) return []
  const times = inOrder(tally)
  // Those before the last success are of no account to a policy that counts failures in a row.
  const first = to.counting === 'consecutive' ? times.length - tally.consecutiveFailures : 0
  return times.filter((at, index) => index >= first && now < at + failureWindowMs)
}

/** Failure times, oldest first. */
export function inOrder(tally: Tally): number[] {
  const { failureTimes, oldestFailure } = tally
  if (failureTimes === null) return []
  return [...failureTimes.slice(oldestFailure), ...failureTimes.slice(0, oldestFailure)]
}

/** How long ago the failures were that are still in the policy's `failureWindowMs`, oldest first; none without one. */
export function failureAges(tally: Tally, { failureWindowMs }: Policy, now: number): number[] {
  if (failureWindowMs === null) return []
  return (
    inOrder(tally)
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

function addFailureTime(tally: Tally, policy: Policy, now: number): void {
  const capacity = policy.failureThreshold
  if (capacity === null) return
  tally.failureTimes ??= []
  if (tally.failureTimes.length < capacity) {
    tally.failureTimes.push(now)
  } else {
    tally.failureTimes[tally.oldestFailure] = now
    tally.oldestFailure = (tally.oldestFailure + 1) % capacity
  }
}

function clearFailureTimes(tally: Tally): void {
  tally.failureTimes = null
  tally.oldestFailure = 0
}

/** A call that is still in flight has become slow. */
export function addSlow(tally: Tally, policy: Policy, now: number): void {
  addDuration(tally, policy, now, Number.POSITIVE_INFINITY)
}

function addDuration(tally: Tally, policy: Policy, now: number, durationMs: number): void {
  if (policy.slowCalls === null || tally.slowCalls === null) return
  addCall(tally.slowCalls, policy.slowCalls.window, durationMs > policy.slowCalls.slowerThanMs, now)
}
