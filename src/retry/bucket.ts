// Bucket: what the two kinds of budget have in common, and the part of it that one call gets.

/** The account of one call, with all its retries. */
export interface RetryMeter {
  /**
   * Reports that an attempt failed with this error and asks for another: `true` if the budget allows it, which is then
   * charged. Call it once for each failed attempt, after everything else says that a retry makes sense.
   */
  mayRetry(error: unknown): boolean
}

/** A meter, and how its call ended. */
export interface OpenMeter extends RetryMeter {
  succeed(): void
  /** Not called if no attempt was in progress: `mayRetry` got the failure of the last one. */
  fail(error: unknown): void
}

/** What the two kinds of budget have in common. */
export interface Bucket {
  open(): OpenMeter
  readonly tokens: number
}
