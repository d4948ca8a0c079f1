// Failures: the trigger that opens after a number of failures: in a row, since the breaker closed, or within a time.
import { counted } from '../figures.ts'
import type { Needs } from './trigger.ts'

export interface FailuresPolicy {
  /** Failures that open it; `null`: their number never does. Default 5. */
  readonly failureThreshold: number | null
  /** Whether a success clears the count of failures (`'consecutive'`, the default). */
  readonly counting: 'consecutive' | 'cumulative'
  /** In ms: only failures this recent count. Default `null`: however old. */
  readonly failureWindowMs: number | null
}

export interface FailuresEvidence {
  consecutiveFailures: number
  /** Failures since the breaker closed. */
  failures: number
  /**
   * When the newest failures happened, at most `failureThreshold` of them: a ring whose oldest is at `oldestFailure`.
   * `null` while there are none, as for ever under a policy without a failure window.
   */
  failureTimes: number[] | null
  oldestFailure: number
}

interface CountReason<T extends string> {
  readonly type: T
  readonly failures: number
  readonly threshold: number
}

export interface FailuresReasons {
  readonly consecutiveFailures: CountReason<'consecutiveFailures'>
  readonly cumulativeFailures: CountReason<'cumulativeFailures'>
  readonly failuresInWindow: CountReason<'failuresInWindow'> & { readonly windowMs: number }
}

/** Events that are counted towards a threshold. */
export interface CountEvidence {
  /** Failures that count towards it now: in a row, in the `failureWindow`, or since it closed, as the policy says. */
  readonly count: number
  /** The number that opens it; `null`: failures are not counted. */
  readonly threshold: number | null
  /** The `failureWindow`, in ms; `null` without one. */
  readonly windowMs: number | null
  /** With a `failureWindow`: how long ago each of them was, in ms, the oldest first; otherwise empty. */
  readonly agesMs: readonly number[]
}

export interface SavedFailures {
  /** Failures in a row. */
  consecutiveFailures: number
  /** Failures since it closed. */
  failures: number
  /** How long ago each failure of the window was, in ms. */
  failureAgesMs: number[]
}

export const OPTION = 'failureThreshold'
export const REASONS = {
  consecutiveFailures: ({ failures, threshold }: FailuresReasons['consecutiveFailures']) =>
    `${counted(failures, 'consecutive failure')} (threshold ${threshold})`,
  cumulativeFailures: ({ failures, threshold }: FailuresReasons['cumulativeFailures']) =>
    `${counted(failures, 'failure')} since it closed (threshold ${threshold})`,
  failuresInWindow: ({ failures, windowMs, threshold }: FailuresReasons['failuresInWindow']) =>
    `${counted(failures, 'failure')} within ${windowMs} ms (threshold ${threshold})`,
}

export function addSuccess(evidence: FailuresEvidence, policy: FailuresPolicy): void {
  evidence.consecutiveFailures = 0
  if (policy.failureWindowMs !== null && policy.counting === 'consecutive') clearTimes(evidence)
}

export function addFailure(evidence: FailuresEvidence, policy: FailuresPolicy, now: number): void {
  evidence.consecutiveFailures++
  evidence.failures++
  if (policy.failureWindowMs !== null) addTime(evidence, policy, now)
}

export function datesSuccesses(): boolean {
  return false
}

export function keepsSuccesses(): boolean {
  return false
}

export function fired(
  evidence: FailuresEvidence,
  policy: FailuresPolicy,
  now: number,
): FailuresReasons[keyof FailuresReasons] | null {
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

export function needs({ failureThreshold: threshold }: FailuresPolicy): Needs | null {
  if (threshold === null) return null
  return { mark: 'fail', marked: threshold, calls: threshold, where: OPTION, window: null }
}

export function report(evidence: FailuresEvidence, policy: FailuresPolicy, now: number): CountEvidence {
  const { failureThreshold: threshold, failureWindowMs: windowMs, counting } = policy
  const total = counting === 'cumulative' ? evidence.failures : evidence.consecutiveFailures
  const count = windowMs === null ? total : failuresInWindow(evidence, windowMs, now)
  return { count, threshold, windowMs, agesMs: agesOf(evidence, policy, now) }
}

export function save(evidence: FailuresEvidence, policy: FailuresPolicy, now: number): SavedFailures {
  const { consecutiveFailures, failures } = evidence
  return { consecutiveFailures, failures, failureAgesMs: agesOf(evidence, policy, now) }
}

export function restore(saved: SavedFailures, policy: FailuresPolicy, now: number): FailuresEvidence {
  const { consecutiveFailures, failures, failureAgesMs } = saved
  const times = failureAgesMs.map((age) => now - age)
  return { consecutiveFailures, failures, failureTimes: newestOf(times, policy), oldestFailure: 0 }
}

/** Failures that are newer than `windowMs`, at most `failureThreshold`. */
export function failuresInWindow(evidence: FailuresEvidence, windowMs: number, now: number): number {
  let failures = 0
  for (const at of evidence.failureTimes ?? []) if (now < at + windowMs) failures++
  return failures
}

/** How long ago the failures were that are still in the policy's `failureWindowMs`, oldest first; none without one. */
function agesOf(evidence: FailuresEvidence, { failureWindowMs }: FailuresPolicy, now: number): number[] {
  if (failureWindowMs === null) return []
  return (
    inOrder(evidence)
      // Never negative: an event may be dated by what was due before it.
      .map((at) => Math.max(0, now - at))
      .filter((age) => age < failureWindowMs)
  )
}

/** Failure times, oldest first. */
export function inOrder({ failureTimes, oldestFailure }: FailuresEvidence): number[] {
  if (failureTimes === null) return []
  return [...failureTimes.slice(oldestFailure), ...failureTimes.slice(0, oldestFailure)]
}

/** When the failures happened that both policies count, as the new one's ring. */
export function refitTimes(
  evidence: FailuresEvidence,
  { failureWindowMs }: FailuresPolicy,
  to: FailuresPolicy,
  now: number,
): number[] | null {
  if (failureWindowMs === null) return null
  const times = inOrder(evidence)
  // A policy that counts failures in a row ignores those before the last success.
  const first = to.counting === 'consecutive' ? times.length - evidence.consecutiveFailures : 0
  return newestOf(
    times.filter((at, index) => index >= first && now < at + failureWindowMs),
    to,
  )
}

/** Of these failure times, oldest first, what the policy's ring has room for. */
function newestOf(times: readonly number[], { failureWindowMs, failureThreshold }: FailuresPolicy): number[] | null {
  if (failureWindowMs === null || failureThreshold === null || times.length === 0) return null
  return times.slice(-failureThreshold)
}

function addTime(evidence: FailuresEvidence, policy: FailuresPolicy, now: number): void {
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

function clearTimes(evidence: FailuresEvidence): void {
  evidence.failureTimes = null
  evidence.oldestFailure = 0
}
