// Calls: how many calls came and how they ended, since the breaker was made. Counted by the row and the pure layer.

/** How many calls came and how they ended, since the breaker was made. */
export interface Calls {
  /** Admitted, probes included. */
  allowed: number
  /** Not admitted. */
  rejected: number
  /** Ended as successes, including reports without a permit. */
  succeeded: number
  /**
   * Ended as failures: errors, timeouts, what `isFailure` decides, reports without a permit. A lease that ends is not
   * counted here.
   */
  failed: number
  /** Counted neither way: cancelled by their own signal, permits returned, what `ignore` decides. */
  ignored: number
  /** Outcomes whose permit was of an earlier generation, or had lost its lease; counted nowhere else. */
  late: number
  /** Calls slower than `slowCalls.slowerThan`, whether they succeeded or failed; 0 without that rule. */
  slow: number
}

export function newCalls(): Calls {
  return { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0, slow: 0 }
}
