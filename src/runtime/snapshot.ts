// Snapshot: the rows of a registry as JSON, and back.
import { type BreakerSnapshot, type RegistrySnapshot, VERSION } from '../edge/snapshot-format.ts'
import type { Policy, RateRule } from '../rules/policy.ts'
import { inOrder, newTally, type Tally } from '../rules/tally.ts'
import type { Reason } from '../rules/triggers.ts'
import { type SlidingWindow, slicesOf, windowOf } from '../rules/window.ts'
import { caughtUp } from './deliver.ts'
import { chronicleOf, type Row, setPath, setTally } from './row.ts'
import { callsOf, timeInState } from './stats.ts'

export function snapshotOf(rows: Iterable<Row>, now: number): RegistrySnapshot {
  return { version: VERSION, breakers: Array.from(rows, (row) => breakerSnapshot(caughtUp(row), now)) }
}

function breakerSnapshot(row: Row, now: number): BreakerSnapshot {
  const { name: endpoint, state, generation, policy } = row
  const { reason, openedAt, deadline, openings } = row.stay
  return {
    endpoint,
    state,
    generation,
    reason: reason && { ...reason },
    openForMs: openedAt === null ? null : now - openedAt,
    remainingMs: deadline === null ? null : Math.max(0, deadline - now),
    openings,
    tally: {
      consecutiveFailures: row.consecutiveFailures,
      failures: row.failures,
      failureAgesMs: inOrder(row).map((at) => now - at),
      failureRate: windowSnapshot(row.failureRate, policy.failureRate, now),
      slowCalls: windowSnapshot(row.slowCalls, policy.slowCalls, now),
    },
    calls: callsOf(row),
    timeInState: timeInState(row, now),
  }
}

function windowSnapshot(window: SlidingWindow | null, rule: RateRule | null, now: number) {
  return window && rule && { size: { ...rule.window }, slices: slicesOf(window, rule.window, now) }
}

/** Makes a new row the image of the snapshot, as if its breaker had crashed and is to be restarted from it. */
export function restore(row: Row, from: BreakerSnapshot, now: number): void {
  const { state, openings, calls } = from
  const chronicle = chronicleOf(row)
  row.state = state
  // What was admitted before is late, and no call is in flight here.
  row.generation = from.generation + 1
  row.stay = {
    generation: row.generation,
    reason: from.reason as Reason | null,
    openedAt: from.openForMs === null ? null : now - from.openForMs,
    deadline: from.remainingMs === null ? null : now + from.remainingMs,
    openings,
    probes: [],
    probeSuccesses: 0,
    probeFailures: 0,
  }
  setTally(row, restoredTally(from, row.policy, now))
  row.allowed = calls.allowed
  row.succeeded = calls.succeeded
  row.failed = calls.failed
  Object.assign(chronicle, { rejected: calls.rejected, ignored: calls.ignored, late: calls.late, slow: calls.slow })
  chronicle.recorded = calls.succeeded + calls.failed + calls.ignored + calls.late - calls.allowed
  Object.assign(chronicle.timeInState, from.timeInState)
  setPath(row)
}

function restoredTally(from: BreakerSnapshot, policy: Policy, now: number): Tally {
  const { consecutiveFailures, failures, failureAgesMs, failureRate, slowCalls } = from.tally
  const fresh = newTally(policy, now)
  const kept = policy.failureWindowMs === null ? [] : failureAgesMs.slice(-(policy.failureThreshold ?? 0))
  return {
    consecutiveFailures,
    failures,
    failureTimes: kept.map((age) => now - age),
    oldestFailure: 0,
    failureRate: restoredWindow(failureRate, policy.failureRate, now) ?? fresh.failureRate,
    slowCalls: restoredWindow(slowCalls, policy.slowCalls, now) ?? fresh.slowCalls,
  }
}

function restoredWindow(
  from: BreakerSnapshot['tally']['failureRate'],
  rule: RateRule | null,
  now: number,
): SlidingWindow | null {
  // Slices of another size are no evidence under this policy.
  if (from === null || rule === null) return null
  return JSON.stringify(from.size) === JSON.stringify(rule.window) ? windowOf(from.slices, rule.window, now) : null
}
