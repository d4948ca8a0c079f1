// Snapshot: the rows of a registry as JSON, and back.
import { type BreakerSnapshot, type RegistrySnapshot, VERSION } from '../edge/snapshot-format.ts'
import { freeze } from '../rules/freeze.ts'
import type { Ramp } from '../rules/ramp.ts'
import { restoreEvidence, saveEvidence } from '../rules/triggers/index.ts'
import { caughtUp } from './deliver.ts'
import { choosePath } from './path.ts'
import { extrasOf, type Row, setEvidence } from './row.ts'
import { callsOf, timeInState } from './stats.ts'

export function snapshotOf(rows: Iterable<Row>, now: number): RegistrySnapshot {
  return { version: VERSION, breakers: Array.from(rows, (row) => breakerSnapshot(caughtUp(row), now)) }
}

function breakerSnapshot(row: Row, now: number): BreakerSnapshot {
  const { name: endpoint, state, generation, policy } = row
  const { reason, openedAt, deadline, openings, ramp } = row.current
  return {
    endpoint,
    state,
    generation,
    reason: reason && { ...reason },
    openForMs: openedAt === null ? null : msBetween(openedAt, now),
    remainingMs: deadline === null ? null : msBetween(now, deadline),
    openings,
    ...(ramp !== null && { ramp: rampSnapshot(ramp, now) }),
    evidence: saveEvidence(row, policy, now),
    calls: callsOf(row),
    timeInState: timeInState(row, now),
  }
}

function rampSnapshot({ startedAt, endsAt, credit }: Ramp, now: number): BreakerSnapshot['ramp'] {
  return { ranForMs: msBetween(startedAt, now), remainingMs: msBetween(now, endsAt), credit }
}

function restoredRamp({ state, ramp }: BreakerSnapshot, now: number): Ramp | null {
  if (state !== 'halfOpen' || ramp === undefined) return null
  const { ranForMs, remainingMs, credit } = ramp
  return Object.freeze({ startedAt: now - ranForMs, endsAt: now + remainingMs, credit, lastAdmitted: 0 })
}

/** Never negative: an event may be dated by what was due before it. */
function msBetween(from: number, to: number): number {
  return to > from ? to - from : 0
}

/** Makes a new row the image of the snapshot, as if its breaker had crashed and is to be restarted from it. */
export function restore(row: Row, from: BreakerSnapshot, now: number): void {
  const { state, openings, calls } = from
  const extras = extrasOf(row)
  row.state = state
  // What was admitted before is late, and no call is in flight here.
  row.generation = from.generation + 1
  row.current = {
    generation: row.generation,
    reason: from.reason && freeze(from.reason),
    openedAt: from.openForMs === null ? null : now - from.openForMs,
    deadline: from.remainingMs === null ? null : now + from.remainingMs,
    openings,
    probes: [],
    ramp: restoredRamp(from, now),
    probeSuccesses: 0,
    probeFailures: 0,
  }
  setEvidence(row, restoreEvidence(from.evidence, row.policy, now))
  row.allowed = calls.allowed
  row.succeeded = calls.succeeded
  row.failed = calls.failed
  const { rejected, ignored, late, slow, timedOut = 0, fallbacks = 0, limited = 0 } = calls
  Object.assign(extras, { rejected, ignored, late, slow, timedOut, fallbacks, limited })
  extras.recorded = calls.succeeded + calls.failed + calls.ignored + calls.late - calls.allowed
  Object.assign(extras.timeInState, from.timeInState)
  choosePath(row)
}
