// PolicyOptions: a policy as users write it. Everything is optional; the documentation of each option is here.
// Kept equal to what the schema checks by test/types.
import type { Classifier, OutcomeRules } from '../rules/policy.ts'
import type { Duration } from './duration.ts'

/** The last `calls` calls: the same evidence at night and at noon. */
export interface CallWindowOptions {
  /** How many calls, from 1 to 100,000. */
  readonly calls: number
  readonly time?: undefined
  readonly buckets?: undefined
}

/** The calls of the last `time`: evidence that grows old by itself. */
export interface TimeWindowOptions {
  /** How long a call counts. At least 1 ms for each bucket. */
  readonly time: Duration
  /**
   * In how many equal buckets calls leave the window, from 1 to 100,000. Default 10. More make it smoother; each takes
   * 16 bytes.
   */
  readonly buckets?: number | undefined
  readonly calls?: undefined
}

/** Which calls a rate is taken over: `{ calls: 100 }` or `{ time: '1m', buckets: 10 }`. */
export type WindowOptions = CallWindowOptions | TimeWindowOptions

/** Opens when the share of failures in the window reaches the threshold. */
export interface FailureRateOptions {
  /** The share of failures that opens, above 0 and at most 1: 0.5 is half of the calls. */
  readonly threshold: number
  /** Fewer calls than this prove nothing. Default 10, or as many as the window holds. */
  readonly minimumCalls?: number | undefined
  /** The calls over which the share is taken. */
  readonly window: WindowOptions
}

/** Opens when the share of slow calls in the window reaches the threshold, whatever their outcome. */
export interface SlowCallsOptions extends FailureRateOptions {
  /** A call that takes longer is slow. */
  readonly slowerThan: Duration
}

/** Lets the open time grow from opening to opening, until the breaker has closed. */
export interface BackoffOptions {
  /** What the open time is multiplied by from each opening to the next, at least 1. Default 2. */
  readonly factor?: number | undefined
  /** The longest open time; at least `openTimeout`. */
  readonly max: Duration
  /**
   * A share from 0 to 1 by which an open time may be shorter at random. Default 0. Above 0 it keeps many processes
   * from probing a recovering service in the same instant.
   */
  readonly jitter?: number | undefined
}

/** Lets traffic come back little by little after half-open. */
export interface RecoveryRampOptions {
  /** How long it takes until every call is admitted again; above 0. */
  readonly duration: Duration
  /** The share of calls that is admitted at the start, above 0 and at most 1. Default 0.1: every tenth call. */
  readonly from?: number | undefined
  /** In how many equal steps the share grows, at least 1. Default: steadily, with each ms. */
  readonly steps?: number | undefined
}

/**
 * A policy as users write it. Everything is optional; what is left out comes from the policy it is given over (the
 * registry's for that name, or the defaults). `null` means "none". Durations are milliseconds or strings such as `'30s'`.
 */
export interface PolicyOptions {
  /**
   * How many failures open the breaker, at least 1; at most 100,000 beside `failureWindow`. Default 5. Lower it where a
   * failure is costly or calls are rare; `null` where only a rate shall open.
   */
  readonly failureThreshold?: number | null | undefined
  /**
   * `'consecutive'` (default): a success clears the count of failures. `'cumulative'`: nothing does until the breaker
   * closes again; for endpoints that are expected never to fail.
   */
  readonly counting?: 'consecutive' | 'cumulative' | undefined
  /** Only failures this recent count for `failureThreshold`. Default none: however old. Set it where calls are rare. */
  readonly failureWindow?: Duration | null | undefined
  /** Opens by the share of failures, too. Default none. For busy endpoints, where a few failures in a row are noise. */
  readonly failureRate?: FailureRateOptions | null | undefined
  /**
   * Opens by the share of slow calls, too. Default none. For services that get slow before they fail, or hang: a call counts
   * as soon as it is slow, before it ends.
   */
  readonly slowCalls?: SlowCallsOptions | null | undefined
  /** How long it stays open before it probes. Default `'30s'`. As long as the service usually takes to recover. */
  readonly openTimeout?: Duration | undefined
  /** Whether the open time runs from the opening (default) or from the last failure that was reported since. */
  readonly openTimeoutFrom?: 'opened' | 'lastFailure' | undefined
  /** Lets the open time grow while probes fail. Default none. For outages that last. */
  readonly backoff?: BackoffOptions | null | undefined
  /**
   * Who probes while half-open: calls that are admitted for it (`'calls'`, the default), or nobody but who reports with
   * `recordSuccess` and `recordFailure`, as a health check does (`'reports'`): then no call is risked, none is admitted
   * while half-open, and without reports it stays half-open.
   */
  readonly probes?: 'calls' | 'reports' | undefined
  /** How many probes may be in flight at a time while half-open, at least 1. Default 1. */
  readonly halfOpenMaxCalls?: number | undefined
  /** How many probes must succeed to close, at least 1. Default 2. */
  readonly successThreshold?: number | undefined
  /** How many probes must fail to open again, at least 1. Default 1. */
  readonly halfOpenFailureThreshold?: number | undefined
  /**
   * When enough probes have succeeded, it does not close at once, but admits a share of calls that grows from `from` to all
   * of them, and then closes; `halfOpenFailureThreshold` failures on the way open it again. Its state is `'halfOpen'`
   * until then, since it does not admit every call. Default none. For services that a sudden return of all callers would
   * bring down again. (Envoy and load balancers call it slow start.)
   */
  readonly recoveryRamp?: RecoveryRampOptions | null | undefined
  /** A probe that has not reported after this time loses its permit and has failed. Default `'30s'`. */
  readonly probeTimeout?: Duration | undefined
  /**
   * How long a call may take before it fails with CallTimeoutError and its signal is aborted. Default none. Set it
   * wherever the function has no limit of its own: but for `slowCalls`, a call that hangs is no evidence before it ends.
   */
  readonly timeout?: Duration | null | undefined
  /**
   * How many calls may be in flight at a time, at least 1; a permit counts until its first report. Default none. Set it
   * where an endpoint that hangs must not take all of what calls share: sockets, memory, a pool. Set a `timeout` beside it: a
   * call that hangs keeps its slot.
   */
  readonly maxConcurrent?: number | null | undefined
  /**
   * How many calls may wait, first come first served, for one of `maxConcurrent` to end; the others are rejected with
   * ConcurrencyLimitError. Default 0. Few: a long queue is a slow answer.
   */
  readonly maxQueued?: number | undefined
  /**
   * What is a failure. Default, and wherever it answers `undefined`: what throws or rejects.
   *
   * ```ts
   * isFailure: { value: (response: Response) => response.status >= 500 }   // errors fail as usual
   * isFailure: { error: (error) => !(error instanceof NotFound) }          // values succeed as usual
   * isFailure: (outcome) => ('error' in outcome ? undefined : outcome.durationMs > 5_000)
   * ```
   */
  readonly isFailure?: Classifier | OutcomeRules | null | undefined
  /**
   * What counts neither way and gives the permit back; asked before `isFailure`. Default, and wherever it answers
   * `undefined`: nothing. A call that its own `signal` called off is always ignored.
   */
  readonly ignore?: Classifier | OutcomeRules | null | undefined
  /**
   * What a refusal of a breaker inside the call counts as: its rejection (`BREAKER_OPEN`), a full bulkhead (`CONCURRENCY_LIMIT`), a
   * mistake in how it was called (`INVALID_ARGUMENT`), a registry that is closed or full. `'ignore'` (default): neither way, for the
   * call was not made, and proves nothing. `'judge'`: as any other error, by `ignore` and `isFailure`. What this breaker itself
   * refuses is never counted.
   */
  readonly refusals?: 'ignore' | 'judge' | undefined
  /** Every n-th call is timed for `stats().latency`: 1 every call, 0 none. Default 16. Lower costs two clock reads more often. */
  readonly latencySampling?: number | undefined
  /**
   * Whether a BreakerOpenError is a native Error with a stack. Default `false`: a rejection then costs a few µs less.
   * `true` to find out who calls.
   */
  readonly captureStack?: boolean | undefined
}
