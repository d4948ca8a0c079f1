// Queue: how calls wait for a slot in the bulkhead. A call that is woken asks for admission again, by itself: so its events
// come in its own context, not in that of the call that freed the slot.
import { Bulkhead } from './bulkhead.ts'
import { caughtUp } from './deliver.ts'
import { isSlotFree, refuserOf } from './gates.ts'
import { extrasOf, type Row } from './row.ts'
import { onAbort } from './signals.ts'

export function bulkheadOf(row: Row): Bulkhead {
  const extras = extrasOf(row)
  extras.bulkhead ??= new Bulkhead(row, () => moveOn(row))
  return extras.bulkhead
}

/** Whether a call for which there is no slot may wait for one. */
export function mayWait({ policy, extras }: Row): boolean {
  return (extras.bulkhead?.queued ?? 0) < policy.maxQueued
}

/** Wakes those who wait, in order: with a slot as far as there are any; without, who has nothing to wait for any more. */
export function moveOn(row: Row): void {
  const { bulkhead } = row.extras
  if (bulkhead === null || bulkhead.isMoving) return
  bulkhead.isMoving = true
  while (bulkhead.queued > 0) {
    const next = nextOf(row)
    if (next === 'waits') break
    bulkhead.wakeFirst(next === 'has its slot')
  }
  bulkhead.isMoving = false
}

function nextOf(row: Row): 'has its slot' | 'asks again' | 'waits' {
  // Listeners to what was overdue may have changed anything: so the row is read after that.
  const { attached, core } = caughtUp(row)
  if (!attached || refuserOf(row, core.clock.now(), true) !== null) return 'asks again'
  return isSlotFree(row, 0) ? 'has its slot' : 'waits'
}

/**
 * Waits for a slot: `true` when one is held for this call, `false` when there is nothing to wait for any more.
 * @throws the reason of `signal`, when that is aborted
 */
export async function waitForSlot(row: Row, signal: AbortSignal | undefined): Promise<boolean> {
  const bulkhead = bulkheadOf(row)
  let end: (reason: unknown) => void = () => {}
  let wake: (hasSlot: boolean) => void = () => {}
  let isHeld = false
  const woken = new Promise<boolean>((resolve, reject) => {
    end = reject
    wake = (hasSlot) => {
      isHeld = hasSlot
      resolve(hasSlot)
    }
  })
  // A signal may end the wait and then throw, and leave this one to nobody.
  woken.catch(() => {})
  const waiter = bulkhead.join(wake)
  const leave = () => {
    if (bulkhead.leave(waiter)) end(signal?.reason)
  }
  let forget: (() => void) | undefined
  try {
    forget = signal && onAbort(signal, leave)
    // Before it joined: too late for an event of the signal.
    if (signal?.aborted) leave()
    return await woken
  } catch (error) {
    bulkhead.leave(waiter)
    // A signal that throws as it is looked at may have freed a slot first.
    if (isHeld) bulkhead.giveBack()
    throw error
  } finally {
    if (forget !== undefined) row.core.dispatcher.callUserCode('signal', forget, row.name)
  }
}
