// Operations: what a store does with each request, on a shard. The reference of the protocol: the scripts in redis/lua do
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
import { change, type Kept, load, noteRules, prune, type Slot, type Turn, tidy, told } from './shard.ts'

const SLOTS = 10
/** A poll that would bring more than this asks for everything instead, and names as many suspects at most. */
const MOST_NEWS = 1_000
const MOST_SUSPECTS = 200

export function report(turn: Turn, reports: readonly FleetReport[], liveForMs: number): FleetChange[] {
  return reports.flatMap((entry) => {
    const loaded = load(turn, entry)
    const { kept } = loaded
    if (!turn.isLate && entry.calls > 0) {
      noteRules(turn, loaded)
      if (kept.record.state === 'closed') judge(turn, kept, entry, liveForMs)
    }
    const { state, version } = kept.record
    const isNews = state !== 'closed' || version !== (entry.view?.version ?? 0)
    const isNoted = loaded.isRepaired || loaded.isViewRefused || loaded.hasOtherRules
    return isNews || isNoted ? [told(turn, kept, loaded)] : []
  })
}

function judge(turn: Turn, kept: Kept, entry: FleetReport, liveForMs: number): void {
  const { shard, now, instance } = turn
  const { rules, failures, slow, isFailing } = entry
  shard.kept.set(`${kept.rules} ${kept.endpoint}`, kept)
  const total = count(kept, entry, rules, now)
  if (isFailing) kept.reporters.set(instance, now + rules.windowMs)
  else kept.reporters.delete(instance)
  prune(kept.reporters, now, rules.windowMs)
  // Most reports are of calls that went well: they are counted, and judged when the next one did not.
  if (failures === 0 && (slow === 0 || rules.slowRate === null)) return
  shard.suspects.set(`${kept.rules} ${kept.endpoint}`, now + rules.windowMs)
  const reached = total.calls >= rules.minimumCalls ? reachedRate(total, rules) : null
  if (reached === null) return
  const live = [...shard.live.values()].filter((seenAt) => seenAt > now - liveForMs && seenAt <= now).length
  if (!hasQuorum(kept.reporters.size, live, rules)) return
  const evidence = { rate: roundedRate(reached.rate), calls: total.calls, reporters: kept.reporters.size }
  open(turn, kept, rules, reached.reason, evidence)
}

/** Counts into the slot of this time, and adds up those that are still in the window. */
function count(kept: Kept, { calls, failures, slow }: FleetReport, { windowMs }: FleetRules, now: number): Slot {
  const index = Math.floor(now / Math.ceil(windowMs / SLOTS))
  const place = index % SLOTS
  const known = kept.slots[place]
  const slot = known?.index === index ? known : { index, calls: 0, failures: 0, slow: 0 }
  kept.slots[place] = slot
  kept.countedAt = now
  slot.calls += calls
  slot.failures += failures
  slot.slow += slow
  const total = { index, calls: 0, failures: 0, slow: 0 }
  for (const other of kept.slots) {
    if (other === undefined || other.index > index || other.index <= index - SLOTS) continue
    total.calls += other.calls
    total.failures += other.failures
    total.slow += other.slow
  }
  return total
}

function open(
  turn: Turn,
  kept: Kept,
  rules: FleetRules,
  reason: FleetRecord['reason'],
  more: Partial<FleetRecord> = {},
  openForMs?: number,
): void {
  const openings = kept.record.openings + 1
  const openMs = Math.min(openForMs ?? openTimeMs(rules, openings, kept.record.version + 1), rules.maxOpenMs)
  change(turn, kept, 'open', reason, { ...more, openings, openMs }, turn.now + openMs)
  forget(kept)
}

function forget(kept: Kept): void {
  kept.slots = []
  kept.reporters.clear()
  kept.leases.clear()
}

export function acquire(turn: Turn, entry: FleetEntry, token: string): FleetGrant {
  const loaded = load(turn, entry)
  noteRules(turn, loaded)
  const { kept } = loaded
  const { rules } = entry
  const answer = (isGranted: boolean, leaseMs: number, retryAfterMs: number): FleetGrant => {
    return { isGranted, leaseMs, retryAfterMs, change: told(turn, kept, loaded) }
  }
  if (turn.isLate) return answer(false, 0, 0)
  if (kept.record.state === 'open') {
    const leftMs = kept.at - turn.now
    if (leftMs > 0) return answer(false, 0, leftMs)
    change(turn, kept, 'halfOpen', 'openTimeElapsed')
    kept.leases.clear()
  }
  if (kept.record.state !== 'halfOpen') return answer(false, 0, 0)
  prune(kept.leases, turn.now, rules.probeTimeoutMs)
  const held = kept.leases.get(token)
  if (held !== undefined) return answer(true, held - turn.now, 0)
  if (kept.leases.size >= rules.halfOpenMaxCalls) return answer(false, 0, Math.min(...kept.leases.values()) - turn.now)
  kept.leases.set(token, turn.now + rules.probeTimeoutMs)
  return answer(true, rules.probeTimeoutMs, 0)
}

export function complete(turn: Turn, entry: FleetEntry, { version, token, isSuccess }: ProbeResult): FleetCompletion {
  const loaded = load(turn, entry)
  const { kept } = loaded
  const { rules } = entry
  const { record } = kept
  // Whether it is late does not matter: the lease and the version say whether it still counts.
  prune(kept.leases, turn.now, rules.probeTimeoutMs)
  const isAccepted = record.state === 'halfOpen' && record.version === version && kept.leases.delete(token)
  if (isAccepted && !isSuccess) open(turn, kept, rules, 'probeFailures')
  else if (isAccepted && ++kept.successes >= rules.successThreshold) close(turn, kept, 'probeSuccesses')
  return { isAccepted, change: told(turn, kept, loaded) }
}

function close(turn: Turn, kept: Kept, reason: FleetRecord['reason'], message = ''): void {
  change(turn, kept, 'closed', reason, { message })
  forget(kept)
}

export function poll(turn: Turn, { cursor, entries }: FleetPoll, liveForMs: number): FleetNews {
  const { shard, now } = turn
  const loaded = entries.map((entry) => load(turn, entry))
  for (const one of loaded) noteRules(turn, one)
  if (!turn.isLate) shard.live.set(turn.instance, now)
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
    tidy(turn)
    const notes = new Map(loaded.map((one) => [one.kept, one]))
    const all = new Set([...shard.kept.values(), ...notes.keys()])
    const changes = [...all].map((kept) => told(turn, kept, notes.get(kept))).filter(isTelling)
    // What this poll itself repairs is written down at its end, and is among the changes already.
    return news(shard.lastId + turn.changed.size, changes)
  }
  // Numbers of entries follow each other.
  const place = Number(cursor) - (shard.log[0]?.id ?? 0)
  const since = shard.log.slice(place + 1)
  if (!(shard.log[place]?.id === Number(cursor)) || since.length > MOST_NEWS) return news(null, [])
  const changed = [...new Set(since.map(({ key }) => key))].flatMap((key) => shard.kept.get(key) ?? [])
  return news(
    shard.lastId,
    changed.map((kept) => told(turn, kept)),
  )
}

function isTelling({ record, isViewRefused, hasOtherRules }: FleetChange): boolean {
  return record.version > 0 || isViewRefused || hasOtherRules
}

export function command(turn: Turn, entry: FleetEntry, { type, openForMs, message = '' }: FleetCommand): FleetChange {
  const loaded = load(turn, entry)
  const { kept } = loaded
  const { state } = kept.record
  const said = { message: boundedMessage(message) }
  if (turn.isLate) return told(turn, kept, loaded)
  if (type === 'trip' && state !== 'open') {
    open(turn, kept, entry.rules, 'tripped', said, openForMs)
  } else if (type === 'probe' && state === 'open') {
    change(turn, kept, 'halfOpen', 'probeRequested', said)
    kept.leases.clear()
  } else if (type === 'isolate' && state !== 'forcedOpen') change(turn, kept, 'forcedOpen', 'isolated', said)
  else if (type === 'disable' && state !== 'disabled') change(turn, kept, 'disabled', 'disabled', said)
  else if (type === 'enable' && (state === 'forcedOpen' || state === 'disabled')) {
    close(turn, kept, 'enabled', said.message)
  } else if (type === 'reset') {
    if (state !== 'closed') close(turn, kept, 'reset', said.message)
    else forget(kept)
  }
  return told(turn, kept, loaded)
}
