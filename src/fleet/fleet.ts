/// <reference lib="esnext.disposable" preserve="true" />
// Fleet: the handle of a membership, and its figures.
import type { FleetRecord } from './record.ts'
import type { FleetLinkFigures } from './store.ts'

/** Options of a fleet command. */
export interface FleetCommandOptions {
  /** A message for people, at most 200 characters. Default: none. */
  readonly message?: string | undefined
}

/** What a fleet has decided about an endpoint, as far as this process knows. */
export interface FleetEndpoint extends FleetRecord {
  /** The name of the breaker. */
  readonly endpoint: string
}

/** The figures of a membership. */
export interface FleetStats {
  /** `connecting`, `synced`, `polling`, `degraded` (the store is lost; breakers rule alone), `leaving` or `left`. */
  readonly state: 'connecting' | 'synced' | 'polling' | 'degraded' | 'leaving' | 'left'
  /** How many processes there are, including this one, as far as the store last knew. */
  readonly live: number
  /** How old the knowledge of the fleet's decisions is, in ms; `null` before the first round. */
  readonly viewAgeMs: number | null
  /** How many endpoints are shared in this process. */
  readonly endpoints: number
  /** Requests and errors between this process and the store. */
  readonly link: FleetLinkFigures
}

/** A registry's membership in a fleet. Made by `joinFleet`. */
export interface Fleet {
  /** The name of this process in the fleet. */
  readonly instance: string
  /** The figures of the membership. */
  stats(): FleetStats
  /** The decisions of the fleet, for each shared endpoint about which there ever was one. */
  endpoints(): FleetEndpoint[]
  /**
   * Opens the endpoint in every process of the fleet. @throws FleetStoreError when the store does not accept it; so do all
   * commands
   */
  trip(endpoint: string, options?: FleetCommandOptions): Promise<void>
  /** Ends the fleet's open time at once. */
  probe(endpoint: string): Promise<void>
  /** Closes the endpoint for the fleet; a breaker that is open by itself stays open. */
  reset(endpoint: string): Promise<void>
  /** Rejects every call in every process, until another command. */
  isolate(endpoint: string, options?: FleetCommandOptions): Promise<void>
  /** The fleet decides nothing about the endpoint, until `enable` or another command; each breaker still decides for itself. */
  disable(endpoint: string): Promise<void>
  /** Ends `isolate` and `disable`. */
  enable(endpoint: string): Promise<void>
  /** Leaves the fleet: breakers decide for themselves again. Leaving again returns the same promise; it never rejects. */
  leave(): Promise<void>
  /** As `leave`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
