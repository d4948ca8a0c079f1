// Deliver: how events reach a row's actor: after all that was due before them, in a turn.
import { type Command, commandEvent } from '../rules/commands.ts'
import { type BreakerEvent, isDue, overdueEvent } from '../rules/decide.ts'
import type { BreakerState } from '../rules/states.ts'
import { addSlow, copyEvidence, firedWithoutFailure } from '../rules/triggers/index.ts'
import { extrasOf, type Row } from './row.ts'

/** Sends to the row's actor, after what is overdue. `cause` is the error that it comes from. */
export function send(row: Row, event: BreakerEvent, cause?: unknown): void {
  row.core.turns.touch(event.at)
  catchUp(row, event.at)
  deliver(row, event, cause)
}

/** `message` and `openForMs`: see commandEvent. */
export function command(row: Row, type: Command, message = '', openForMs?: number): void {
  send(row, commandEvent(type, row.core.clock.now(), message, openForMs))
}

/** Catches up with the scheduler, so that no event comes before its turn (R05). */
export function catchUp(row: Row, now: number): void {
  resetIfDue(row)
  if (row.inFlight !== null) countSlow(row, now)
  if (row.state === 'open' || row.state === 'halfOpen') elapse(row, now)
}

/** The calls in flight that have become slow by `now` count, in the order in which they did. */
export function countSlow(row: Row, now: number): void {
  const { inFlight, policy } = row
  while (inFlight !== null && row.inFlight === inFlight && inFlight.isDue(now)) {
    const at = inFlight.takeSlow()
    extrasOf(row).slow++
    if (row.folds) addSlow(row, policy, at)
    if (!row.folds || firedWithoutFailure(row, policy) !== null) deliver(row, { type: 'slow', at })
  }
}

/** The part of this row in the last `resetAll`, with what was due before that. */
export function resetIfDue(row: Row | undefined): void {
  if (row === undefined || row.resets === row.core.resets.count || !row.attached) return
  const { resets } = row.core
  elapse(row, resets.at)
  row.resets = resets.count
  deliver(row, { type: 'reset', at: resets.at })
}

/** Tells what timers should have told by `now`: they are late when the event loop was stalled, or very many are due. */
function elapse(row: Row, now: number): void {
  for (
    let event = overdueEvent(row.state, row.current, now);
    event !== null;
    event = overdueEvent(row.state, row.current, now)
  ) {
    if (isHeld(row, event, now)) return
    const { current } = row
    deliver(row, event)
    // An actor that can't be started changes nothing.
    if (row.current === current) return
  }
}

/** Whether nothing can have become due by itself: no clock is needed to look at it. */
export function isQuiet({ state, inFlight, resets, core }: Row): boolean {
  if (state === 'open' || state === 'halfOpen' || resets !== core.resets.count) return false
  return inFlight === null || inFlight.isEmpty
}

/** Whether a lease is not to be judged yet: the probe's answer may have come in while the event loop was stalled (R07). */
function isHeld({ core, actor }: Row, event: BreakerEvent, now: number): boolean {
  if (event.type !== 'leaseExpired' || !core.deadlines.isGraceOwed(event.at, now)) return false
  const dueAt = actor?.nextDueAt
  // An actor that was stopped has no task, and nothing else would end the wait.
  if (dueAt === undefined || dueAt > now) return false
  core.turns.touch(now)
  return true
}

/** The row as all that is due by now leaves it. A closed row needs no clock. */
export function caughtUp(row: Row): Row {
  const now = isQuiet(row) ? undefined : row.core.clock.now()
  row.core.turns.touch(now)
  if (now !== undefined) catchUp(row, now)
  return row
}

/** The state that `caughtUp` would find; of an open row without asking its actor, for a look at all breakers at once. */
export function stateAt(row: Row, now: number): BreakerState {
  const { state, current, attached, resets, core } = row
  if (!attached || (state === 'closed' && row.inFlight === null)) return state
  if (resets !== core.resets.count) return 'closed'
  if (state === 'open') return isDue(current, now) ? 'halfOpen' : 'open'
  return caughtUp(row).state
}

/** Whether the row has an actor that works: none while it rests, none if somebody has stopped it. */
export function isActive({ actor }: Row): boolean {
  return actor !== null && actor.getSnapshot().status === 'active'
}

/** With the outcomes that were folded since the actor's last event as evidence. */
function deliver(row: Row, event: BreakerEvent, cause?: unknown): void {
  row.core.turns.run(() => {
    // A deleted row has no actor any more; one of its name would be another breaker's.
    if (!row.attached) return
    const { core, generation } = row
    const wasIdle = !isActive(row)
    if (wasIdle) core.supervisor.activate(row, event.at)
    const { actor } = row
    // An actor that was started from the row just now has all of it already.
    if (row.folds && row.state === 'closed')
      event.evidence = wasIdle ? actor?.getSnapshot().context.data.evidence : copyEvidence(row)
    actor?.deliver(event, event.at, cause)
    if (row.state === 'closed' && (wasIdle || row.generation !== generation)) core.supervisor.rest(row)
  })
}
