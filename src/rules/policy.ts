// Policy: the resolved, frozen rules of one breaker. Durations are milliseconds, rates are 0-1, `null` means "none".
// Written once by resolvePolicy (or by hand for the pure layer); read by every rule.

/** What a call came to: it returned a value, or it threw. Given to `isFailure` and `ignore`. */
export type Outcome =
  | { readonly value: unknown; readonly error?: undefined; readonly durationMs: number }
  | { readonly error: unknown; readonly value?: undefined; readonly durationMs: number }

/** Decides something about an outcome; must answer `true` or `false` at once. */
export type Classifier = (outcome: Outcome) => boolean

/** The last `calls` outcomes, or the outcomes of the last `timeMs` in `buckets` equal slices. */
export type WindowSize = { readonly calls: number } | { readonly timeMs: number; readonly buckets: number }

/** Opens when the share of failures reaches `threshold` and the window holds at least `minimumCalls`. */
export interface RateRule {
  readonly threshold: number
  readonly minimumCalls: number
  readonly window: WindowSize
}

/** As RateRule, over calls that took longer than `slowerThanMs`, whatever their outcome. */
export interface SlowRule extends RateRule {
  readonly slowerThanMs: number
}

/** The n-th opening in a row lasts `openTimeoutMs * factor^(n-1)`, at most `maxMs`, less a random share up to `jitter`. */
export interface Backoff {
  readonly factor: number
  readonly maxMs: number
  readonly jitter: number
}

/** The rules of one breaker, every default filled in. Made by `resolvePolicy`. */
export interface Policy {
  readonly failureThreshold: number | null
  readonly counting: 'consecutive' | 'cumulative'
  readonly failureWindowMs: number | null
  readonly failureRate: RateRule | null
  readonly slowCalls: SlowRule | null
  readonly openTimeoutMs: number
  readonly openTimeoutFrom: 'opened' | 'lastFailure'
  readonly backoff: Backoff | null
  readonly halfOpenMaxCalls: number
  readonly successThreshold: number
  readonly halfOpenFailureThreshold: number
  readonly probeTimeoutMs: number
  readonly timeoutMs: number | null
  readonly isFailure: Classifier | null
  readonly ignore: Classifier | null
  readonly latencySampling: number
  readonly captureStack: boolean
}

const DEFAULTS: Policy = Object.freeze({
  failureThreshold: 5,
  counting: 'consecutive',
  failureWindowMs: null,
  failureRate: null,
  slowCalls: null,
  openTimeoutMs: 30_000,
  openTimeoutFrom: 'opened',
  backoff: null,
  halfOpenMaxCalls: 1,
  successThreshold: 2,
  halfOpenFailureThreshold: 1,
  probeTimeoutMs: 30_000,
  timeoutMs: null,
  isFailure: null,
  ignore: null,
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
