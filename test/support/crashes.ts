// Ways to crash a breaker's actor.
import type { Breaker, Clock } from '../../src/index.ts'
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts'
import { jobsDone } from './calls.ts'

export const CRASH = new Error('crash')

/**
 * An error of a child that it does not have ends an actor; returns once the supervisor has dealt with it. Asking for the
 * actor starts one that was at rest; a test whose breaker has none to crash fails.
 */
export async function crash(breaker: Breaker, times = 1): Promise<void> {
  for (let crashes = 0; crashes < times; crashes++) {
    const { actor } = breaker
    if (actor === null) throw new Error(`no actor to crash: ${breaker.endpoint} is gone`)
    actor.send({ type: 'xstate.error.actor.x', error: CRASH } as never)
    if (actor.getSnapshot().status !== 'error') throw new Error(`the actor of ${breaker.endpoint} has not crashed`)
    await jobsDone()
  }
}

/** A clock that sets no timers while it is broken: whatever enters a state with a timer crashes. */
export function createBreakableClock(startAt = 1_000): VirtualClock & { broken: boolean } {
  const clock = createVirtualClock(startAt)
  const setTimeout: Clock['setTimeout'] = (fn, ms) => {
    if (breakable.broken) throw CRASH
    return clock.setTimeout(fn, ms)
  }
  const breakable = Object.defineProperties(
    { broken: false },
    { ...Object.getOwnPropertyDescriptors(clock), setTimeout: { value: setTimeout } },
  ) as VirtualClock & { broken: boolean }
  return breakable
}
