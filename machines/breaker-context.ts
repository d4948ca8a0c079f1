// BreakerContext: the input of an actor of breaker.machine.ts, and what it knows.
import type * as rules from '../src/core/rules/decide.ts'
import type { Policy } from '../src/core/rules/policy.ts'
import type { BreakerState } from '../src/core/rules/states.ts'

/** The input of an actor of `breakerMachine`. */
export interface BreakerInput {
  /** As `resolvePolicy` makes it. */
  readonly policy: Policy
  /** Chooses the jitter of the backoff: a whole number of at least 0. */
  readonly seed: number
  /** The current time in ms, by the clock that dates the actor's events. */
  readonly at: number
  /** The generation to continue. Default: the breaker starts closed. */
  readonly restored?: {
    /** Its state, one of the five. */
    readonly state: BreakerState
    /** What was decided: generation, deadline, probes, evidence. */
    readonly data: rules.BreakerData
  }
}

/** All that a breaker knows, besides the state of its statechart. */
export interface BreakerContext {
  /** The policy in force; the event `configure` replaces it. */
  readonly policy: Policy
  /** Chooses the jitter of the backoff. */
  readonly seed: number
  /** When the last decision was made, in ms of the registry's clock. */
  readonly at: number
  /** What was decided about this generation: its number, deadline, probes, evidence. */
  readonly data: rules.BreakerData
  /** The state it was started in. */
  readonly startIn: BreakerState
}
