// FleetStore: the port between a fleet and where it keeps what it has decided. Implemented by memory-store.ts and redis/;
// testing/ says what an implementation must do.
import type { Command } from '../core/rules/commands.ts'
import type { FleetChange, FleetRecord } from './record.ts'
import type { FleetCounts, FleetRules } from './rules.ts'

/** Where a fleet keeps its decisions. One store can serve several fleets and, in one process, several registries. */
export interface FleetStore {
  /**
   * Links a process to a fleet, at once: a store that is not there yet is looked for in the background.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for a namespace or an instance that is no safe name
   */
  join(member: FleetMember): FleetLink
  /** Whether it is in this process, so that no breaker need stand before it. Default: it is elsewhere. */
  readonly isLocal?: boolean | undefined
}

/** Who joins which fleet. */
export interface FleetMember {
  /** The name of the fleet: 1 to 64 letters, digits, dots, dashes and underscores. */
  readonly namespace: string
  /** The name of the process (or of one registry in it), of the same letters; no two may have the same. */
  readonly instance: string
  /** How long the process counts as alive after a poll, in ms. Default 5,000: three polls of a second may be missed. */
  readonly liveForMs?: number | undefined
}

/** An endpoint in a request. */
export interface FleetEntry {
  /** Any string: what is sent is its `sharedName`. */
  readonly endpoint: string
  /** The rules it is shared under. */
  readonly rules: FleetRules
  /** What the caller knows of it. A store that knows less takes it over: so a store that lost its data is rebuilt. */
  readonly view: FleetRecord | null
}

/** What one process saw of an endpoint since it last reported. */
export interface FleetReport extends FleetEntry, FleetCounts {
  /** Whether this process sees it fail by itself: its own rate reaches the threshold. `reachedRate` says it. */
  readonly isFailing: boolean
}

/** Whether a process may probe. */
export interface FleetGrant {
  /** Whether the token is now a lease for one probe, for `leaseMs` from the time that the request was sent. */
  readonly isGranted: boolean
  /** How long the lease holds, in ms; 0 if it was not granted. */
  readonly leaseMs: number
  /** When to ask again, in ms: the rest of the open time, or until the first lease ends; 0 if granted or closed. */
  readonly retryAfterMs: number
  /** What holds now. */
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

/** What a result of a probe did. */
export interface FleetCompletion {
  /** Whether it counted: the lease still held, and nothing was decided since. */
  readonly isAccepted: boolean
  /** What holds now. */
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

/** What operators say to a whole fleet. */
export interface FleetCommand {
  /** As of a breaker; `trip` of an open one, and so on, change nothing. */
  readonly type: (typeof FLEET_COMMANDS)[number]
  /** Of `trip`: how long to stay open, in ms, at most `maxOpenMs`. Default: as the rules say. */
  readonly openForMs?: number | undefined
  /** For those who see it, at most 200 characters. */
  readonly message?: string | undefined
}

/** What a poll asks for. */
export interface FleetPoll {
  /** Where the last poll ended; `null` for everything: at first, after `onReady`, and when a poll answered `null`. */
  readonly cursor: string | null
  /** With a cursor of `null`, all that the caller shares, so that the store gets back what it has lost; else `[]`. */
  readonly entries: readonly FleetEntry[]
}

/** What is new. */
export interface FleetNews {
  /** For the next poll; `null` if too much has happened, or the store lost its data: ask for everything. */
  readonly cursor: string | null
  /** Each endpoint that changed since the cursor, as it is now; all endpoints for a cursor of `null`. */
  readonly changes: readonly FleetChange[]
  /** How many processes are alive, this one included. */
  readonly live: number
  /** Endpoints with recent failures: whoever calls them should report, successes too, or the fleet's rate is too high. */
  readonly suspects: readonly FleetSuspect[]
}

/** An endpoint with recent failures. */
export interface FleetSuspect {
  /** Its `sharedName`. */
  readonly endpoint: string
  /** The digest of the rules it is shared under. */
  readonly rules: string
}

/** Who is told what comes without being asked for. None of these may throw. */
export interface FleetListener {
  /** Changes of any process of the fleet, this one included, of any rules; perhaps twice, or after a later one. */
  onChanges(changes: readonly FleetChange[]): void
  /** There is a connection: ask for everything. Called at once if there is one. */
  onReady(): void
  /** The connection is lost; another is being made. */
  onLost(error: Error): void
}

/** What a link has counted since it was made. */
export interface FleetLinkFigures {
  /** Whether there is a connection. */
  readonly isUp: boolean
  /** Requests that wait for an answer. */
  readonly pending: number
  /** Requests sent. */
  readonly requests: number
  /** Requests that had no answer within the deadline. */
  readonly deadlineMissed: number
  /** Answers and pushes of the wrong shape, and views with a version that nobody could believe. */
  readonly refused: number
  /** Endpoints that the store took from this process. */
  readonly repaired: number
  /** Requests that the store got too late, by its clock, and did nothing about. */
  readonly late: number
  /** Connections made. */
  readonly connections: number
  /** Changes that were pushed. */
  readonly pushed: number
  /** Why nothing is pushed, if so: then changes come with polls alone. */
  readonly pushError: string | null
}

/**
 * The link of one process to its fleet. Every method gives a promise that is settled within the store's deadline, and none
 * throws; a rejection is a FleetStoreError, or an ArgumentError for what no store could do. A request that the caller has
 * given up on changes nothing if the store gets it later than twice the deadline.
 */
export interface FleetLink {
  /**
   * Adds to the fleet's window, and opens where the rate and the quorum are reached.
   * @returns endpoints that are not closed, or of which the caller's view is not the latest
   */
  report(reports: readonly FleetReport[]): Promise<readonly FleetChange[]>
  /** Asks for a lease to probe. The token is the caller's: unique, of the letters of a safe name. */
  acquire(entry: FleetEntry, token: string): Promise<FleetGrant>
  /** Gives a lease back with what the probe came to. A result that is late, stale or a duplicate changes nothing. */
  complete(entry: FleetEntry, result: ProbeResult): Promise<FleetCompletion>
  /** Says that the process is alive, and asks what is new. */
  poll(poll: FleetPoll): Promise<FleetNews>
  /** An operator's command to the whole fleet. */
  command(entry: FleetEntry, command: FleetCommand): Promise<FleetChange>
  /** Asks for a sign of life. */
  ping(): Promise<void>
  /** Hears changes, and of the connection; gives back what ends it. One listener at a time is enough for a fleet. */
  subscribe(listener: FleetListener): () => void
  /** What was counted so far. */
  figures(): FleetLinkFigures
  /** Takes the process out of the live ones if that can be said within the deadline, and ends. Never rejects. */
  close(): Promise<void>
}
