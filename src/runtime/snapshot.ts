// Snapshot: the rows of a registry as JSON, and back.
import { type BreakerSnapshot, type RegistrySnapshot, VERSION } from '../edge/snapshot-format.ts'
import type { BreakerState } from '../rules/decide.ts'
import type { Policy, RateRule } from '../rules/policy.ts'
import { inOrder, newTally, type Tally } from '../rules/tally.ts'
import type { Reason } from '../rules/triggers.ts'
import { type SlidingWindow, slicesOf, windowOf } from '../rules/window.ts'
import type { Row } from './row.ts'

export function snapshotOf(rows: Iterable<Row>, now: number): RegistrySnapshot {
  return { version: VERSION, breakers: Array.from(rows, (row) => breakerSnapshot(row, now)) }
}

function breakerSnapshot(row: Row, now: number): BreakerSnapshot {
  const { name: endpoint, state, generation, reason, openedAt, deadline, openings, policy } = row
  const { allowed, rejected, succeeded, failed, ignored, late, slow } = row
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
    calls: { allowed, rejected, succeeded, failed, ignored, late, slow },
    timeInState: { ...row.timeInState, [state]: row.timeInState[state] + now - row.since },
  }
}

function windowSnapshot(window: SlidingWindow | null, rule: RateRule | null, now: number) {
  return window && rule && { size: { ...rule.window }, slices: slicesOf(window, rule.window, now) }
}

/** Makes a new row the image of the snapshot, as if its breaker had crashed and is to be restarted from it. */
export function restore(row: Row, from: BreakerSnapshot, now: number): void {
  row.state = from.state as BreakerState
  row.generation = from.generation
  row.reason = from.reason as Reason | null
  row.openedAt = from.openForMs === null ? null : now - from.openForMs
  row.deadline = from.remainingMs === null ? null : now + from.remainingMs
  row.openings = from.openings
  Object.assign(row, restoredTally(from, row.policy, now), from.calls)
  Object.assign(row.timeInState, from.timeInState)
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
