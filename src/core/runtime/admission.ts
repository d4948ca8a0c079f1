// Admission: the one question before a call that is not on the plain path. The gates are asked in order and take nothing; when
// all agree each takes what it counts, once. The one report after the call is its permit's (permit.ts).

import type { CallContext } from '../edge/call-context.ts'
import { holdsProbe, wasAdmitted } from '../rules/decide.ts'
import type { Bulkhead } from './bulkhead.ts'
import { OwnContext } from './contexts.ts'
import { catchUp, isQuiet, send } from './deliver.ts'
import { breakerLets, type Gate, isUnguarded, overrideOf, refuserOf } from './gates.ts'
import { holdingOf, Nested } from './holding.ts'
import { type Enclosing, enclosingOf } from './nesting.ts'
import { Permit } from './permit.ts'
import { bulkheadOf, mayWait, moveOn, waitForSlot } from './queue.ts'
import { refuse } from './rejection.ts'
import { attached, extrasOf, NO_PROBE, type Row } from './row.ts'

/** A call is not admitted: by which gate, and when, in ms (NaN where no time was needed). */
export interface Refusal {
  readonly by: Gate
  readonly at: number
}

/** A listener for an admission may end its generation, and the call asks again; but not for ever: then it is late. */
const MOST_TIMES = 10

/**
 * The permit of a call, or who refuses it. `context` is that of the call around it, if it was passed; `slot` is held for a
 * call that has waited for it.
 */
export function admit(row: Row, context?: CallContext, slot: Bulkhead | null = null): Permit | Refusal {
  // Nothing stands before it, and nothing is to be taken.
  if (row.path !== 'full' && slot === null) {
    countAdmitted(row)
    return new Permit(row, NO_PROBE, row.generation, null)
  }
  // Waiting calls go first, also if a turn that is running keeps the queue from moving on by itself.
  if (slot === null) moveOn(row)
  const outer = outerOf(row, context)
  for (let times = 1; ; times++) {
    const at = upToDate(row)
    const { generation } = row
    if (outer?.isInForce === true && outer.generation === generation) {
      return new Permit(row, NO_PROBE, generation, new Nested(outer))
    }
    const hasItsSlot = slot !== null || outer?.hasSlot === true
    const by = refuserOf(row, at, hasItsSlot)
    if (by === null) {
      const permit = take(row, at, hasItsSlot, slot, times === MOST_TIMES)
      if (permit !== null) return permit
    } else if (by === 'breaker') tellActor(row, at)
    if (row.generation === generation || times === MOST_TIMES) return { by: by ?? 'breaker', at }
  }
}

/** Whether `admit` would let a call through now. */
export function wouldAdmit(row: Row, context?: CallContext): boolean {
  const at = upToDate(row)
  const outer = outerOf(row, context)
  const isInside = outer?.isInForce === true && outer.generation === row.generation
  return isInside || refuserOf(row, at, outer?.hasSlot === true) === null
}

/**
 * As `admit`, for a call that waits for a slot where it may.
 * @throws BreakerOpenError, ConcurrencyLimitError, RegistryClosedError, RegistryFullError, the reason of `signal`
 */
export async function admitInTurn(
  former: Row,
  signal: AbortSignal | undefined,
  context?: CallContext,
): Promise<Permit> {
  for (;;) {
    const row = attached(former)
    if (signal?.aborted) throw signal.reason
    const asked = admit(row, context)
    if (asked instanceof Permit) return asked
    if (asked.by !== 'bulkhead' || !row.attached || !mayWait(row)) throw refuse(row, asked.by, asked.at)
    // Without a slot there is nothing to wait for any more, or the breaker is gone: it asks again.
    if (!(await waitForSlot(row, signal))) continue
    const admitted = admitTo(row, signal, context)
    if (admitted !== null) return admitted
  }
}

/** Admits a call to the slot that is held for it; `null` when its breaker is gone. @throws what refuses it */
function admitTo(row: Row, signal: AbortSignal | undefined, context: CallContext | undefined): Permit | null {
  const slot = bulkheadOf(row)
  let admitted: Permit | Refusal | null = null
  try {
    if (signal?.aborted) throw signal.reason
    admitted = row.attached ? admit(row, context, slot) : null
    if (admitted === null || admitted instanceof Permit) return admitted
    throw refuse(row, admitted.by, admitted.at)
  } finally {
    if (!(admitted instanceof Permit)) slot.giveBack()
  }
}

/** The admitted call of this breaker in which the running code is; found by the context if that was passed. */
function outerOf(row: Row, context: CallContext | undefined): Enclosing | null {
  const call = context === undefined ? null : OwnContext.callOf(context)
  // Nothing is held of a breaker that counts nothing, as where its limit is gone: by whatever path, both calls count.
  if (isUnguarded(row)) return null
  if (call?.row === row && !call.isSettled) return call
  const { state, extras } = row
  const mayHold = state === 'halfOpen' || extras.bulkhead !== null || extras.override !== null
  return mayHold ? enclosingOf(row) : null
}

/** Brings the row up to now, and returns the time: NaN if the state does not end by itself, and no clock is needed. */
function upToDate(row: Row): number {
  if (isQuiet(row)) return Number.NaN
  const now = row.core.clock.now()
  row.core.turns.touch(now)
  catchUp(row, now)
  return now
}

function newSlot(row: Row): Bulkhead | null {
  const bulkhead = row.policy.maxConcurrent === null ? null : bulkheadOf(row)
  bulkhead?.take()
  return bulkhead
}

/** Every gate takes what it counts; `null` when the breaker has not admitted it after all, or its generation has ended over it. */
function take(row: Row, at: number, hasItsSlot: boolean, slot: Bulkhead | null, stands: boolean): Permit | null {
  const { generation } = row
  const ownShare = breakerLets(row) === 'share'
  // Taken first, because a listener for the admission may call again.
  const taken = hasItsSlot ? null : newSlot(row)
  const override = overrideOf(row)
  const isFleetProbe = override?.isProbeFree === true
  const putBack = override?.take()
  const probe = takeOwn(row, at)
  if (probe === null || (row.generation !== generation && !stands)) {
    putBack?.()
    taken?.giveBack()
    return null
  }
  countAdmitted(row)
  // What the override has let through is gone for those who wait.
  if (override !== null) row.extras.bulkhead?.changed()
  if (probe !== NO_PROBE) tellProbe(row, at)
  const endProbe = isFleetProbe ? override.beginProbe() : null
  return new Permit(row, probe, generation, holdingOf(slot ?? taken, endProbe, ownShare || override?.lets === 'share'))
}

function countAdmitted(row: Row): void {
  row.allowed++
  row.version++
}

/** The number of the probe; NO_PROBE for another call; `null` if the breaker does not admit it after all. */
function takeOwn(row: Row, at: number): number | null {
  if (breakerLets(row) === 'all') {
    if (!row.folds) send(row, { type: 'admit', probe: NO_PROBE, at: row.core.clock.now() })
    return NO_PROBE
  }
  const call = ++extrasOf(row).lastProbe
  send(row, { type: 'admit', probe: call, at })
  const { generation, current } = row
  // By the row, not by hope: the actor may have crashed.
  if (!wasAdmitted(current, call)) {
    // The permit may come into being yet, when the turn that is running has ended.
    send(row, { type: 'ignore', generation, probe: call, durationMs: Number.NaN, at })
    return null
  }
  // Of the share, not a probe: it needs no permit, and may take as long as any call.
  if (!holdsProbe(current, call)) return NO_PROBE
  return call
}

function tellProbe({ core, name: endpoint, generation, current }: Row, at: number): void {
  if (!core.dispatcher.hears('probe', endpoint)) return
  core.dispatcher.post('probe', { endpoint, generation, inFlight: current.probes.length, at })
}

/** On a ramp a refused call counts, too: the share is one of all calls. Unfolded, the actor gets every call. */
function tellActor(row: Row, at: number): void {
  if (row.folds && row.current.ramp === null) return
  const now = Number.isNaN(at) ? row.core.clock.now() : at
  send(row, { type: 'admit', probe: ++extrasOf(row).lastProbe, at: now })
}
