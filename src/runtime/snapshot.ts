// Snapshot: the rows of a registry as JSON, and back.
import { type BreakerSnapshot, type RegistrySnapshot, VERSION } from '../edge/snapshot-format.ts'
import { freeze } from '../rules/freeze.ts'
import type { Policy, RateRule } from '../rules/policy.ts'
import { inOrder, newestFailures, newTally, type Tally } from '../rules/tally.ts'
import { isSameSize, phaseMsOf, type SlidingWindow, slicesOf, windowOf } from '../rules/window.ts'
import type { Row } from './row.ts'

type WindowSnapshot = BreakerSnapshot['tally']['failureRate']

const STATES = ['closed', 'open', 'halfOpen', 'forcedOpen', 'disabled'] as const

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
    openForMs: openedAt === null ? null : msBetween(openedAt, now),
    remainingMs: deadline === null ? null : msBetween(now, deadline),
    openings,
    tally: {
      consecutiveFailures: row.consecutiveFailures,
      failures: row.failures,
      failureAgesMs: failureAges(row, policy, now),
      failureRate: windowSnapshot(row.failureRate, policy.failureRate, now),
      slowCalls: windowSnapshot(row.slowCalls, policy.slowCalls, now),
    },
    calls: { allowed, rejected, succeeded, failed, ignored, late, slow },
    timeInState: timeInStateOf(row, now),
  }
}

/** Never negative, and a number even if the clock gave none: it may have stepped back since. */
function msBetween(from: number, to: number): number {
  return to > from ? to - from : 0
}

function timeInStateOf({ timeInState: spent, state, since }: Row, now: number): BreakerSnapshot['timeInState'] {
  const total = { ...spent, [state]: spent[state] + msBetween(since, now) }
  // A clock that stepped back at a transition has counted backwards there.
  for (const name of STATES) total[name] = msBetween(0, total[name])
  return total
}

/** The ages of the failures that are still in the window, oldest first. */
function failureAges(tally: Tally, { failureWindowMs }: Policy, now: number): number[] {
  const ages = inOrder(tally).map((at) => msBetween(at, now))
  return failureWindowMs === null ? [] : ages.filter((age) => age < failureWindowMs)
}

function windowSnapshot(window: SlidingWindow | null, rule: RateRule | null, now: number): WindowSnapshot {
  if (window === null || rule === null) return null
  const slices = slicesOf(window, rule.window, now)
  const phaseMs = phaseMsOf(window, rule.window, now)
  return { size: { ...rule.window }, slices, ...(phaseMs !== undefined && { phaseMs }) }
}

/** Makes a new row the image of the snapshot, as if its breaker had crashed and is to be restarted from it. */
export function restore(row: Row, from: BreakerSnapshot, now: number): void {
  row.state = from.state
  row.generation = from.generation
  row.reason = from.reason && freeze(from.reason)
  row.openedAt = from.openForMs === null ? null : now - from.openForMs
  row.deadline = from.remainingMs === null ? null : now + from.remainingMs
  row.openings = from.openings
  Object.assign(row, restoredTally(from, row.policy, now), from.calls)
  Object.assign(row.timeInState, from.timeInState)
}

function restoredTally(from: BreakerSnapshot, policy: Policy, now: number): Tally {
  const { consecutiveFailures, failures, failureAgesMs, failureRate, slowCalls } = from.tally
  const fresh = newTally(policy, now)
  const { failureWindowMs } = policy
  // The window of before may have been longer.
  const ages = failureWindowMs === null ? [] : failureAgesMs.filter((age) => age < failureWindowMs)
  const times = ages.map((age) => now - age)
  return {
    consecutiveFailures,
    failures,
    failureTimes: newestFailures(times, policy),
    oldestFailure: 0,
    failureRate: restoredWindow(failureRate, policy.failureRate, now) ?? fresh.failureRate,
    slowCalls: restoredWindow(slowCalls, policy.slowCalls, now) ?? fresh.slowCalls,
  }
}

function restoredWindow(from: WindowSnapshot, rule: RateRule | null, now: number): SlidingWindow | null {
  // Slices of another size are no evidence under this policy.
  if (from === null || rule === null || !isSameSize(from.size, rule.window)) return null
  return windowOf(from.slices, rule.window, now, from.phaseMs)
}
