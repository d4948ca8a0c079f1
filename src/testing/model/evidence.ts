// Evidence: what a closed breaker of the model remembers of its calls, and what time does to it. Asked by the steps, to
// tell states apart and to know when something changes, and by the runs, to know when all of it is gone.

import { type Evidence, inOrder } from '../../core/rules/evidence.ts'
import type { Policy, RateRule, WindowSize } from '../../core/rules/policy.ts'
import { bucketsOf, copyWindow, type SlidingWindow } from '../../core/rules/window.ts'

type TimeSize = Extract<WindowSize, { readonly timeMs: number }>

/** A window in use, with its rule. */
interface Watched {
  readonly window: SlidingWindow
  readonly rule: RateRule
}

/** What of the evidence this policy will ever look at. Without `phase`, when the buckets of a window end is left out. */
export function evidenceKey(evidence: Evidence, policy: Policy, now: number, phase = true): unknown {
  const counted = policy.counting === 'cumulative' ? evidence.failures : evidence.consecutiveFailures
  const failures = policy.failureWindowMs === null ? counted : agesWithin(evidence, policy.failureWindowMs, now)
  const windows = watched(evidence, policy).map(({ window, rule }) => {
    const copy = copyWindow(window)
    const buckets = bucketsOf(copy, rule.window, now)
    return [buckets, phase && 'timeMs' in rule.window ? copy.endsAt - now : 0]
  })
  return [policy.failureThreshold === null ? 0 : failures, windows]
}

/** Whether there is none. */
export function isFresh(evidence: Evidence, policy: Policy, now: number): boolean {
  const { failureThreshold, failureWindowMs, counting } = policy
  const counted = counting === 'cumulative' ? evidence.failures : evidence.consecutiveFailures
  const failures = failureWindowMs === null ? counted : agesWithin(evidence, failureWindowMs, now).length
  if (failureThreshold !== null && failures > 0) return false
  return watched(evidence, policy).every(({ window, rule }) => held(window, rule, now).calls === 0)
}

/** When the next piece of evidence grows too old; `undefined` when there is none that time alone can end. */
export function endOfOldest(evidence: Evidence, policy: Policy, now: number): number | undefined {
  const times = endsAfter(evidence, policy, now)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** When the last of them has. */
export function endOfAll(evidence: Evidence, policy: Policy, now: number): number | undefined {
  const times = endsAfter(evidence, policy, now)
  return times.length === 0 ? undefined : Math.max(...times)
}

/** A window of time has no end of calls while time stands still: a few more than its minimum show all it can do. */
export function holdsEnough(evidence: Evidence, policy: Policy, now: number, callsInFlight: number): boolean {
  return watched(evidence, policy).some(
    ({ window, rule }) => 'timeMs' in rule.window && held(window, rule, now).calls + callsInFlight > rule.minimumCalls,
  )
}

/** A failure that is too old is as good as none: the trigger asks for as many recent ones as its threshold. */
function agesWithin(evidence: Evidence, windowMs: number, now: number): number[] {
  return inOrder(evidence)
    .map((at) => now - at)
    .filter((age) => age < windowMs)
}

function endsAfter(evidence: Evidence, policy: Policy, now: number): number[] {
  const { failureWindowMs } = policy
  const failures = failureWindowMs === null ? [] : inOrder(evidence).map((at) => at + failureWindowMs)
  const buckets = watched(evidence, policy).flatMap(({ window, rule }) =>
    'timeMs' in rule.window ? endsOfBuckets(window, rule.window) : [],
  )
  return [...failures, ...buckets].filter((at) => at > now)
}

/** When each bucket that holds a call leaves the window. */
function endsOfBuckets(window: SlidingWindow, { timeMs, buckets }: TimeSize): number[] {
  return Array.from({ length: buckets }, (_, back) => back)
    .filter((back) => window.counts[(window.ringIndex - back + buckets) % buckets] !== 0)
    .map((back) => window.endsAt + ((buckets - 1 - back) * timeMs) / buckets)
}

function held(window: SlidingWindow, rule: RateRule, now: number): SlidingWindow {
  const copy = copyWindow(window)
  bucketsOf(copy, rule.window, now)
  return copy
}

function watched(evidence: Evidence, { failureRate, slowCalls }: Policy): Watched[] {
  const found: Watched[] = []
  if (evidence.failureRate !== null && failureRate !== null)
    found.push({ window: evidence.failureRate, rule: failureRate })
  if (evidence.slowCalls !== null && slowCalls !== null) found.push({ window: evidence.slowCalls, rule: slowCalls })
  return found
}
