// Shard: the data of one fleet in memory, and how a record of it is read, repaired and changed. The same as the prelude of
// the scripts of the Redis stores, redis/lua/prelude.ts: change both together.
import { sharedName } from '../names.ts'
import { type FleetChange, type FleetReason, type FleetRecord, isImplausible, isNewer, NO_RECORD } from '../record.ts'
import { packRules } from '../rules.ts'
import type { FleetEntry } from '../store.ts'

/** The calls of one of the ten slots of a window; `index` says which time. */
export interface Bucket {
  index: number
  calls: number
  failures: number
  slow: number
}

/** The data of an endpoint under one set of rules. */
export interface Kept {
  readonly endpoint: string
  readonly rules: string
  record: FleetRecord
  /** The deadline while open, otherwise when it changed: by the store's clock. */
  at: number
  /** Probes that have succeeded while half-open. */
  successes: number
  buckets: Bucket[]
  /** When calls were last counted. */
  countedAt: number
  /** The processes that see it fail by themselves, with the time until which that counts. */
  readonly reporters: Map<string, number>
  /** Tokens of probes in flight, with the time at which each ends. */
  readonly leases: Map<string, number>
}

/** All data of one fleet. */
export interface Shard {
  /** By rules and endpoint. */
  readonly kept: Map<string, Kept>
  /** The changes, oldest first, by number. */
  log: { readonly id: number; readonly key: string }[]
  lastId: number
  /** No version up to this is given again: a process that remembers a forgotten record would take the new one for older. */
  floor: number
  readonly live: Map<string, number>
  /** By key, with the time at which it ends. */
  readonly suspects: Map<string, number>
  /** The rules under which each endpoint was last reported. */
  readonly rulesOf: Map<string, string>
}

/** One request: at a time of the store's clock, for a process; its changes are pushed at its end. */
export interface Operation {
  readonly shard: Shard
  readonly now: number
  readonly instance: string
  /** It came too late: it may read, and must not change anything. */
  readonly isLate: boolean
  readonly changed: Set<Kept>
}

/** An entry of a request and the data about it. */
export interface Loaded {
  readonly entry: FleetEntry
  readonly kept: Kept
  isRepaired: boolean
  isViewRefused: boolean
  hasOtherRules: boolean
}

/** A poll may be this many changes behind. */
const LOG_LENGTH = 10_000
const DAY_MS = 86_400_000

/** The log begins with an entry about nothing, so that every cursor is the number of an entry. */
export function newShard(losses: number): Shard {
  // Numbers that no earlier shard has given: a cursor into lost data must be recognised.
  const id = losses * 1e9 + 1
  return {
    kept: new Map(),
    log: [{ id, key: '' }],
    lastId: id,
    floor: 0,
    live: new Map(),
    suspects: new Map(),
    rulesOf: new Map(),
  }
}

/** Reads an entry: takes over a newer view, and repairs a deadline that a jump of the clock has moved away. */
export function load(operation: Operation, entry: FleetEntry): Loaded {
  const { shard, now, isLate } = operation
  const endpoint = sharedName(entry.endpoint)
  const { digest } = packRules(entry.rules)
  const key = `${digest} ${endpoint}`
  const kept = shard.kept.get(key) ?? newKept(shard, endpoint, digest, now)
  const loaded: Loaded = { entry, kept, isRepaired: false, isViewRefused: false, hasOtherRules: false }
  if (isLate) return loaded
  const { view } = entry
  if (view !== null && isImplausible(view.version, kept.record)) loaded.isViewRefused = true
  else if (view !== null && view.version > 0 && isNewer(view, kept.record)) {
    shard.kept.set(key, kept)
    const openMs = Math.min(view.openMs, entry.rules.maxOpenMs)
    kept.record = { ...view, openMs }
    kept.at = now + (view.state === 'open' ? Math.min(view.remainingMs, openMs) : 0)
    kept.successes = 0
    loaded.isRepaired = true
    operation.changed.add(kept)
  }
  if (kept.record.state === 'open' && kept.at - now > kept.record.openMs) kept.at = now + kept.record.openMs
  return loaded
}

/** Reports if processes with other rules share it, too, and remembers whose turn it was. */
export function noteRules({ shard, isLate }: Operation, loaded: Loaded): void {
  if (isLate) return
  const { endpoint, rules } = loaded.kept
  const others = shard.rulesOf.get(endpoint)
  loaded.hasOtherRules = others !== undefined && others !== rules
  shard.rulesOf.set(endpoint, rules)
}

function newKept({ floor }: Shard, endpoint: string, rules: string, now: number): Kept {
  const record = { ...NO_RECORD, version: floor }
  const none = { buckets: [], reporters: new Map(), leases: new Map() }
  return { endpoint, rules, record, at: now, countedAt: now, successes: 0, ...none }
}

/** The next version of a record. `at`: the deadline if it is open. */
export function change(
  operation: Operation,
  kept: Kept,
  state: FleetRecord['state'],
  reason: FleetReason,
  more: Partial<FleetRecord> = {},
  at = operation.now,
): void {
  const { openMs, openings, version } = kept.record
  kept.record = {
    ...NO_RECORD,
    openMs,
    openings: state === 'closed' ? 0 : openings,
    ...more,
    state,
    reason,
    version: version + 1,
    writer: operation.instance,
  }
  kept.at = at
  kept.successes = 0
  operation.shard.kept.set(`${kept.rules} ${kept.endpoint}`, kept)
  operation.changed.add(kept)
}

/** The change as it is sent: in relative time. */
export function told({ now }: Pick<Operation, 'now'>, kept: Kept, loaded?: Loaded): FleetChange {
  const { endpoint, rules, record, at } = kept
  const isOpen = record.state === 'open'
  return {
    endpoint,
    rules,
    record: { ...record, remainingMs: isOpen ? Math.min(record.openMs, Math.max(0, at - now)) : 0 },
    isViewRefused: loaded?.isViewRefused ?? false,
    isRepaired: loaded?.isRepaired ?? false,
    hasOtherRules: loaded?.hasOtherRules ?? false,
  }
}

/** Logs what a request changed; returns what is to be pushed. */
export function finish(operation: Operation): FleetChange[] {
  const { shard } = operation
  for (const kept of operation.changed) shard.log.push({ id: ++shard.lastId, key: `${kept.rules} ${kept.endpoint}` })
  if (shard.log.length > LOG_LENGTH) shard.log = shard.log.slice(-LOG_LENGTH)
  return [...operation.changed].map((kept) => told(operation, kept))
}

/** Removes what has ended by `now`, and what a jump of the clock has put further away than `longestMs`. */
export function prune(until: Map<string, number>, now: number, longestMs: number): void {
  for (const [key, at] of until) if (at <= now || at > now + longestMs) until.delete(key)
}

/** Removes records that have been closed for a day: a process that still knows one brings it back with its next request. */
export function tidy({ shard, now }: Operation): void {
  for (const [key, { record, at, countedAt }] of shard.kept) {
    if (record.state !== 'closed' || Math.max(at, countedAt) >= now - record.openMs - DAY_MS) continue
    shard.kept.delete(key)
    shard.floor = Math.max(shard.floor, record.version)
  }
}
