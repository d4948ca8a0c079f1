// Events: what a registry tells its listeners.

import type { Policy } from '../rules/policy.ts'
import type { Reason } from '../rules/reasons.ts'
import type { BreakerState } from '../rules/states.ts'

/** What `registry.on` tells, by name. Events are frozen, and told after the actors have settled. */
export interface RegistryEvents {
  /**
   * A breaker changed its state; or began it anew: tripped while open (`open` to `open`), reset while closed (`closed` to
   * `closed`).
   */
  transition: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The state it was in. */
    readonly from: BreakerState
    /** The state it is in now. */
    readonly to: BreakerState
    /** Of the generation that has begun. */
    readonly generation: number
    /** Why, with the figures that decided; `describeReason(reason)` says it in words. */
    readonly reason: Reason
    /**
     * When it happened, in milliseconds of the registry's clock. That is monotonic, and no date: the difference of two is a
     * duration. After a stall it is when the change was due, not when it was noticed.
     */
    readonly at: number
    /** The same moment as a date, for logs: whole ms since 1970, as `Date.now()`. */
    readonly time: number
    /**
     * Of an opening: the error that made the trigger fire, or failed the probe. Absent where a value was judged a failure, an
     * operator opened it, or a lease ran out. Not enumerable: in no JSON, and in no copy of the event.
     */
    readonly cause?: unknown
  }
  /** A call succeeded, or a success was reported. Who listens to successes takes calls off their fast path; they are timed. */
  success: OutcomeEvent
  /** A call failed, or a failure was reported. */
  failure: OutcomeEvent & {
    /** What was thrown; `undefined` where a value was judged a failure, or none was reported. */
    readonly error: unknown
  }
  /** A call failed because its time was up, told in place of `failure`: its `timeout`, or an error named `TimeoutError`. */
  timeout: OutcomeEvent & {
    /** A CallTimeoutError, or what the platform threw. */
    readonly error: unknown
  }
  /** A call counted neither way: called off by its own signal, a permit given back, or by the policy's `ignore`. */
  ignored: OutcomeEvent
  /** A fallback was asked to answer instead of an error. */
  fallback: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** Number of its generation in a state. */
    readonly generation: number
    /** What the caller would have got: a rejection, or the error of a call that failed. */
    readonly error: unknown
  }
  /** A call was not admitted. */
  rejected: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** `'open'`, `'halfOpen'` (every permit is held) or `'forcedOpen'`. */
    readonly state: BreakerState
    /** Who has rejected it: its breaker, an operator who holds that, or the fleet it is shared with. */
    readonly by: 'operator' | 'breaker' | 'fleet'
    /** Number of its generation in a state. */
    readonly generation: number
    /** When, in ms of the registry's clock. */
    readonly at: number
  }
  /** A call was not made for want of a slot: `maxConcurrent` calls are in flight, and `maxQueued` wait. */
  limited: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** Number of its generation in a state. */
    readonly generation: number
    /** Calls that hold a slot. */
    readonly inFlight: number
    /** Calls that wait for one. */
    readonly queued: number
    /** When, in ms of the registry's clock. */
    readonly at: number
  }
  /** An outcome came after its generation, or the lease of its probe, had ended: counted as late, it changed nothing. */
  late: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The generation that the call was admitted in. */
    readonly admittedIn: number
    /** The generation that the breaker is in. */
    readonly generation: number
    /** What it came to, which was not counted. */
    readonly outcome: CallOutcome
    /** When, in ms of the registry's clock. */
    readonly at: number
    /** How long it took, in ms; absent where nobody measured it. */
    readonly durationMs?: number
  }
  /** A call was admitted while half-open. */
  probe: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** Number of its generation in a state. */
    readonly generation: number
    /** Probes in flight, this one included. */
    readonly inFlight: number
    /** When, in ms of the registry's clock. */
    readonly at: number
  }
  /**
   * A call ran inside an admitted call of the same breaker, under its admission: it took no permit and no slot of its own, and
   * its outcome counts by that of the call around it.
   */
  nested: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** Number of its generation in a state. */
    readonly generation: number
    /** Its own outcome, which was not counted. */
    readonly outcome: CallOutcome
    /** When, in ms of the registry's clock. */
    readonly at: number
    /** How long it took, in ms; absent where nobody measured it, as where nobody listened when it began. */
    readonly durationMs?: number
  }
  /** What the fleet decides about an endpoint, on top of its breaker, is another state. */
  overridden: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** `'open'`, `'halfOpen'`, `'forcedOpen'`; `null`: nothing any more. */
    readonly state: BreakerState | null
    /** Why; `null` with the state. */
    readonly reason: Reason | null
    /** When, in ms since 1970. */
    readonly time: number
  }
  /** A breaker was made. */
  created: {
    /** The name of the breaker. */
    readonly endpoint: string
  }
  /** A breaker is gone. */
  deleted: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** `'deleted'` by `delete`; `'evicted'` to make room under `maxBreakers`; `'idle'` for as long as `idleTimeout`. */
    readonly why: 'deleted' | 'evicted' | 'idle'
  }
  /** A breaker has another policy: by `configure`, `configureAll`, or the first that was given for its name. */
  configured: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The policy that is in force now. */
    readonly policy: Policy
    /** The one before. */
    readonly previous: Policy
    /** When, in ms of the registry's clock. */
    readonly at: number
    /** When, in ms since 1970. */
    readonly time: number
  }
  /** Another policy was given for a breaker that has one; it is not applied (`configure` does that). Once per breaker. */
  policyIgnored: {
    /** The name of the breaker. */
    readonly endpoint: string
  }
  /** A breaker's actor crashed and was started again from its row; calls in flight became late. */
  restarted: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** What the actor threw. */
    readonly error: unknown
    /** Of the generation as it goes on. */
    readonly generation: number
    /** When, in ms since 1970. */
    readonly time: number
  }
  /** An actor crashed more than `maxRestarts` times `withinMs`, and the breaker is parked until an operator ends that. */
  escalated: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** What the actor threw last. */
    readonly error: unknown
    /** Where it is parked: the `onEscalation` of the registry. */
    readonly state: BreakerState
    /** When, in ms since 1970. */
    readonly time: number
  }
  /** Code that was handed to the registry did what it must not. Without a listener it is a warning of the process. */
  error: {
    /** Whose code it was. */
    readonly source: ErrorSource
    /** Absent where it was not about one breaker. */
    readonly endpoint?: string
    /** What was thrown, or an error of ours that says what was wrong. */
    readonly error: unknown
  }
}

/** What one call came to, told after it was counted. A call that is late is told as `late` alone. */
export interface OutcomeEvent {
  /** The name of the breaker. */
  readonly endpoint: string
  /** Number of the generation it counts in. */
  readonly generation: number
  /** When it ended, in ms of the registry's clock: less `durationMs`, when it was admitted. */
  readonly at: number
  /**
   * How long it took, in ms. Every call is measured that begins while somebody listens to `success`; else absent where nobody
   * measured it.
   */
  readonly durationMs?: number
}

/** What a call came to. */
export type CallOutcome = (typeof OUTCOMES)[number]

/**
 * Whose code went wrong: a listener, a subscriber of an actor, an inspector, a classifier, the clock, the signal of a
 * call; or `actor`: an event was sent to an actor that takes none such, or there is no input to start one with. Or the word of
 * whoever called `registry.report`.
 */
export type ErrorSource =
  | ('listener' | 'subscriber' | 'inspect' | 'isFailure' | 'ignore' | 'clock' | 'signal' | 'actor' | 'fleet')
  // Any other, and yet an editor completes these.
  | (string & {})
/** The name of an event. */
export type EventName = keyof RegistryEvents
/** A function that is told of each event of one name. What it returns is of no account; if that rejects it is an `error` event. */
export type Listener<N extends EventName> = (event: RegistryEvents[N]) => void

/** Events of single calls: a breaker that nobody asks for them does not tell them. */
export const OUTCOMES = ['success', 'failure', 'timeout', 'ignored'] as const

/** Every name, to check what users hand in. */
export const EVENT_NAMES: Record<EventName, true> = {
  transition: true,
  success: true,
  failure: true,
  timeout: true,
  ignored: true,
  fallback: true,
  rejected: true,
  limited: true,
  nested: true,
  late: true,
  probe: true,
  overridden: true,
  created: true,
  deleted: true,
  configured: true,
  policyIgnored: true,
  restarted: true,
  escalated: true,
  error: true,
}
