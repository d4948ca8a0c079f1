// FleetStore: the port between a fleet and the place where it keeps its decisions. Implemented by memory-store.ts and
// redis/; testing/ says what an implementation must do.
import type { Command } from '../core/rules/commands.ts'
import type { FleetChange, FleetRecord } from './record.ts'
import type { FleetCounts, FleetRules } from './rules.ts'

/** Where a fleet keeps its decisions. One store can serve several fleets and, in one process, several registries. */
export interface FleetStore {
  /**
   * Links a process to a fleet, at once: a store that is not there yet is looked for in the background.
   * @throws ArgumentError (`INVALID_ARGUMENT`) if the namespace or the instance is not a safe name
   */
  join(member: FleetMember): FleetLink
  /** Whether it is in this process, so that it needs no breaker. Default: it is elsewhere. */
  readonly isLocal?: boolean | undefined
}

/** A process and the fleet it joins. */
export interface FleetMember {
  /** The name of the fleet: 1 to 64 letters, digits, dots, dashes and underscores. */
  readonly namespace: string
  /** The name of the process (or of one registry in it), of the same characters; each must be different. */
  readonly instance: string
  /** How long the process counts as alive after a poll, in ms. Default 5,000: three polls of a second may be missed. */
  readonly liveForMs?: number | undefined
}

/** An endpoint in a request. */
export interface FleetEntry {
  /** Any string; its `sharedName` is sent. */
  readonly endpoint: string
  /** The rules under which it is shared. */
  readonly rules: FleetRules
  /** What the caller knows about it. A store that knows less takes it over: so a store that lost its data is rebuilt. */
  readonly view: FleetRecord | null
}

/** What one process has seen of an endpoint since its last report. */
export interface FleetReport extends FleetEntry, FleetCounts {
  /** Whether this process sees it fail by itself: its own rate reaches the threshold. `reachedRate` decides it. */
  readonly isFailing: boolean
}

/** The answer to a request for a lease. */
export interface FleetGrant {
  /** Whether the token is now a lease for one probe, for `leaseMs` from the time the request was sent. */
  readonly isGranted: boolean
  /** How long the lease holds, in ms; 0 if it was not granted. */
  readonly leaseMs: number
  /** When to ask again, in ms: the rest of the open time, or until the first lease ends; 0 if granted or closed. */
  readonly retryAfterMs: number
  /** The record that holds now. */
  readonly change: FleetChange
}

/** How a probe ended. */
export interface ProbeResult {
  /** The version at which the lease was granted. */
  readonly version: number
  /** The token of the lease. */
  readonly token: string
  /** Whether the probe succeeded. */
  readonly isSuccess: boolean
}

/** The effect of a probe's result. */
export interface FleetCompletion {
  /** Whether it counted: the lease still held, and there was no decision since. */
  readonly isAccepted: boolean
  /** The record that holds now. */
  readonly change: FleetChange
}

/** The commands of a breaker that a store carries out, too. */
export const FLEET_COMMANDS = [
  'trip',
  'probe',
  'reset',
  'isolate',
  'disable',
  'enable',
] as const satisfies readonly Command[]

/** A command of an operator to the whole fleet. */
export interface FleetCommand {
  /** As for a breaker; `trip` while open, and the like, change nothing. */
  readonly type: (typeof FLEET_COMMANDS)[number]
  /** For `trip`: how long to stay open, in ms, at most `maxOpenMs`. Default: as the rules say. */
  readonly openForMs?: number | undefined
  /** A message for people, at most 200 characters. */
  readonly message?: string | undefined
}

/** The request of a poll. */
export interface FleetPoll {
  /** Where the last poll ended; `null` for everything: at first, after `onReady`, and when a poll answered `null`. */
  readonly cursor: string | null
  /** With a cursor of `null`, all that the caller shares, so that the store gets back what it has lost; otherwise `[]`. */
  readonly entries: readonly FleetEntry[]
}

/** The answer to a poll. */
export interface FleetNews {
  /** For the next poll; `null` if too much has happened, or the store lost its data: ask for everything. */
  readonly cursor: string | null
  /** Each endpoint that changed since the cursor, as it is now; all endpoints for a cursor of `null`. */
  readonly changes: readonly FleetChange[]
  /** How many processes are alive, this one included. */
  readonly live: number
  /** Endpoints with recent failures. Processes that call them should report, successes too, or the fleet's rate is too high. */
  readonly suspects: readonly FleetSuspect[]
}

/** An endpoint with recent failures. */
export interface FleetSuspect {
  /** Its name, from `sharedName`. */
  readonly endpoint: string
  /** The digest of the rules under which it is shared. */
  readonly rules: string
}

/** The listener of a link. None of these may throw. */
export interface FleetListener {
  /** Changes of any process of the fleet, including this one, of any rules; perhaps twice, or after a later one. */
  onChanges(changes: readonly FleetChange[]): void
  /** There is a connection: ask for everything. Called at once if there is one. */
  onReady(): void
  /** The connection is lost; another is being made. */
  onLost(error: Error): void
}

/** The counts of a link since it was made. */
export interface FleetLinkFigures {
  /** Whether there is a connection. */
  readonly isUp: boolean
  /** Requests that wait for an answer. */
  readonly pending: number
  /** Requests sent. */
  readonly requests: number
  /** Requests that had no answer within the deadline. */
  readonly deadlineMissed: number
  /** Answers and pushes of the wrong shape, and views with a version that cannot be believed. */
  readonly refused: number
  /** Endpoints that the store took from this process. */
  readonly repaired: number
  /** Requests that reached the store too late, by its clock, so that it did nothing. */
  readonly late: number
  /** Connections made. */
  readonly connections: number
  /** Changes that were pushed. */
  readonly pushed: number
  /** Why nothing is pushed, if so: then changes come only with polls. */
  readonly pushError: string | null
}

/**
 * The link of one process to its fleet. Every method returns a promise that settles within the store's deadline, and none
 * throws. A rejection is a FleetStoreError, or an ArgumentError for a request that no store could carry out. If the caller
 * has given up on a request, it changes nothing when it reaches the store later than twice the deadline.
 */
export interface FleetLink {
  /**
   * Adds to the fleet's window, and opens if the rate and the quorum are reached.
   * @returns endpoints that are not closed, or of which the caller's view is not the latest
   */
  report(reports: readonly FleetReport[]): Promise<readonly FleetChange[]>
  /** Asks for a lease to probe. The caller chooses the token: unique, of the characters of a safe name. */
  acquire(entry: FleetEntry, token: string): Promise<FleetGrant>
  /** Returns a lease with the outcome of the probe. A result that is late, stale or a duplicate changes nothing. */
  complete(entry: FleetEntry, result: ProbeResult): Promise<FleetCompletion>
  /** Says that the process is alive, and asks for news. */
  poll(poll: FleetPoll): Promise<FleetNews>
  /** An operator's command to the whole fleet. */
  command(entry: FleetEntry, command: FleetCommand): Promise<FleetChange>
  /** Asks for a sign of life. */
  ping(): Promise<void>
  /** Listens to changes and to the connection; returns the function that ends it. A fleet needs one listener at a time. */
  subscribe(listener: FleetListener): () => void
  /** The counts so far. */
  figures(): FleetLinkFigures
  /** Removes the process from the live ones if that is possible within the deadline, and ends the link. Never rejects. */
  close(): Promise<void>
}
