// CallContext: what a guarded function receives, and may pass to calls inside it.

/** What a guarded function receives. */
export interface CallContext {
  /** Aborted by the call's `timeout`, by your own `signal`, and for a probe by the policy's `probeTimeout`. */
  readonly signal: AbortSignal
  /** The name of the breaker. */
  readonly endpoint: string
  /** The number of the generation in which the call was admitted. */
  readonly generation: number
  /** Whether the call is a probe: its outcome decides whether the breaker closes. */
  readonly probe: boolean
}
