// Publish: makes a row the image of what its actor has decided. Called inside the actor's turn, at every decision.
import type { SnapshotFrom } from 'xstate'
import { type breakerMachine, stateOf } from '../../../machines/breaker.machine.ts'
import { carryCause } from '../edge/caused-by.ts'
import { newRejection, type Rejection } from '../edge/errors.ts'
import { enterClosed } from '../rules/decide.ts'
import type { Policy } from '../rules/policy.ts'
import type { BreakerState } from '../rules/states.ts'
import { refitEvidence } from '../rules/triggers/index.ts'
import { dateAt } from './dates.ts'
import { choosePath } from './path.ts'
import { beginGeneration, dataOf, extrasOf, firstSampleIn, type Row, setEvidence } from './row.ts'

export function publish(row: Row, snapshot: Pick<SnapshotFrom<typeof breakerMachine>, 'value' | 'context'>): void {
  const { policy, data, at } = snapshot.context
  const state = stateOf(snapshot)
  const { state: from, current: before } = row
  const isNewGeneration = data.generation !== row.generation
  const isNewPolicy = policy !== row.policy
  // While folding, the row's evidence is ahead of the actor's, or the same: an event brings it along. But closing clears it.
  if (!row.folds || isNewPolicy || (isNewGeneration && state === 'closed')) setEvidence(row, data.evidence)
  const rampBegins = data.ramp !== null && before.ramp === null
  row.current = data
  const { policy: previous } = row
  if (isNewPolicy) setPolicy(row, policy, at)
  if (isNewGeneration) beginGeneration(row, data.generation)
  if ((isNewGeneration || rampBegins) && row.extras.rejection !== null) extrasOf(row).rejection = null
  if (state !== from) move(row, state, at)
  // Tripped while open, or reset while closed, too; a crash begins a generation, but keeps the reason.
  if (data.reason !== before.reason) {
    noteCause(row)
    tell(row, from, at)
  }
  choosePath(row)
  // To be given a policy decides nothing: that has a time of its own.
  if (isNewPolicy) tellConfigured(row, previous, row.actor?.at ?? at)
}

/** What opened it is known until it closes: the trial is about that still. What operators do has no cause. */
function noteCause(row: Row): void {
  if (row.state === 'halfOpen') return
  const cause = row.state === 'open' ? row.actor?.cause : undefined
  if (row.extras.cause !== cause) extrasOf(row).cause = cause
}

function move(row: Row, state: BreakerState, at: number): void {
  const { timeInState } = extrasOf(row)
  timeInState[row.state] += Math.max(0, at - row.since)
  row.since = at
  row.state = state
  row.core.moved(row)
}

function tell(row: Row, from: BreakerState, at: number): void {
  const { core, name: endpoint, state: to, generation, current, extras } = row
  const { reason } = current
  if (reason === null || !core.dispatcher.hears('transition', endpoint)) return
  const event = { endpoint, from, to, generation, reason, at, time: dateAt(core.clock, at) }
  core.dispatcher.post('transition', carryCause(event, to === 'open' ? extras.cause : undefined))
}

/** A reset of a row whose actor is about to go: to ask it would cost 10 µs a row, in one go. */
export function resetWithoutActor(row: Row, at: number): void {
  const { policy, core } = row
  const data = dataOf(row)
  enterClosed(data, policy, { type: 'reset' }, at)
  row.resets = core.resets.count
  publish(row, { value: 'closed', context: { policy, data, at, seed: 0, startIn: 'closed' } })
}

/** A new policy for a closed row whose actor rests: to start one for it would cost 60 µs a row, and there may be a million. */
export function configureWithoutActor(row: Row, policy: Policy, at: number): void {
  setEvidence(row, refitEvidence(row, row.policy, policy, at))
  const { policy: previous } = row
  setPolicy(row, policy, at)
  choosePath(row)
  tellConfigured(row, previous, at)
}

function setPolicy(row: Row, policy: Policy, at: number): void {
  row.policy = policy
  if (policy.slowCalls !== null) row.inFlight?.refit(policy.slowCalls, at)
  else {
    row.inFlight?.end()
    row.inFlight = null
  }
  row.untilSample = firstSampleIn(policy)
}

function tellConfigured({ core, name: endpoint, policy }: Row, previous: Policy, at: number): void {
  if (!core.dispatcher.hears('configured', endpoint)) return
  core.dispatcher.post('configured', { endpoint, policy, previous, at, time: dateAt(core.clock, at) })
}

/** Detaches a deleted row: every call admitted by it is late from now on. */
export function detach(row: Row): void {
  row.attached = false
  row.actor = null
  beginGeneration(row, row.generation + 1)
  choosePath(row)
}

/** What the errors of this generation have in common. */
export function rejectionOf(row: Row): Rejection {
  const extras = extrasOf(row)
  extras.rejection ??= newRejection(row.name, howItIs(row), row.current.reason ?? { type: 'reset' }, extras.cause)
  return extras.rejection
}

/** The state of a breaker that refuses calls, in words. */
export function howItIs({ state, policy, current }: Pick<Row, 'state' | 'policy' | 'current'>): string {
  if (state === 'forcedOpen') return 'forced open'
  if (state !== 'halfOpen') return state
  if (current.ramp !== null) return 'half-open and admits a growing share of calls'
  return policy.probes === 'calls' ? 'half-open and every permit is held' : 'half-open and no call may probe'
}
