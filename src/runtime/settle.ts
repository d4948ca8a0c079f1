// Admission and settlement: what a row does with a call before it is made and after it has ended.
// Closed outcomes are folded into the row with the machine's own rules; what may change the state goes to the actor.

import { BreakerOpenError } from '../edge/errors.ts'
import { type BreakerEvent, hasPermit, holdsProbe, isLate, overdueEvent } from '../rules/decide.ts'
import { addDuration, newSketch } from '../rules/latency.ts'
import { answerOf, type Outcome } from '../rules/policy.ts'
import { addFailure, addSuccess, datesSuccesses } from '../rules/tally.ts'
import { firedTrigger, rateTrigger } from '../rules/triggers.ts'
import { type Row, rejectionOf, restartSampling } from './row.ts'

export type Result = 'succeed' | 'fail' | 'ignore'
export type Ended = { readonly value: unknown } | { readonly error: unknown }

/** The probe number of a call that is no probe. */
export const NO_PROBE = 0

/** Sends to the row's actor, after what is overdue. */
export function send(row: Row, event: BreakerEvent): void {
  catchUp(row, event.at)
  deliver(row, event)
}

/** Makes up for what a stalled event loop kept the timers from telling, so that no event comes before its turn (R05). */
export function catchUp(row: Row, now: number): void {
  for (let event = overdueEvent(row.state, row, now); event !== null; event = overdueEvent(row.state, row, now)) {
    const { generation, probes } = row
    deliver(row, event)
    // An actor that can't be started changes nothing.
    if (row.generation === generation && row.probes === probes) return
  }
}

/** With the outcomes that were folded since the actor's last event as evidence. */
function deliver(row: Row, event: BreakerEvent): void {
  const { home } = row
  // A deleted row has no actor any more; one of its name would be another breaker's.
  if (!row.attached) return
  home.hub.run(() => {
    const actor = row.actor ?? home.install(row)
    const folded = home.folding && row.state === 'closed' && event.tally === undefined
    home.timers.asOf(event.at, () => actor?.send(folded ? { ...event, tally: row } : event))
  })
}

/** Whether `admit` would let a call through now. */
export function wouldAdmit(row: Row): boolean {
  if (row.state === 'closed' || row.state === 'disabled') return true
  catchUp(row, row.home.clock.now())
  return row.state === 'halfOpen' && hasPermit(row, row.policy)
}

/** The number of the probe (NO_PROBE outside half-open), or the error for a call that is not admitted. */
export function admit(row: Row): number | BreakerOpenError {
  const { state, home } = row
  if (state === 'closed' || state === 'disabled') {
    if (!home.folding) send(row, { type: 'admit', probe: NO_PROBE, at: home.clock.now() })
    row.allowed++
    return NO_PROBE
  }
  const now = state === 'forcedOpen' && home.folding ? 0 : home.clock.now()
  catchUp(row, now)
  // A subscriber of the actor that calls would be admitted after it was told no: the actor has to finish first.
  if (home.hub.isCurrent(row.publishedIn)) return reject(row, now)
  const mayProbe = row.state === 'halfOpen' && hasPermit(row, row.policy)
  if (!mayProbe && home.folding) return reject(row, now)

  const probe = row.nextProbe++
  send(row, { type: 'admit', probe, at: now })
  // By the row, not by hope: the actor may have crashed.
  if (!holdsProbe(row, probe)) {
    if (mayProbe) send(row, { type: 'ignore', generation: row.generation, probe, durationMs: Number.NaN, at: now })
    return row.state === 'closed' || row.state === 'disabled' ? admit(row) : reject(row, now)
  }
  row.allowed++
  const { name: endpoint, generation, probes } = row
  home.hub.run(() => home.hub.post('probe', { endpoint, generation, inFlight: probes.length }))
  return probe
}

function reject(row: Row, now: number): BreakerOpenError {
  const { state, generation, home, name: endpoint } = row
  row.rejected++
  // A permit that is free is taken by somebody just now: at once is the honest answer, and it is above 0.
  const waitMs = retryAfterMs(row, now) ?? (state === 'halfOpen' ? 1 : undefined)
  if (home.hub.hears('rejected')) {
    home.hub.run(() => home.hub.post('rejected', { endpoint, state, generation }))
  }
  const error = new BreakerOpenError(rejectionOf(row), endpoint, state, waitMs)
  if (row.policy.captureStack) Error.captureStackTrace(error)
  return error
}

/** Time to the next permit: until the open time has passed, or the oldest probe must have reported. */
export function retryAfterMs(row: Row, now: number): number | undefined {
  if (row.state === 'open') return row.deadline === null ? undefined : Math.max(row.deadline - now, 0)
  const oldest = row.probes[0]
  if (row.state !== 'halfOpen' || oldest === undefined || hasPermit(row, row.policy)) return undefined
  return Math.min(Math.max(oldest.expiresAt - now, 1), row.policy.openTimeoutMs)
}

/** The time of an outcome, where the policy needs it. */
export function dateOf(row: Row): number {
  return datesSuccesses(row.policy) ? row.home.clock.now() : 0
}

/** Counts how a call ended. `durationMs` is NaN where nobody measured it; `now` matters if the policy dates successes. */
export function settle(
  row: Row,
  result: Result,
  admittedIn: number,
  probe: number,
  durationMs: number,
  now: number,
): void {
  const { home, policy } = row
  if (row.state === 'open' || row.state === 'halfOpen') catchUp(row, home.clock.now())
  const { state } = row
  const late = isLate(row, admittedIn, probe === NO_PROBE ? undefined : probe)
  if (!late && home.folding && state === 'closed') {
    if (result === 'succeed') foldSuccess(row, durationMs, now)
    else if (result === 'fail') foldFailure(row, durationMs, now)
    else row.ignored++
    return
  }
  if (late) countLate(row, admittedIn)
  else count(row, result, durationMs)
  const prolongs = state === 'open' && result === 'fail' && policy.openTimeoutFrom === 'lastFailure'
  if (!home.folding || (!late && (state === 'halfOpen' || prolongs))) {
    sendResult(row, result, admittedIn, probe, durationMs)
  }
}

/** Folds a success of this generation. The outcome that makes a trigger fire goes to the actor, which decides. */
export function foldSuccess(row: Row, durationMs: number, now: number): void {
  const { policy } = row
  row.succeeded++
  if (policy.slowCalls !== null && durationMs > policy.slowCalls.slowerThanMs) row.slow++
  addSuccess(row, policy, now, durationMs)
  if (rateTrigger(row, policy) !== null) sendResult(row, 'succeed', row.generation, NO_PROBE, durationMs)
}

function foldFailure(row: Row, durationMs: number, dated: number): void {
  const { policy } = row
  const now = policy.failureWindowMs === null || datesSuccesses(policy) ? dated : row.home.clock.now()
  count(row, 'fail', durationMs)
  addFailure(row, policy, now, durationMs)
  if (firedTrigger(row, policy, now) !== null) sendResult(row, 'fail', row.generation, NO_PROBE, durationMs)
}

function count(row: Row, result: Result, durationMs: number): void {
  const { slowCalls } = row.policy
  if (result === 'succeed') row.succeeded++
  else if (result === 'fail') row.failed++
  else row.ignored++
  if (result !== 'ignore' && slowCalls !== null && durationMs > slowCalls.slowerThanMs) row.slow++
}

function sendResult(row: Row, type: Result, generation: number, probe: number, durationMs: number): void {
  const permit = probe === NO_PROBE ? { generation } : { generation, probe }
  send(row, { type, ...permit, durationMs, at: row.home.clock.now() })
}

function countLate(row: Row, admittedIn: number): void {
  const { home, name: endpoint, generation } = row
  row.late++
  if (home.hub.hears('late')) home.hub.run(() => home.hub.post('late', { endpoint, admittedIn, generation }))
}

/** Counts down to the next call whose latency is sampled. */
export function takesSample(row: Row): boolean {
  if (row.untilSample > 1) {
    row.untilSample--
    return false
  }
  restartSampling(row)
  return row.policy.latencySampling > 0
}

export function sample(row: Row, durationMs: number): void {
  row.latency ??= newSketch()
  addDuration(row.latency, durationMs)
}

/** What an outcome counts as. A classifier that throws, or answers neither true, false nor undefined, makes it a failure. */
export function classify(row: Row, ended: Ended, durationMs: number): Result {
  const { ignore, isFailure } = row.policy
  const asUsual = 'error' in ended ? 'fail' : 'succeed'
  if (ignore === null && isFailure === null) return asUsual
  const outcome: Outcome = { ...ended, durationMs }
  const ignored = ask(row, 'ignore', outcome)
  if (ignored === 'wrong') return 'fail'
  if (ignored === true) return 'ignore'
  const failed = ask(row, 'isFailure', outcome)
  if (failed === undefined) return asUsual
  return failed === false ? 'succeed' : 'fail'
}

/** The answer of the user's own code: `undefined` for "as usual", and where there is none to ask. */
function ask(row: Row, source: 'ignore' | 'isFailure', outcome: Outcome): boolean | 'wrong' | undefined {
  const { home, name: endpoint } = row
  const classifier = row.policy[source]
  if (classifier === null) return undefined
  const report = (error: unknown) => home.hub.run(() => home.hub.post('error', { source, endpoint, error }))
  try {
    const answer = answerOf(classifier, outcome)
    if (typeof answer === 'boolean' || answer === undefined) return answer
    if (answer instanceof Promise) answer.catch(() => {})
    report(new TypeError(`${source} must answer true, false or undefined at once, not ${String(answer)}`))
  } catch (error) {
    report(error)
  }
  return 'wrong'
}
