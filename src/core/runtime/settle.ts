// Settle: what an outcome does. A closed one is folded into the row with the machine's own rules; what may change the
// state goes to the actor, which decides.
import { isTimeout } from '../edge/timeout-error.ts'
import { isLate } from '../rules/decide.ts'
import { addDuration, type LatencySketch, newSketch } from '../rules/latency.ts'
import { addFailure, addSuccess, datesSuccesses, firedTrigger, firedWithoutFailure } from '../rules/triggers/index.ts'
import { isSlowCall } from '../rules/triggers/slow-calls.ts'
import { callChannel } from './channels.ts'
import type { Result } from './classify.ts'
import { caughtUp, send } from './deliver.ts'
import { tellLate, tellOutcome } from './outcome-events.ts'
import { extrasOf, NO_PROBE, type Row } from './row.ts'

/** The time of an outcome, where the policy needs it of any; else NaN. */
export function dateOf(row: Row): number {
  return datesSuccesses(row.policy) ? row.core.clock.now() : Number.NaN
}

/**
 * Counts how a call ended. `durationMs` is NaN where nobody measured it; `now`, where nobody has looked at the clock yet;
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
  const isTold = row.isHeard || callChannel.hasSubscribers
  // Before anything is judged: a clock is code of others, which may end the generation.
  const at = Number.isNaN(now) && (isTold || result === 'fail') ? row.core.clock.now() : now
  if (!isTold) count(row, result, admittedIn, probe, durationMs, at, error, isSlow)
  // The outcome is emitted before its consequences.
  else row.core.turns.hold(() => count(row, result, admittedIn, probe, durationMs, at, error, isSlow))
}

function count(
  row: Row,
  result: Result,
  admittedIn: number,
  probe: number,
  durationMs: number,
  at: number,
  error: unknown,
  isSlow: boolean,
): void {
  const { policy, state } = caughtUp(row)
  row.version++
  if (isLate(row, admittedIn, probe === NO_PROBE ? undefined : probe)) {
    extrasOf(row).late++
    tellLate(row, result, admittedIn, durationMs, at, error)
    if (!row.folds) sendResult(row, result, admittedIn, probe, durationMs, isSlow)
    return
  }
  if (row.isHeard || callChannel.hasSubscribers) tellOutcome(row, result, durationMs, at, error)
  if (result === 'fail') noteFailure(row, at, error)
  if (row.folds && state === 'closed') {
    fold(row, result, durationMs, at, error, isSlow)
    return
  }
  addOutcome(row, result, durationMs, isSlow)
  const prolongs = state === 'open' && result === 'fail' && policy.openTimeoutFrom === 'lastFailure'
  if (!row.folds || state === 'halfOpen' || prolongs)
    sendResult(row, result, admittedIn, probe, durationMs, isSlow, error)
}

function noteFailure(row: Row, at: number, error: unknown): void {
  row.lastFailureAt = at
  if (isTimeout(error)) extrasOf(row).timedOut++
}

function fold(row: Row, result: Result, durationMs: number, at: number, error: unknown, isSlow: boolean): void {
  if (result === 'succeed') foldSuccess(row, durationMs, at, isSlow)
  else if (result === 'fail') foldFailure(row, durationMs, at, error, isSlow)
  else addOutcome(row, 'ignore', durationMs, isSlow)
}

/** Folds a success of this generation. The outcome that makes a trigger fire goes to the actor, which decides. */
export function foldSuccess(row: Row, durationMs: number, now: number, isSlow: boolean): void {
  const { policy } = row
  row.succeeded++
  row.version++
  if (!isSlow && isSlowCall(policy, durationMs)) extrasOf(row).slow++
  addSuccess(row, policy, now, durationMs, isSlow)
  if (firedWithoutFailure(row, policy) !== null)
    sendResult(row, 'succeed', row.generation, NO_PROBE, durationMs, isSlow)
}

function foldFailure(row: Row, durationMs: number, now: number, error: unknown, isSlow: boolean): void {
  const { policy } = row
  addOutcome(row, 'fail', durationMs, isSlow)
  addFailure(row, policy, now, durationMs, isSlow)
  if (firedTrigger(row, policy, now) !== null)
    sendResult(row, 'fail', row.generation, NO_PROBE, durationMs, isSlow, error)
}

function addOutcome(row: Row, result: Result, durationMs: number, isSlow: boolean): void {
  if (result === 'succeed') row.succeeded++
  else if (result === 'fail') row.failed++
  else extrasOf(row).ignored++
  if (!isSlow && result !== 'ignore' && isSlowCall(row.policy, durationMs)) extrasOf(row).slow++
}

function sendResult(
  row: Row,
  type: Result,
  generation: number,
  probe: number,
  durationMs: number,
  isSlow: boolean,
  error?: unknown,
): void {
  const at = row.core.clock.now()
  // An error that was judged no failure is the cause of nothing.
  const cause = type === 'fail' ? error : undefined
  const event = { type, generation, durationMs, at, ...(probe !== NO_PROBE && { probe }), ...(isSlow && { isSlow }) }
  send(row, event, cause)
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
