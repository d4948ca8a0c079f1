// Trigger: a rule that opens, as cockatiel's IBreaker is one: outcomes are added to its evidence, and it says whether it fires. A module
// each, of functions on the evidence and the policy, so that a closed call allocates nothing; ./index.ts has the table of them.
import type { WindowSize } from '../buckets.ts'
import type { SlidingWindow } from '../window.ts'

/** The fewest calls that make a trigger fire. */
export interface Needs {
  /** Calls that count against the endpoint: failures, or slow ones. */
  readonly mark: 'fail' | 'slow'
  /** So many of them ... */
  readonly marked: number
  /** ... among so many calls. */
  readonly calls: number
  /** Where the policy says how many calls, for messages. */
  readonly where: string
  /** The window that they are kept in; `null` if they are counted only. */
  readonly window: WindowSize | null
}

/**
 * `Kept` is its part of the evidence, changed in place; `Rules` its part of a policy, `Told` its part of a report, `Saved` of a
 * snapshot. Times and durations are ms of one clock; `isSlow` says that the call has counted as slow while it was in flight.
 */
export interface Trigger<Kept, Rules, Why, Told, Saved> {
  /** The option that turns it on. */
  readonly OPTION: keyof Rules
  /** Each of its reasons in words, by type. */
  readonly REASONS: { readonly [T in keyof Why]?: (reason: Why[T]) => string }

  addSuccess(evidence: Kept, policy: Rules, now: number, durationMs: number, isSlow: boolean): void
  addFailure(evidence: Kept, policy: Rules, now: number, durationMs: number, isSlow: boolean): void
  /** A call that is still in flight has become slow. Absent: that is neither way. */
  addSlow?(evidence: Kept, policy: Rules, now: number): void
  /** Whether a success has to be dated, since it goes into a window of time. */
  datesSuccesses(policy: Rules): boolean
  /** Whether a success is kept, and may make it fire. If not, it is judged after failures only. */
  keepsSuccesses(policy: Rules): boolean
  /** Whether the duration of a call is evidence. Absent: it is not. */
  timesCalls?(policy: Rules): boolean
  /** Why it fires, at the time of an addition; `null`: it does not, or the policy has it off. */
  fired(evidence: Kept, policy: Rules, now: number): Why[keyof Why] | null

  /** What it takes to fire; `null`: the policy has it off. */
  needs(policy: Rules): Needs | null
  /** Its window. Absent: it has none. */
  windowIn?(evidence: Kept): SlidingWindow | null
  /** Forgets what is too old by now. Absent: whoever reads leaves it out. */
  expire?(evidence: Kept, policy: Rules, now: number): void
  /** What it holds by now, for who draws it. */
  report(evidence: Kept, policy: Rules, now: number): Told
  /** As JSON, with ages instead of times. */
  save(evidence: Kept, policy: Rules, now: number): Partial<Saved>
  /** The inverse; what was saved under another rule is no evidence under this one. */
  restore(saved: Saved, policy: Rules, now: number): Partial<Kept>
}
