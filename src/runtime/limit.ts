// Limit: `maxConcurrent` and `maxQueued`. The breaker is asked first; what it would admit needs a place, or waits for one and
// is then admitted anew. A place is held by the permit of a call, from before its admission until its first report.
import { type BreakerOpenError, ConcurrencyLimitError } from '../edge/errors.ts'
import { admit, isRuledOut, reject, turnAway, wouldAdmit } from './admission.ts'
import { caughtUp } from './deliver.ts'
import { publishCall } from './outcome-events.ts'
import { Permit } from './permit.ts'
import { Places } from './places.ts'
import { attached, chronicleOf, type Row } from './row.ts'
import { onAbort } from './signals.ts'
import type { Holding } from './tier.ts'

/** The permit of a call, the rejection by its breaker, or `null`: the breaker would admit it, but there is no place. */
export function acquire(row: Row): Permit | BreakerOpenError | null {
  if (row.policy.maxConcurrent === null) {
    const probe = admit(row)
    return typeof probe === 'number' ? new Permit(row, probe, row.chronicle.tier?.claim() ?? null) : probe
  }
  const places = placesOf(row)
  // Who waits goes first, also where a turn that is running keeps the queue from moving on by itself.
  if (places.queued > 0) moveOn(row)
  const mayBeAdmitted = wouldAdmit(row)
  if (hasPlace(row)) return admitTo(row, places)
  return mayBeAdmitted ? null : (turnAway(row) ?? acquire(row))
}

/** Whether a call that comes now would find a place. */
export function hasPlace(row: Row): boolean {
  const { places } = row.chronicle
  return places === null || (places.queued === 0 && isFree(row, places))
}

/** As `acquire`, in its turn. @throws BreakerOpenError, ConcurrencyLimitError, RegistryClosedError, the reason of `signal` */
export async function acquireInTurn(former: Row, signal: AbortSignal | undefined): Promise<Permit> {
  for (;;) {
    const row = attached(former)
    if (signal?.aborted) throw signal.reason
    const permit = acquire(row)
    if (permit instanceof Permit) return permit
    if (permit !== null) throw permit
    const inTurn = await turnOf(row, signal)
    if (inTurn !== null) return inTurn
  }
}

/**
 * Waits in the queue, where there is room: for a permit, or for `null` when the breaker is gone.
 * @throws ConcurrencyLimitError without room, BreakerOpenError when the breaker opens meanwhile, the reason of `signal`
 */
export async function turnOf(row: Row, signal: AbortSignal | undefined): Promise<Permit | null> {
  // By a listener of what was overdue: nobody would see to its queue.
  if (!row.attached) return null
  const places = placesOf(row)
  if (places.queued >= row.policy.maxQueued) throw refuse(row)
  let end: (reason: unknown) => void = () => {}
  let come = () => {}
  const turn = new Promise<Permit | null>((resolve, reject) => {
    end = reject
    come = () => {
      const admitted = row.attached ? admitInTurn(row, places) : null
      if (admitted === null || admitted instanceof Permit) resolve(admitted)
      else reject(admitted)
    }
  })
  const waiting = places.join(come)
  // A signal may end the wait and then throw, and leave this one to nobody.
  turn.catch(() => {})
  const leave = () => {
    if (places.leave(waiting)) end(signal?.reason)
  }
  let forget: (() => void) | undefined
  try {
    forget = signal && onAbort(signal, leave)
    // Before it joined: too late for an event of the signal.
    if (signal?.aborted) leave()
    return await turn
  } finally {
    places.leave(waiting)
    if (forget !== undefined) row.home.hub.guest('signal', forget, row.name)
  }
}

/** Counts and tells a refusal, which says nothing of the endpoint. */
export function refuse(row: Row): ConcurrencyLimitError {
  const { home, name: endpoint, generation, policy } = row
  const { inFlight, queued } = placesOf(row)
  chronicleOf(row).limited++
  if (home.hub.hears('limited', endpoint)) home.hub.post('limited', { endpoint, generation, inFlight, queued })
  publishCall(row, 'limited', Number.NaN)
  return new ConcurrencyLimitError(endpoint, policy.maxConcurrent ?? 0, policy.maxQueued)
}

function placesOf(row: Row): Places {
  const chronicle = chronicleOf(row)
  chronicle.places ??= new Places(() => moveOn(row))
  return chronicle.places
}

function isFree({ policy }: Row, { inFlight }: Places): boolean {
  return policy.maxConcurrent === null || inFlight < policy.maxConcurrent
}

/** There is a place. It is taken first: whoever hears of the admission may call again. */
function admitTo(row: Row, places: Places): Permit | BreakerOpenError {
  places.take()
  const probe = admit(row)
  if (typeof probe === 'number') return new Permit(row, probe, both(places, row.chronicle.tier?.claim() ?? null))
  places.giveBack()
  return probe
}

function both(places: Places, other: Holding | null): Holding {
  if (other === null) return places
  return {
    giveBack(result) {
      other.giveBack(result)
      places.giveBack()
    },
  }
}

/** Those who wait come to their turn, as far as there are places; all of them when the breaker has opened, or is gone. */
function moveOn(row: Row): void {
  const places = placesOf(row)
  if (places.isMoving) return
  places.isMoving = true
  while (places.queued > 0 && hasTurn(row, places)) places.next()?.come()
  places.isMoving = false
}

/** Whether the first who waits has waited long enough: there is a place, or nothing to wait for any more. */
function hasTurn(row: Row, places: Places): boolean {
  // Whoever hears of what was overdue may have changed anything: it is looked at after that.
  const { attached: isAttached } = caughtUp(row)
  return !isAttached || rejectsAll(row) || isRuledOut(row) || isFree(row, places)
}

function rejectsAll({ state }: Row): boolean {
  return state === 'open' || state === 'forcedOpen'
}

function admitInTurn(row: Row, places: Places): Permit | BreakerOpenError {
  if (rejectsAll(row)) return reject(row, row.home.clock.now())
  return (isRuledOut(row) ? turnAway(row) : null) ?? admitTo(row, places)
}
