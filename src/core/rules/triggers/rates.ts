// Rates: what the triggers that judge a window of calls have in common.
import type { WindowSize } from '../buckets.ts'
import {
  bucketsOf,
  copyWindow,
  expire,
  isSameSize,
  newWindow,
  phaseMsOf,
  resizeWindow,
  type SlidingWindow,
  windowOf,
} from '../window.ts'
import type { Needs } from './trigger.ts'

/** Opens when the share of failures reaches `threshold` and the window holds at least `minimumCalls`. */
export interface RateRule {
  /** A share above 0 and at most 1. */
  readonly threshold: number
  /** With fewer calls it never opens. */
  readonly minimumCalls: number
  /** The calls over which the share is taken. */
  readonly window: WindowSize
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

/** What a reason says about a rate. */
export interface RateFigures {
  readonly rate: number
  readonly threshold: number
  readonly calls: number
}

/** A window in a snapshot: [calls, marked] of each bucket, the oldest first. */
export interface SavedWindow {
  size: WindowSize
  buckets: [calls: number, marked: number][]
  /** How far a window of time was into its round of buckets. Absent in older snapshots. */
  phaseMs?: number | undefined
}

/** Any rule over a window. */
interface Windowed {
  readonly window: WindowSize
}

export function windowFor(rule: Windowed | null, now: number): SlidingWindow | null {
  return rule && newWindow(rule.window, now)
}

export function copyOf(window: SlidingWindow | null): SlidingWindow | null {
  return window && copyWindow(window)
}

/** The window under another rule: what it holds by now, as far as that has room for it. */
export function refitWindow(
  window: SlidingWindow | null,
  from: Windowed | null,
  to: Windowed | null,
  now: number,
): SlidingWindow | null {
  return window && from && to ? resizeWindow(window, from.window, to.window, now) : windowFor(to, now)
}

export function expireWindow(window: SlidingWindow | null, rule: Windowed | null, now: number): void {
  if (window && rule) expire(window, rule.window, now)
}

/** The figures of a rate that has reached its threshold; `null`: it has not, or there is no rule. */
export function reachedRate(window: SlidingWindow | null, rule: RateRule | null): RateFigures | null {
  if (rule === null || window === null) return null
  const { threshold, minimumCalls } = rule
  const { marked, calls } = window
  // Most windows hold no marked call: asked first, it spares a healthy call the rest. The quotient is the double nearest
  // to the rate, as the threshold is to what was written: equal where the two are, which no product would be.
  const isReached = marked > 0 && calls >= minimumCalls && marked / calls >= threshold
  return isReached ? { rate: marked / calls, threshold, calls } : null
}

export function rateNeeds(option: string, mark: Needs['mark'], rule: RateRule | null): Needs | null {
  if (rule === null) return null
  const { threshold, minimumCalls: calls, window } = rule
  // 7 of 100 reach 0.07, and 0.07 * 100 is a little more than 7.
  const marked = Math.ceil(Number((threshold * calls).toPrecision(12)))
  return { mark, marked, calls, where: `${option}.minimumCalls`, window }
}

export function rateReport(window: SlidingWindow | null, rule: RateRule | null, now: number): RateEvidence | null {
  if (window === null || rule === null) return null
  const buckets = bucketsOf(window, rule.window, now).map(([calls, marked]) => ({ calls, marked }))
  const { calls, marked } = window
  const { threshold, minimumCalls, window: size } = rule
  return { calls, marked, rate: calls === 0 ? null : marked / calls, threshold, minimumCalls, window: size, buckets }
}

export function saveWindow(window: SlidingWindow | null, rule: Windowed | null, now: number): SavedWindow | null {
  if (window === null || rule === null) return null
  const buckets = bucketsOf(window, rule.window, now)
  const phaseMs = phaseMsOf(window, rule.window, now)
  return { size: { ...rule.window }, buckets, ...(phaseMs !== undefined && { phaseMs }) }
}

/** Buckets of another size are no evidence under this rule. */
export function restoreWindow(saved: SavedWindow | null, rule: Windowed | null, now: number): SlidingWindow | null {
  if (saved === null || rule === null || !isSameSize(saved.size, rule.window)) return windowFor(rule, now)
  return windowOf(saved.buckets, rule.window, now, saved.phaseMs)
}
