// Policies small enough that their paths are few: each shows one family of rules.
import type { PolicyOptions } from '../../src/index.ts'

const short: PolicyOptions = { openTimeout: 1_000, probeTimeout: 400 }

/** Two failures in a row open it, two successes of a probe each close it. */
export const plain: PolicyOptions = { ...short, failureThreshold: 2, successThreshold: 2 }

/** Two probes at once, two failures of which reopen it. */
export const twoProbes: PolicyOptions = {
  ...short,
  failureThreshold: 1,
  halfOpenMaxCalls: 2,
  successThreshold: 3,
  halfOpenFailureThreshold: 2,
}

/** One call of two is admitted in the first half of a second, three of four in the other. */
export const ramp: PolicyOptions = {
  ...short,
  failureThreshold: 1,
  successThreshold: 1,
  recoveryRamp: { duration: 1_000, from: 0.5, steps: 2 },
}

export const cumulative: PolicyOptions = { ...short, failureThreshold: 2, counting: 'cumulative', successThreshold: 1 }

export const backoff: PolicyOptions = {
  ...short,
  failureThreshold: 1,
  successThreshold: 1,
  backoff: { factor: 2, max: 4_000 },
}

export const failureWindow: PolicyOptions = { ...short, failureThreshold: 2, failureWindow: 500, successThreshold: 1 }

/** One call of two slower than 100 ms opens it. */
export const slowCalls: PolicyOptions = {
  ...short,
  failureThreshold: null,
  slowCalls: { slowerThan: 100, threshold: 0.5, minimumCalls: 2, window: { calls: 2 } },
  successThreshold: 1,
}

export const rateOfCalls: PolicyOptions = {
  ...short,
  failureThreshold: null,
  successThreshold: 1,
  failureRate: { threshold: 0.5, minimumCalls: 2, window: { calls: 3 } },
}

export const rateOverTime: PolicyOptions = {
  ...short,
  failureThreshold: null,
  successThreshold: 1,
  failureRate: { threshold: 0.5, minimumCalls: 2, window: { time: 600, buckets: 3 } },
}

export const fromLastFailure: PolicyOptions = {
  ...short,
  failureThreshold: 1,
  successThreshold: 1,
  openTimeoutFrom: 'lastFailure',
}
