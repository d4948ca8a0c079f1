// BreakerContext: what an actor of breaker.machine.ts is started with, and what it knows.
import type * as rules from '../src/core/rules/decide.ts'
import type { Policy } from '../src/core/rules/policy.ts'
import type { BreakerState } from '../src/core/rules/states.ts'

/** What an actor of `breakerMachine` is started with. */
export interface BreakerInput {
  /** As `resolvePolicy` makes it. */
  readonly policy: Policy
  /** Chooses the jitter of the backoff: a whole number of at least 0. */
  readonly seed: number
  /** Now, in ms of the clock that the actor's events are dated by. */
  readonly at: number
  /** The generation to take up; without it the breaker starts closed. */
  readonly restored?: {
    /** Which of the five. */
    readonly state: BreakerState
    /** What was decided about it: generation, deadline, probes, evidence. */
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
  /** What it has decided about its generation: generation, deadline, probes, evidence. */
  readonly data: rules.BreakerData
  /** The state it was started in. */
  readonly startIn: BreakerState
}
