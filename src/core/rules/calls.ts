// Calls: how many calls came and what they came to, since the breaker was made. Counted by the row and the pure layer.

/** How many calls came and what they came to, since the breaker was made. */
export interface Calls {
  /** Admitted, probes included. */
  allowed: number
  /** Not admitted. */
  rejected: number
  /** Ended as successes, reports without a permit included. */
  succeeded: number
  /** Ended as failures: errors, timeouts, what `isFailure` says, reports without a permit. A lease that ends is none. */
  failed: number
  /** Counted neither way: called off by their own signal, permits given back, what `ignore` says. */
  ignored: number
  /** Outcomes whose permit was of an earlier generation, or had lost its lease; counted nowhere else. */
  late: number
  /** Calls slower than `slowCalls.slowerThan`, whether they succeeded or failed; 0 without that rule. */
  slow: number
}

export function newCalls(): Calls {
  return { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0, slow: 0 }
}
