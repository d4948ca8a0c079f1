/// <reference lib="esnext.disposable" preserve="true" />
// Fleet: what users hold of a membership, and what it tells.
import type { FleetRecord } from './record.ts'
import type { FleetLinkFigures } from './store.ts'

/** What a fleet command may be told besides. */
export interface FleetCommandOptions {
  /** For those who see it, at most 200 characters. Default: none. */
  readonly message?: string | undefined
}

/** What a fleet has decided about an endpoint, as this process knows it. */
export interface FleetEndpoint extends FleetRecord {
  /** The name of the breaker. */
  readonly endpoint: string
}

/** The figures of a membership. */
export interface FleetStats {
  /** `connecting`, `synced`, `polling`, `degraded` (the store is lost; breakers rule alone), `leaving` or `left`. */
  readonly state: 'connecting' | 'synced' | 'polling' | 'degraded' | 'leaving' | 'left'
  /** How many processes there are, this one included, as the store knew it last. */
  readonly live: number
  /** How old what is known of the fleet's decisions is, in ms; `null` before the first round. */
  readonly viewAgeMs: number | null
  /** How many endpoints are shared in this process. */
  readonly endpoints: number
  /** What went over the wire, and what went wrong there. */
  readonly link: FleetLinkFigures
}

/** A registry's membership in a fleet. Made by `joinFleet`. */
export interface Fleet {
  /** The name of this process in the fleet. */
  readonly instance: string
  /** The figures of the membership. */
  stats(): FleetStats
  /** What the fleet has decided, of each shared endpoint that it has ever decided about. */
  endpoints(): FleetEndpoint[]
  /** Opens the endpoint in every process of the fleet. @throws FleetStoreError when the store does not take it; so do all commands */
  trip(endpoint: string, options?: FleetCommandOptions): Promise<void>
  /** Ends the fleet's open time at once. */
  probe(endpoint: string): Promise<void>
  /** Closes the endpoint for the fleet; a breaker that is open by itself stays open. */
  reset(endpoint: string): Promise<void>
  /** Rejects every call in every process, until another command. */
  isolate(endpoint: string, options?: FleetCommandOptions): Promise<void>
  /** The fleet rules nothing about the endpoint, until `enable` or another command; each breaker still rules for itself. */
  disable(endpoint: string): Promise<void>
  /** Ends `isolate` and `disable`. */
  enable(endpoint: string): Promise<void>
  /** Goes on alone: breakers rule for themselves again. Leaving again gives the same promise; it never rejects. */
  leave(): Promise<void>
  /** As `leave`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
