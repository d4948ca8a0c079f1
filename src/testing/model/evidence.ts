// Evidence: what a closed breaker of the model remembers of its calls, and what time does to it. Asked by the steps, to
// tell states apart and to know when something changes, and by the runs, to know when all of it is gone.

import type { WindowSize } from '../../core/rules/buckets.ts'
import type { Policy } from '../../core/rules/policy.ts'
import { inOrder } from '../../core/rules/triggers/failures.ts'
import { type Evidence, TRIGGERS } from '../../core/rules/triggers/index.ts'
import { bucketsOf, copyWindow, type SlidingWindow } from '../../core/rules/window.ts'

type TimeSize = Extract<WindowSize, { readonly timeMs: number }>

/** A window in use: how large it is, and how many calls have to be in it. */
interface Watched {
  readonly window: SlidingWindow
  readonly size: WindowSize
  readonly minimumCalls: number
}

/** What of the evidence this policy will ever look at. Without `phase`, when the buckets of a window end is left out. */
export function evidenceKey(evidence: Evidence, policy: Policy, now: number, phase = true): unknown {
  const counted = policy.counting === 'cumulative' ? evidence.failures : evidence.consecutiveFailures
  const failures = policy.failureWindowMs === null ? counted : agesWithin(evidence, policy.failureWindowMs, now)
  const windows = watched(evidence, policy).map(({ window, size }) => {
    const copy = copyWindow(window)
    const buckets = bucketsOf(copy, size, now)
    return [buckets, phase && 'timeMs' in size ? copy.endsAt - now : 0]
  })
  return [policy.failureThreshold === null ? 0 : failures, windows]
}

/** Whether there is none. */
export function isFresh(evidence: Evidence, policy: Policy, now: number): boolean {
  const { failureThreshold, failureWindowMs, counting } = policy
  const counted = counting === 'cumulative' ? evidence.failures : evidence.consecutiveFailures
  const failures = failureWindowMs === null ? counted : agesWithin(evidence, failureWindowMs, now).length
  if (failureThreshold !== null && failures > 0) return false
  return watched(evidence, policy).every(({ window, size }) => held(window, size, now).calls === 0)
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
    ({ window, size, minimumCalls }) =>
      'timeMs' in size && held(window, size, now).calls + callsInFlight > minimumCalls,
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
  const buckets = watched(evidence, policy).flatMap(({ window, size }) =>
    'timeMs' in size ? endsOfBuckets(window, size) : [],
  )
  return [...failures, ...buckets].filter((at) => at > now)
}

/** When each bucket that holds a call leaves the window. */
function endsOfBuckets(window: SlidingWindow, { timeMs, buckets }: TimeSize): number[] {
  return Array.from({ length: buckets }, (_, back) => back)
    .filter((back) => window.counts[(window.ringIndex - back + buckets) % buckets] !== 0)
    .map((back) => window.endsAt + ((buckets - 1 - back) * timeMs) / buckets)
}

function held(window: SlidingWindow, size: WindowSize, now: number): SlidingWindow {
  const copy = copyWindow(window)
  bucketsOf(copy, size, now)
  return copy
}

function watched(evidence: Evidence, policy: Policy): Watched[] {
  return Object.values(TRIGGERS).flatMap((trigger) => {
    const window = trigger.windowIn?.(evidence) ?? null
    const needs = trigger.needs(policy)
    if (window === null || needs === null || needs.window === null) return []
    return [{ window, size: needs.window, minimumCalls: needs.calls }]
  })
}
