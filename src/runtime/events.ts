// Events: what a registry tells its listeners.
import type { BreakerState } from '../rules/decide.ts'
import type { Reason } from '../rules/triggers.ts'

export interface RegistryEvents {
  /** A breaker changed its state. */
  transition: {
    readonly endpoint: string
    readonly from: BreakerState
    readonly to: BreakerState
    readonly generation: number
    readonly reason: Reason
    /** Milliseconds of the registry's clock. */
    readonly at: number
  }
  /** A call was not admitted. */
  rejected: { readonly endpoint: string; readonly state: BreakerState; readonly generation: number }
  /** An outcome came after its permit had lost its meaning. */
  late: { readonly endpoint: string; readonly admittedIn: number; readonly generation: number }
  /** A call was admitted while half-open. */
  probe: { readonly endpoint: string; readonly generation: number; readonly inFlight: number }
  created: { readonly endpoint: string }
  /** Removed by `delete`, or (`evicted`) to make room under `maxBreakers`. */
  deleted: { readonly endpoint: string; readonly evicted: boolean }
  /** Another policy was given for a breaker that has one; it is not applied. Once per breaker. */
  policyIgnored: { readonly endpoint: string }
  /** A breaker's actor crashed and was started again from its row. */
  restarted: { readonly endpoint: string; readonly error: unknown; readonly generation: number }
  /** An actor crashed too often; the breaker is parked in `state`. */
  escalated: { readonly endpoint: string; readonly error: unknown; readonly state: BreakerState }
  /** Code that was handed to the registry did what it must not: `source` tells which. */
  error: { readonly source: ErrorSource; readonly endpoint?: string; readonly error: unknown }
}

/**
 * Whose code went wrong: a listener, a subscriber of an actor, an inspector, a classifier, the clock, the signal of a
 * call; or `actor`: an event
 * was sent to an actor that takes none such.
 */
export type ErrorSource = 'listener' | 'subscriber' | 'inspect' | 'isFailure' | 'ignore' | 'clock' | 'signal' | 'actor'
export type EventName = keyof RegistryEvents
export type Listener<N extends EventName> = (event: RegistryEvents[N]) => void

export const EVENT_NAMES: Record<EventName, true> = {
  transition: true,
  rejected: true,
  late: true,
  probe: true,
  created: true,
  deleted: true,
  policyIgnored: true,
  restarted: true,
  escalated: true,
  error: true,
}
