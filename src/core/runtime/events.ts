// Events: what the listeners of a registry get.

import type { Policy } from '../rules/policy.ts'
import type { Reason } from '../rules/reasons.ts'
import type { BreakerState } from '../rules/states.ts'

/** The events of `registry.on`, by name. Events are frozen, and listeners run after the actors have settled. */
export interface RegistryEvents {
  /**
   * A breaker changed its state, or began it again: tripped while open (`open` to `open`), reset while closed (`closed` to
   * `closed`).
   */
  transition: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The state it was in. */
    readonly from: BreakerState
    /** The state it is in now. */
    readonly to: BreakerState
    /** The number of the generation that has begun. */
    readonly generation: number
    /** Why, with the figures that decided; `describeReason(reason)` says it in words. */
    readonly reason: Reason
    /**
     * When it happened, in milliseconds of the registry's clock. That clock is monotonic and no date: the difference of two
     * times is a duration. After a stall it is when the change was due, not when it was noticed.
     */
    readonly at: number
    /** The same moment as a date, for logs: whole ms since 1970, as `Date.now()`. */
    readonly time: number
    /**
     * The error that opened the breaker: that of the call that fired the trigger, or of the probe that failed. Absent if a
     * value was judged a failure, an operator opened it, or a lease ran out. Not enumerable: it is in no JSON, and in no
     * copy of the event.
     */
    readonly cause?: unknown
  }
  /** A call succeeded, or a success was reported. A listener takes calls off their fast path, because each call is timed. */
  success: OutcomeEvent
  /** A call failed, or a failure was reported. */
  failure: OutcomeEvent & {
    /** What was thrown; `undefined` if a value was judged a failure, or no error was reported. */
    readonly error: unknown
  }
  /**
   * A call failed because its time was up: its `timeout`, or an error named `TimeoutError`. You get this event in place of
   * `failure`.
   */
  timeout: OutcomeEvent & {
    /** A CallTimeoutError, or what the platform threw. */
    readonly error: unknown
  }
  /** A call counted neither way: its own signal cancelled it, its permit was returned, or the policy's `ignore` says so. */
  ignored: OutcomeEvent
  /** A fallback runs in place of an error. */
  fallback: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The number of the current generation. */
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
    /** Who rejected it: its breaker, an operator who holds the breaker, or the fleet that shares it. */
    readonly by: 'operator' | 'breaker' | 'fleet'
    /** The number of the current generation. */
    readonly generation: number
    /** When, in ms of the registry's clock. */
    readonly at: number
  }
  /** A call was not made, because there was no free slot: `maxConcurrent` calls are in flight, and `maxQueued` wait. */
  limited: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The number of the current generation. */
    readonly generation: number
    /** Calls that hold a slot. */
    readonly inFlight: number
    /** Calls that wait for one. */
    readonly queued: number
    /** When, in ms of the registry's clock. */
    readonly at: number
  }
  /** An outcome came after its generation, or the lease of its probe, had ended. It is counted as late and changed nothing. */
  late: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The generation that the call was admitted in. */
    readonly admittedIn: number
    /** The generation that the breaker is in. */
    readonly generation: number
    /** Its outcome, which was not counted. */
    readonly outcome: CallOutcome
    /** When, in ms of the registry's clock. */
    readonly at: number
    /** How long it took, in ms; absent if it was not measured. */
    readonly durationMs?: number
  }
  /** A call was admitted while half-open. */
  probe: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The number of the current generation. */
    readonly generation: number
    /** Probes in flight, this one included. */
    readonly inFlight: number
    /** When, in ms of the registry's clock. */
    readonly at: number
  }
  /**
   * A call ran inside an admitted call of the same breaker, under its admission. It took no permit and no slot, and only
   * the outcome of the call around it counts.
   */
  nested: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** The number of the current generation. */
    readonly generation: number
    /** Its own outcome, which was not counted. */
    readonly outcome: CallOutcome
    /** When, in ms of the registry's clock. */
    readonly at: number
    /** How long it took, in ms; absent if it was not measured, for example because there was no listener when it began. */
    readonly durationMs?: number
  }
  /** The fleet's decision about an endpoint, on top of its breaker, has changed. */
  overridden: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** `'open'`, `'halfOpen'` or `'forcedOpen'`; `null` when the override has ended. */
    readonly state: BreakerState | null
    /** Why; `null` when the state is `null`. */
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
    /** `'deleted'` by `delete`; `'evicted'` to make room under `maxBreakers`; `'idle'` after `idleTimeout` without use. */
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
  /** Another policy was given for a breaker that has one. It is not applied (use `configure`). Once per breaker. */
  policyIgnored: {
    /** The name of the breaker. */
    readonly endpoint: string
  }
  /** A breaker's actor crashed and was started again from its row. Calls in flight became late. */
  restarted: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** What the actor threw. */
    readonly error: unknown
    /** The number of the generation, which continues. */
    readonly generation: number
    /** When, in ms since 1970. */
    readonly time: number
  }
  /** An actor crashed more than `maxRestarts` times within `withinMs`. The breaker is parked until an operator ends that. */
  escalated: {
    /** The name of the breaker. */
    readonly endpoint: string
    /** What the actor threw last. */
    readonly error: unknown
    /** The state in which it is parked: the `onEscalation` of the registry. */
    readonly state: BreakerState
    /** When, in ms since 1970. */
    readonly time: number
  }
  /** Code that you passed to the registry did something wrong. Without a listener it is a process warning. */
  error: {
    /** Whose code it was. */
    readonly source: ErrorSource
    /** The name of the breaker; absent if it was not about one. */
    readonly endpoint?: string
    /** What was thrown, or an error of ours that says what was wrong. */
    readonly error: unknown
  }
}

/** The outcome of one call, after it was counted. A late call has only the event `late`. */
export interface OutcomeEvent {
  /** The name of the breaker. */
  readonly endpoint: string
  /** The number of the generation in which it counts. */
  readonly generation: number
  /** When it ended, in ms of the registry's clock. Subtract `durationMs` to get when it was admitted. */
  readonly at: number
  /**
   * How long it took, in ms. Every call that begins while there is a listener for `success` is measured. Otherwise absent
   * if nothing needed it.
   */
  readonly durationMs?: number
}

/** The outcome of a call. */
export type CallOutcome = (typeof OUTCOMES)[number]

/**
 * Whose code went wrong: a listener, a subscriber of an actor, an inspector, a classifier, the clock, the signal of a call;
 * `actor`: an event was sent to an actor that does not take it, or there is no input to start one with; or the `source`
 * passed to `registry.report`.
 */
export type ErrorSource =
  | ('listener' | 'subscriber' | 'inspect' | 'isFailure' | 'ignore' | 'clock' | 'signal' | 'actor' | 'fleet')
  // Any other string, and yet an editor completes these.
  | (string & {})
/** The name of an event. */
export type EventName = keyof RegistryEvents
/** A function that gets each event of one name. Its return value is ignored; a promise that rejects is an `error` event. */
export type Listener<N extends EventName> = (event: RegistryEvents[N]) => void

/** Events of single calls. A breaker emits them only if somebody listens. */
export const OUTCOMES = ['success', 'failure', 'timeout', 'ignored'] as const

/** Every name, to check the names that users pass. */
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
