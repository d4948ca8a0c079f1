// CallContext: what a guarded function is given.

/** What a guarded function is given. */
export interface CallContext {
  /** Aborted by the call's `timeout` and by the caller's own `signal`. */
  readonly signal: AbortSignal
  /** The name of the breaker. */
  readonly endpoint: string
  /** Number of the stay in a state that the call was admitted in. */
  readonly generation: number
}

/** Without a timeout or a signal of the caller nothing aborts a call: it gets a signal of its own only when it looks. */
class SharedContext implements CallContext {
  readonly endpoint: string
  readonly generation: number
  constructor(endpoint: string, generation: number) {
    this.endpoint = endpoint
    this.generation = generation
    // Calls share it.
    Object.freeze(this)
  }
  get signal(): AbortSignal {
    return new AbortController().signal
  }
}

export function sharedContext(endpoint: string, generation: number): CallContext {
  return new SharedContext(endpoint, generation)
}
