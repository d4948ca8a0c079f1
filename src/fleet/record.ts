// FleetRecord: what a fleet has decided about one endpoint, and which of two records holds. No clock: times are relative.
// Stores and processes merge with the same function, so that the order in which they learn of changes does not matter.
import type { BreakerState } from '../index.ts'

/** Why a fleet's breaker entered its state: the same types as the reasons of a local breaker. */
export type FleetReason = (typeof FLEET_REASONS)[number]

/** All of them. */
export const FLEET_REASONS = [
  'none',
  'failureRate',
  'slowCallRate',
  'openTimeElapsed',
  'probeRequested',
  'probeFailures',
  'probeSuccesses',
  'tripped',
  'reset',
  'isolated',
  'disabled',
  'enabled',
] as const

/** What a fleet has decided about an endpoint. Two records of the same version are equal, except for `remainingMs`. */
export interface FleetRecord {
  /** The state. `forcedOpen` and `disabled` come from operators and last until another command. */
  readonly state: BreakerState
  /** Counts the changes of state. The record with the higher version holds. 0: no decision about this endpoint yet. */
  readonly version: number
  /** How long it stays open from now, in ms; 0 unless open. */
  readonly remainingMs: number
  /** How long this open time, or the last one, is or was in all, in ms; 0 if it never opened. */
  readonly openMs: number
  /** Openings since the fleet was last closed: the exponent of the backoff. */
  readonly openings: number
  /** Why it is in its state. */
  readonly reason: FleetReason
  /** The share of failures (or slow calls) that opened it, 0 to 1, in 4 digits; 0 if a rate did not. */
  readonly rate: number
  /** The number of calls that the share is of. */
  readonly calls: number
  /** How many processes saw it fail by themselves when it opened. */
  readonly reporters: number
  /** The process that made the change. */
  readonly writer: string
  /** The message of an operator, at most 200 characters, or `''`. */
  readonly message: string
}

/** The record of an endpoint without a decision. */
export const NO_RECORD: FleetRecord = Object.freeze({
  state: 'closed',
  version: 0,
  remainingMs: 0,
  openMs: 0,
  openings: 0,
  reason: 'none',
  rate: 0,
  calls: 0,
  reporters: 0,
  writer: '-',
  message: '',
})

/**
 * How far a version may be ahead of a known one: about a million changes. A version further ahead was made up, or comes
 * from a store that lost too much. It is refused, because after it no honest change could win.
 */
export const FARTHEST_AHEAD = 2 ** 20

/** Versions stay where doubles count in steps of 1. */
export const HIGHEST_VERSION = 2 ** 52

/** Of two records of one version, which only a store that was split in two can produce, the stricter holds. */
const SEVERITY: Record<BreakerState, number> = { closed: 0, halfOpen: 1, open: 2, disabled: 3, forcedOpen: 4 }

/** Whether `a` holds over `b`: it has the higher version, or the same and is stricter, or was written by the later name. */
export function isNewer(a: FleetRecord, b: FleetRecord): boolean {
  if (a.version !== b.version) return a.version > b.version
  if (a.state !== b.state) return SEVERITY[a.state] > SEVERITY[b.state]
  return a.writer > b.writer
}

/** Whether a version is too far ahead of a record to be believed. */
export function isImplausible(version: number, record: FleetRecord): boolean {
  return version - record.version > FARTHEST_AHEAD || version > HIGHEST_VERSION
}

/** What a store says about an endpoint, in answers and in pushes. */
export interface FleetChange {
  /** The name, from `sharedName`. */
  readonly endpoint: string
  /** The digest of the rules under which the record was made. A process follows only records of its own rules. */
  readonly rules: string
  /** What the fleet has decided. */
  readonly record: FleetRecord
  /** The store did not believe the version of the view that came with the request. Drop the view. */
  readonly isViewRefused: boolean
  /** The store had lost this, or was behind, and took it from the view that came with the request. */
  readonly isRepaired: boolean
  /** Processes with other rules share the endpoint, too, each among those that agree (as during a rollout). */
  readonly hasOtherRules: boolean
}

/** The record that holds after a change. A version that only the store refuses to believe gives way to the store's. */
export function merged(mine: FleetRecord, { record, isViewRefused }: FleetChange): FleetRecord {
  if (isNewer(record, mine)) return record
  return isViewRefused && isImplausible(mine.version, record) ? record : mine
}
