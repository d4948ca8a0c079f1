// Operations: how a store carries out each request, on a shard. The reference of the protocol: the scripts in redis/lua do
// the same, and the contract tests compare them.
import type { FleetChange, FleetRecord } from '../record.ts'
import { boundedMessage, roundedRate } from '../record-text.ts'
import { type FleetRules, hasQuorum, openTimeMs, reachedRate } from '../rules.ts'
import type {
  FleetCommand,
  FleetCompletion,
  FleetEntry,
  FleetGrant,
  FleetNews,
  FleetPoll,
  FleetReport,
  ProbeResult,
} from '../store.ts'
import { type Bucket, change, type Kept, load, noteRules, type Operation, prune, tidy, told } from './shard.ts'

const BUCKETS = 10
/** A poll that would bring more than this asks for everything instead, and lists at most as many suspects. */
const MOST_NEWS = 1_000
const MOST_SUSPECTS = 200

export function report(operation: Operation, reports: readonly FleetReport[], liveForMs: number): FleetChange[] {
  return reports.flatMap((entry) => {
    const loaded = load(operation, entry)
    const { kept } = loaded
    if (!operation.isLate && entry.calls > 0) {
      noteRules(operation, loaded)
      if (kept.record.state === 'closed') judge(operation, kept, entry, liveForMs)
    }
    const { state, version } = kept.record
    const isNews = state !== 'closed' || version !== (entry.view?.version ?? 0)
    const isNoted = loaded.isRepaired || loaded.isViewRefused || loaded.hasOtherRules
    return isNews || isNoted ? [told(operation, kept, loaded)] : []
  })
}

function judge(operation: Operation, kept: Kept, entry: FleetReport, liveForMs: number): void {
  const { shard, now, instance } = operation
  const { rules, failures, slow, isFailing } = entry
  shard.kept.set(`${kept.rules} ${kept.endpoint}`, kept)
  const total = count(kept, entry, rules, now)
  if (isFailing) kept.reporters.set(instance, now + rules.windowMs)
  else kept.reporters.delete(instance)
  prune(kept.reporters, now, rules.windowMs)
  // Most reports are of calls that succeeded: they are counted, and judged with the next failure.
  if (failures === 0 && (slow === 0 || rules.slowRate === null)) return
  shard.suspects.set(`${kept.rules} ${kept.endpoint}`, now + rules.windowMs)
  const reached = total.calls >= rules.minimumCalls ? reachedRate(total, rules) : null
  if (reached === null) return
  const live = [...shard.live.values()].filter((seenAt) => seenAt > now - liveForMs && seenAt <= now).length
  if (!hasQuorum(kept.reporters.size, live, rules)) return
  const evidence = { rate: roundedRate(reached.rate), calls: total.calls, reporters: kept.reporters.size }
  open(operation, kept, rules, reached.reason, evidence)
}

/** Counts into the slot of this time, and adds up those that are still in the window. */
function count(kept: Kept, { calls, failures, slow }: FleetReport, { windowMs }: FleetRules, now: number): Bucket {
  const index = Math.floor(now / Math.ceil(windowMs / BUCKETS))
  const position = index % BUCKETS
  const known = kept.buckets[position]
  const bucket = known?.index === index ? known : { index, calls: 0, failures: 0, slow: 0 }
  kept.buckets[position] = bucket
  kept.countedAt = now
  bucket.calls += calls
  bucket.failures += failures
  bucket.slow += slow
  const total = { index, calls: 0, failures: 0, slow: 0 }
  for (const other of kept.buckets) {
    if (other === undefined || other.index > index || other.index <= index - BUCKETS) continue
    total.calls += other.calls
    total.failures += other.failures
    total.slow += other.slow
  }
  return total
}

function open(
  operation: Operation,
  kept: Kept,
  rules: FleetRules,
  reason: FleetRecord['reason'],
  more: Partial<FleetRecord> = {},
  openForMs?: number,
): void {
  const openings = kept.record.openings + 1
  const openMs = Math.min(openForMs ?? openTimeMs(rules, openings, kept.record.version + 1), rules.maxOpenMs)
  change(operation, kept, 'open', reason, { ...more, openings, openMs }, operation.now + openMs)
  forget(kept)
}

function forget(kept: Kept): void {
  kept.buckets = []
  kept.reporters.clear()
  kept.leases.clear()
}

export function acquire(operation: Operation, entry: FleetEntry, token: string): FleetGrant {
  const loaded = load(operation, entry)
  noteRules(operation, loaded)
  const { kept } = loaded
  const { rules } = entry
  const answer = (isGranted: boolean, leaseMs: number, retryAfterMs: number): FleetGrant => {
    return { isGranted, leaseMs, retryAfterMs, change: told(operation, kept, loaded) }
  }
  if (operation.isLate) return answer(false, 0, 0)
  if (kept.record.state === 'open') {
    const leftMs = kept.at - operation.now
    if (leftMs > 0) return answer(false, 0, leftMs)
    change(operation, kept, 'halfOpen', 'openTimeElapsed')
    kept.leases.clear()
  }
  if (kept.record.state !== 'halfOpen') return answer(false, 0, 0)
  prune(kept.leases, operation.now, rules.probeTimeoutMs)
  const held = kept.leases.get(token)
  if (held !== undefined) return answer(true, held - operation.now, 0)
  if (kept.leases.size >= rules.halfOpenMaxCalls)
    return answer(false, 0, Math.min(...kept.leases.values()) - operation.now)
  kept.leases.set(token, operation.now + rules.probeTimeoutMs)
  return answer(true, rules.probeTimeoutMs, 0)
}

export function complete(
  operation: Operation,
  entry: FleetEntry,
  { version, token, isSuccess }: ProbeResult,
): FleetCompletion {
  const loaded = load(operation, entry)
  const { kept } = loaded
  const { rules } = entry
  const { record } = kept
  // Late or not: its lease and its version decide whether it still counts.
  prune(kept.leases, operation.now, rules.probeTimeoutMs)
  const isAccepted = record.state === 'halfOpen' && record.version === version && kept.leases.delete(token)
  if (isAccepted && !isSuccess) open(operation, kept, rules, 'probeFailures')
  else if (isAccepted && ++kept.successes >= rules.successThreshold) close(operation, kept, 'probeSuccesses')
  return { isAccepted, change: told(operation, kept, loaded) }
}

function close(operation: Operation, kept: Kept, reason: FleetRecord['reason'], message = ''): void {
  change(operation, kept, 'closed', reason, { message })
  forget(kept)
}

export function poll(operation: Operation, { cursor, entries }: FleetPoll, liveForMs: number): FleetNews {
  const { shard, now } = operation
  const loaded = entries.map((entry) => load(operation, entry))
  for (const one of loaded) noteRules(operation, one)
  if (!operation.isLate) shard.live.set(operation.instance, now)
  for (const [instance, seenAt] of shard.live) {
    if (seenAt <= now - liveForMs || seenAt > now) shard.live.delete(instance)
  }
  for (const [key, until] of shard.suspects) if (until <= now) shard.suspects.delete(key)
  const suspects = [...shard.suspects.keys()].slice(0, MOST_SUSPECTS).map((key) => {
    return { rules: key.slice(0, 8), endpoint: key.slice(9) }
  })
  const news = (cursor: number | null, changes: FleetChange[]): FleetNews => {
    return { cursor: cursor === null ? null : String(cursor), changes, live: shard.live.size, suspects }
  }
  if (cursor === null) {
    tidy(operation)
    const notes = new Map(loaded.map((one) => [one.kept, one]))
    const all = new Set([...shard.kept.values(), ...notes.keys()])
    const changes = [...all].map((kept) => told(operation, kept, notes.get(kept))).filter(isTelling)
    // What this poll repairs is logged at its end, and is among the changes already.
    return news(shard.lastId + operation.changed.size, changes)
  }
  // Numbers of entries are consecutive.
  const position = Number(cursor) - (shard.log[0]?.id ?? 0)
  const since = shard.log.slice(position + 1)
  if (!(shard.log[position]?.id === Number(cursor)) || since.length > MOST_NEWS) return news(null, [])
  const changed = [...new Set(since.map(({ key }) => key))].flatMap((key) => shard.kept.get(key) ?? [])
  return news(
    shard.lastId,
    changed.map((kept) => told(operation, kept)),
  )
}

function isTelling({ record, isViewRefused, hasOtherRules }: FleetChange): boolean {
  return record.version > 0 || isViewRefused || hasOtherRules
}

export function command(
  operation: Operation,
  entry: FleetEntry,
  { type, openForMs, message = '' }: FleetCommand,
): FleetChange {
  const loaded = load(operation, entry)
  const { kept } = loaded
  const { state } = kept.record
  const said = { message: boundedMessage(message) }
  if (operation.isLate) return told(operation, kept, loaded)
  if (type === 'trip' && state !== 'open') {
    open(operation, kept, entry.rules, 'tripped', said, openForMs)
  } else if (type === 'probe' && state === 'open') {
    change(operation, kept, 'halfOpen', 'probeRequested', said)
    kept.leases.clear()
  } else if (type === 'isolate' && state !== 'forcedOpen') change(operation, kept, 'forcedOpen', 'isolated', said)
  else if (type === 'disable' && state !== 'disabled') change(operation, kept, 'disabled', 'disabled', said)
  else if (type === 'enable' && (state === 'forcedOpen' || state === 'disabled')) {
    close(operation, kept, 'enabled', said.message)
  } else if (type === 'reset') {
    if (state !== 'closed') close(operation, kept, 'reset', said.message)
    else forget(kept)
  }
  return told(operation, kept, loaded)
}
