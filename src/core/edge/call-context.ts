// CallContext: what a guarded function is given; and may hand to calls inside it.

/** What a guarded function is given. */
export interface CallContext {
  /** Aborted by the call's `timeout`, by the caller's own `signal`, and for a probe by the policy's `probeTimeout`. */
  readonly signal: AbortSignal
  /** The name of the breaker. */
  readonly endpoint: string
  /** Number of the generation in a state that the call was admitted in. */
  readonly generation: number
  /** Whether the call is a probe: its outcome decides whether the breaker closes. */
  readonly probe: boolean
}
