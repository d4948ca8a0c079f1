// Policy: the resolved, frozen rules of one breaker. Durations are milliseconds, rates are 0-1, `null` means "none".
// Written once by resolvePolicy (or by hand for the pure layer); read by every rule.
import { TRIGGER_DEFAULTS, type TriggerPolicy } from './triggers/index.ts'

/**
 * The outcome of a call: `{ value, durationMs }` or `{ error, durationMs }`. `'error' in outcome` says which, even if
 * `undefined` was thrown. `durationMs` is NaN if it was not measured (a failure reported without a duration).
 */
export type Outcome =
  | { readonly value: unknown; readonly error?: undefined; readonly durationMs: number }
  | { readonly error: unknown; readonly value?: undefined; readonly durationMs: number }

/**
 * Decides something about an outcome: `true`, `false`, or `undefined` for "as usual". It must answer at once, not with a
 * promise. An error is an outcome, too: for a classifier that looks only at the value, use OutcomeRules.
 */
export type Classifier = (outcome: Outcome) => boolean | undefined

/** The type of a method, so that the parameter may be of the type that the calls are known to return. */
type OutcomeRule = { judge(what: unknown, durationMs: number): boolean | undefined }['judge']

/**
 * Separate rules for values and for errors. If a rule answers `undefined`, or there is no rule, the outcome is judged as
 * usual: so a rule for values need not handle errors. The rules are called without their object, and must not need `this`.
 */
export interface OutcomeRules {
  /** Judges a call that returned, by its value and its length in ms. */
  readonly value?: OutcomeRule | undefined
  /** Judges a call that threw or rejected, by its error and its length in ms. */
  readonly error?: OutcomeRule | undefined
}

/** The answer of the rule for this outcome, unchecked: `undefined` if there is none. Throws what the rule throws. */
export function answerOf(classifier: Classifier | OutcomeRules, outcome: Outcome): unknown {
  if (typeof classifier === 'function') return classifier(outcome)
  const { value, error } = classifier
  return 'error' in outcome ? error?.(outcome.error, outcome.durationMs) : value?.(outcome.value, outcome.durationMs)
}

/** The n-th opening in a row lasts `openTimeoutMs * factor^(n-1)`, at most `maxMs`, less a random share up to `jitter`. */
export interface Backoff {
  /** At least 1. */
  readonly factor: number
  /** In ms, at least `openTimeoutMs`. */
  readonly maxMs: number
  /** 0-1. */
  readonly jitter: number
}

/** After half-open, a growing share of the calls, from `from` to 1 within `durationMs`, is admitted before it closes. */
export interface RecoveryRamp {
  /** In ms, above 0. */
  readonly durationMs: number
  /** The share at the start, above 0 and at most 1. */
  readonly from: number
  /** In how many equal steps it grows; `null`: continuously. */
  readonly steps: number | null
}

/**
 * The rules of one breaker, every default filled in, frozen; durations in ms, shares 0-1, `null` for none. Made by
 * `resolvePolicy` from PolicyOptions, which explains each rule.
 */
export interface Policy extends TriggerPolicy {
  /** In ms. Default 30,000. */
  readonly openTimeoutMs: number
  /** Where the open time begins. Default `'opened'`. */
  readonly openTimeoutFrom: 'opened' | 'lastFailure'
  /** Default `null`: each opening lasts as long as the first. */
  readonly backoff: Backoff | null
  /** Who probes while half-open. Default `'calls'`. */
  readonly probes: 'calls' | 'reports'
  /** Probes in flight at a time while half-open. Default 1. */
  readonly halfOpenMaxCalls: number
  /** Successes that close from half-open. Default 2. */
  readonly successThreshold: number
  /** Failures that open again from half-open. Default 1. */
  readonly halfOpenFailureThreshold: number
  /** Default `null`: it closes as soon as enough probes have succeeded. */
  readonly recoveryRamp: RecoveryRamp | null
  /** In ms: how long a probe may keep its permit. Default 30,000. */
  readonly probeTimeoutMs: number
  /** In ms, of each call. Default `null`: as long as it takes. */
  readonly timeoutMs: number | null
  /** Calls in flight at a time. The pure layer ignores it. Default `null`: any number. */
  readonly maxConcurrent: number | null
  /** Calls that may wait for one of them to end. Default 0. */
  readonly maxQueued: number
  /** Default `null`: a call that throws failed, a call that returns succeeded. */
  readonly isFailure: Classifier | OutcomeRules | null
  /** Default `null`: only a call that its own signal cancelled is ignored. */
  readonly ignore: Classifier | OutcomeRules | null
  /** How errors of a breaker inside the call count: `'ignore'` (default), neither way; `'judge'`, as any other error. */
  readonly refusals: 'ignore' | 'judge'
  /** Every n-th call is timed for `stats().latency`; 0: none. Default 16. */
  readonly latencySampling: number
  /** Whether a BreakerOpenError has a stack. Default `false`. */
  readonly captureStack: boolean
}

const DEFAULTS: Policy = Object.freeze({
  ...TRIGGER_DEFAULTS,
  openTimeoutMs: 30_000,
  openTimeoutFrom: 'opened',
  backoff: null,
  probes: 'calls',
  halfOpenMaxCalls: 1,
  successThreshold: 2,
  halfOpenFailureThreshold: 1,
  recoveryRamp: null,
  probeTimeoutMs: 30_000,
  timeoutMs: null,
  maxConcurrent: null,
  maxQueued: 0,
  isFailure: null,
  ignore: null,
  refusals: 'ignore',
  latencySampling: 16,
  captureStack: false,
})

/**
 * The default policy: opens after 5 consecutive failures, waits 30 s, probes one call at a time, closes after 2
 * successes (distribute's `default_policy`).
 */
export function defaultPolicy(): Policy {
  return DEFAULTS
}
