// Settle: what an outcome does. A closed one is folded into the row with the machine's own rules; what may change the
// state goes to the actor, which decides.
import { isTimeout } from '../edge/call-options.ts'
import { isLate } from '../rules/decide.ts'
import { addDuration, type LatencySketch, newSketch } from '../rules/latency.ts'
import { addFailure, addSuccess, datesSuccesses } from '../rules/tally.ts'
import { firedTrigger, rateTrigger } from '../rules/triggers.ts'
import { callChannel } from './channels.ts'
import type { Result } from './classify.ts'
import { caughtUp, send } from './deliver.ts'
import { publishCall, tellOutcome } from './outcome-events.ts'
import { chronicleOf, NO_PROBE, type Row } from './row.ts'

/** The time of an outcome, where the policy needs it. */
export function dateOf(row: Row): number {
  return datesSuccesses(row.policy) ? row.home.clock.now() : 0
}

/**
 * Counts how a call ended. `durationMs` is NaN where nobody measured it; `now` matters if the policy dates successes;
 * `error` is what the call threw.
 */
export function settle(
  row: Row,
  result: Result,
  admittedIn: number,
  probe: number,
  durationMs: number,
  now: number,
  error?: unknown,
  isSlow = false,
): void {
  if (!row.isHeard && !callChannel.hasSubscribers) count(row, result, admittedIn, probe, durationMs, now, error, isSlow)
  // The outcome is told before what comes of it.
  else row.home.turns.hold(() => count(row, result, admittedIn, probe, durationMs, now, error, isSlow))
}

function count(
  row: Row,
  result: Result,
  admittedIn: number,
  probe: number,
  durationMs: number,
  now: number,
  error: unknown,
  isSlow: boolean,
): void {
  const { policy, state } = caughtUp(row)
  row.version++
  if (isLate(row, admittedIn, probe === NO_PROBE ? undefined : probe)) {
    countLate(row, admittedIn, durationMs)
    if (!row.folds) sendResult(row, result, admittedIn, probe, durationMs, isSlow)
    return
  }
  if (row.isHeard || callChannel.hasSubscribers) tellOutcome(row, result, durationMs, error)
  if (result === 'fail' && isTimeout(error)) chronicleOf(row).timedOut++
  if (row.folds && state === 'closed') {
    fold(row, result, durationMs, now, isSlow)
    return
  }
  addOutcome(row, result, durationMs, isSlow)
  const prolongs = state === 'open' && result === 'fail' && policy.openTimeoutFrom === 'lastFailure'
  if (!row.folds || state === 'halfOpen' || prolongs) sendResult(row, result, admittedIn, probe, durationMs, isSlow)
}

function fold(row: Row, result: Result, durationMs: number, now: number, isSlow: boolean): void {
  if (result === 'succeed') foldSuccess(row, durationMs, now, isSlow)
  else if (result === 'fail') foldFailure(row, durationMs, now, isSlow)
  else addOutcome(row, 'ignore', durationMs, isSlow)
}

/** Folds a success of this generation. The outcome that makes a trigger fire goes to the actor, which decides. */
export function foldSuccess(row: Row, durationMs: number, now: number, isSlow: boolean): void {
  const { policy } = row
  row.succeeded++
  row.version++
  if (!isSlow && policy.slowCalls !== null && durationMs > policy.slowCalls.slowerThanMs) chronicleOf(row).slow++
  addSuccess(row, policy, now, durationMs, isSlow)
  if (rateTrigger(row, policy) !== null) sendResult(row, 'succeed', row.generation, NO_PROBE, durationMs, isSlow)
}

function foldFailure(row: Row, durationMs: number, dated: number, isSlow: boolean): void {
  const { policy } = row
  const now = policy.failureWindowMs === null || datesSuccesses(policy) ? dated : row.home.clock.now()
  addOutcome(row, 'fail', durationMs, isSlow)
  addFailure(row, policy, now, durationMs, isSlow)
  if (firedTrigger(row, policy, now) !== null) sendResult(row, 'fail', row.generation, NO_PROBE, durationMs, isSlow)
}

function addOutcome(row: Row, result: Result, durationMs: number, isSlow: boolean): void {
  const { slowCalls } = row.policy
  if (result === 'succeed') row.succeeded++
  else if (result === 'fail') row.failed++
  else chronicleOf(row).ignored++
  if (!isSlow && result !== 'ignore' && slowCalls !== null && durationMs > slowCalls.slowerThanMs)
    chronicleOf(row).slow++
}

function sendResult(
  row: Row,
  type: Result,
  generation: number,
  probe: number,
  durationMs: number,
  isSlow: boolean,
): void {
  const at = row.home.clock.now()
  if (probe === NO_PROBE) send(row, { type, generation, durationMs, at, isSlow })
  else send(row, { type, generation, probe, durationMs, at, isSlow })
}

function countLate(row: Row, admittedIn: number, durationMs: number): void {
  const { home, name: endpoint, generation } = row
  chronicleOf(row).late++
  publishCall(row, 'late', durationMs)
  if (home.hub.hears('late', endpoint)) home.hub.post('late', { endpoint, admittedIn, generation })
}

/** Counts down to the next call whose latency is sampled. */
export function takesSample(row: Row): boolean {
  if (row.untilSample > 1) {
    row.untilSample--
    return false
  }
  const { latencySampling } = row.policy
  row.untilSample = latencySampling
  return latencySampling > 0
}

export function sample(row: Row, durationMs: number): void {
  if (row.latency === null) {
    row.latency = durationMs
    return
  }
  const sketch = sketchOf(row) ?? newSketch()
  addDuration(sketch, durationMs)
  row.latency = sketch
}

/** The sampled latencies; one sample alone is kept as a number. */
export function sketchOf({ latency }: Row): LatencySketch | null {
  if (typeof latency !== 'number') return latency
  const sketch = newSketch()
  addDuration(sketch, latency)
  return sketch
}
