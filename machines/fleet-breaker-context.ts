// FleetBreakerContext: what an actor of fleet-breaker.machine.ts is started with, what it knows, what it is told and asks for.
import type { BreakerState } from '../src/core/rules/states.ts'

/** What a fleet can be in about an endpoint: as a breaker. */
export type FleetState = BreakerState

/** What the fleet has decided about an endpoint, as far as its statechart needs to know. */
export interface FleetDecision {
  /** Which of the five. */
  readonly state: FleetState
  /** Grows with every decision. */
  readonly version: number
  /** Of an open one: in how many ms it may be probed. */
  readonly remainingMs: number | null
  /** How long it was opened for, in ms. */
  readonly openMs: number
}

/** How a process deals with what its fleet decides. Durations in ms, shares 0-1. */
export interface FleetBreakerRules {
  /** Attempts to get a lease are spread over so long for each process there is, so that they don't come all at once. */
  readonly spreadMsPerProcess: number
  /** While the store is lost: so many probes a second of the whole fleet. */
  readonly degradedProbesPerSecond: number
  /** While others probe, a lease is asked for again after so long: one of them may be done early, and call no more. */
  readonly retryLeaseMs: number
  /** How long an answer of the store is waited for. */
  readonly answerTimeoutMs: number
  /** A probe must begin so long before its lease ends. */
  readonly leaseMarginMs: number
  /** How long a probe without a lease may take, while the store is lost. */
  readonly probeTimeoutMs: number
  /** The shares admitted one after the other once the fleet has closed; empty: every call at once. */
  readonly rampShares: readonly number[]
  /** How long each of them lasts. */
  readonly rampStepMs: number
}

/** What an actor of `fleetBreakerMachine` is started with. */
export interface FleetBreakerInput {
  /** How it deals with what is decided. */
  readonly rules: FleetBreakerRules
  /** Chooses the jitter: a whole number of at least 0, another one in each process. */
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
  /** By which the store knows it. */
  readonly token: string
  /** How long it lasts from now, in ms. */
  readonly leaseMs: number
}

/** All that a fleet breaker knows, besides the state of its statechart. */
export interface FleetBreakerContext extends FleetBreakerInput {
  /** How often the store was asked for something; an answer to an earlier question is late. */
  readonly asked: number
  /** Held while `leased`; `null` of a probe without one. */
  readonly lease: FleetLease | null
  /** How long the store said to wait, in ms. */
  readonly waitMs: number
  /** Which of the ramp's shares is admitted. */
  readonly rampStep: number
  /** A probe of this process alone has passed since the fleet decided: nothing more is rejected while others are asked. */
  readonly isWell: boolean
}

/** What a fleet breaker is told: decisions of the fleet, answers of the store, what became of calls, whether the store is there. */
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

/** What a fleet breaker asks for: a lease; that the store be told of a probe; that calls follow the state it is in now. */
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
