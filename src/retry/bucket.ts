// Bucket: what the two kinds of budget have in common, and what of it one call is handed.

/** The books of one call, with all its retries. */
export interface RetryMeter {
  /**
   * Tells that an attempt failed with this error and asks for another: `true` if the budget allows it, and has been charged.
   * Ask once for each failed attempt, when everything else is in favour of a retry.
   */
  mayRetry(error: unknown): boolean
}

/** A meter, and how its call ended. */
export interface OpenMeter extends RetryMeter {
  succeed(): void
  /** Not asked for where no attempt was under way: the failure of the last one was told by `mayRetry`. */
  fail(error: unknown): void
}

/** What the two kinds of budget have in common. */
export interface Bucket {
  open(): OpenMeter
  readonly tokens: number
}
