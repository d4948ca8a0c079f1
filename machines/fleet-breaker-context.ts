// FleetBreakerContext: the input of an actor of fleet-breaker.machine.ts, what it knows, the events it takes and emits.
import type { BreakerState } from '../src/core/rules/states.ts'

/** The states that a fleet can give an endpoint: those of a breaker. */
export type FleetState = BreakerState

/** What the fleet has decided about an endpoint, as far as its statechart needs to know. */
export interface FleetDecision {
  /** The state, one of the five. */
  readonly state: FleetState
  /** Grows with every decision. */
  readonly version: number
  /** When it is open: in how many ms it may be probed. */
  readonly remainingMs: number | null
  /** How long it was opened for, in ms. */
  readonly openMs: number
}

/** How a process carries out the decisions of its fleet. Durations in ms, shares 0-1. */
export interface FleetBreakerRules {
  /** Attempts to get a lease are spread over this time for each process, so that they do not all come at once. */
  readonly spreadMsPerProcess: number
  /** While the store is lost: the number of probes per second for the whole fleet. */
  readonly degradedProbesPerSecond: number
  /** While others probe, the process asks for a lease again after this time: a probe may end early, with no call after it. */
  readonly retryLeaseMs: number
  /** How long to wait for an answer of the store. */
  readonly answerTimeoutMs: number
  /** A probe must begin at least this long before its lease ends. */
  readonly leaseMarginMs: number
  /** How long a probe without a lease may take while the store is lost. */
  readonly probeTimeoutMs: number
  /** The shares admitted one after the other once the fleet has closed. Empty: every call at once. */
  readonly rampShares: readonly number[]
  /** How long each of them lasts. */
  readonly rampStepMs: number
}

/** The input of an actor of `fleetBreakerMachine`. */
export interface FleetBreakerInput {
  /** How it carries out decisions. */
  readonly rules: FleetBreakerRules
  /** Chooses the jitter: a whole number of at least 0, different in each process. */
  readonly seed: number
  /** What the fleet has decided so far. */
  readonly decision: FleetDecision
  /** How many processes there are, roughly. */
  readonly live: number
  /** Whether the store answers. */
  readonly isStoreUp: boolean
}

/** The right to one probe. */
export interface FleetLease {
  /** The store knows it by this name. */
  readonly token: string
  /** How long it lasts from now, in ms. */
  readonly leaseMs: number
}

/** All that a fleet breaker knows, besides the state of its statechart. */
export interface FleetBreakerContext extends FleetBreakerInput {
  /** How often it asked the store for something. An answer to an earlier question is late. */
  readonly asked: number
  /** The lease held while `leased`; `null` for a probe without one. */
  readonly lease: FleetLease | null
  /** How long the store said to wait, in ms. */
  readonly waitMs: number
  /** Which share of the ramp is admitted now. */
  readonly rampStep: number
  /** A probe of this process alone has succeeded since the fleet decided: calls are no longer rejected while others are asked. */
  readonly isWell: boolean
}

/**
 * The events that a fleet breaker takes: decisions of the fleet, answers of the store, outcomes of calls, the store lost or
 * back.
 */
export type FleetBreakerEvent =
  | { readonly type: 'decided'; readonly decision: FleetDecision }
  | { readonly type: 'wanted' }
  | { readonly type: 'granted'; readonly asked: number; readonly lease: FleetLease }
  | { readonly type: 'denied'; readonly asked: number; readonly waitMs: number }
  | { readonly type: 'completed' | 'unanswered'; readonly asked: number }
  | { readonly type: 'probeBegan'; readonly asked: number }
  | { readonly type: 'probeEnded'; readonly asked: number; readonly result: 'succeed' | 'fail' | 'ignore' }
  | { readonly type: 'storeLost' }
  | { readonly type: 'storeBack'; readonly live: number }

/** The events that a fleet breaker emits: it needs a lease; the store must learn of a probe; calls must follow its new state. */
export type FleetBreakerRequest =
  | { readonly type: 'acquire'; readonly asked: number }
  | {
      readonly type: 'complete'
      readonly asked: number
      readonly token: string
      readonly version: number
      readonly passed: boolean
    }
  | { readonly type: 'overrideChanged' }
