// GuardedClock: the user's clock, made harmless: what it throws or answers wrongly becomes an error event, its time never
// goes back, and its timers are set in the registry's own asynchronous context.
import type { Clock } from '../edge/clock.ts'
import { ClockError, describeValue } from '../edge/errors.ts'

const AT_ONCE = 'it was called at once'

/** A timer that was set. What a clock calls it may be anything, `undefined` too. */
interface Timer {
  readonly id: unknown
}

/** Its `setTimeout` gives `undefined` where the clock has failed, and no timer will come. */
export function guardClock(clock: Clock, report: (error: unknown) => void): Clock {
  let latest = 0
  /** What was lost by steps back: time goes on from where it was. */
  let lost = 0
  /** A clock that is broken is asked at every call; it is reported once until it works again. */
  let isSound = true
  const complain = (error: unknown) => {
    if (isSound) report(error)
    isSound = false
  }
  /** The same for its timers: a listener may set the next one. */
  let setsTimers = true
  const complainOfTimers = (error: unknown) => {
    if (setsTimers) report(error)
    setsTimers = false
  }
  const inOwnContext = ownContext()

  return {
    now() {
      try {
        const reading = clock.now()
        if (Number.isFinite(reading)) {
          lost = Math.max(lost, latest - reading)
          latest = reading + lost
          isSound = true
        } else complain(new ClockError(`clock.now(): expected milliseconds, received ${describeValue(reading)}`))
      } catch (error) {
        complain(error)
      }
      return latest
    },
    setTimeout(fn, ms, keepAlive) {
      let isSet = false
      let isOver = false
      const fire = () => {
        // At once is not later: it would be set again, for ever.
        if (isSet) fn()
        else isOver = true
      }
      try {
        const timer: Timer = { id: inOwnContext(() => clock.setTimeout(fire, ms, keepAlive)) }
        if (isOver) throw new ClockError(`clock.setTimeout(fn, ms): expected fn to be called later, ${AT_ONCE}`)
        isSet = true
        setsTimers = true
        return timer
      } catch (error) {
        complainOfTimers(error)
        return undefined
      }
    },
    clearTimeout(id) {
      try {
        clock.clearTimeout((id as Timer).id)
      } catch (error) {
        report(error)
      }
    },
  }
}

type InContext = <T>(code: () => T) => T
interface AsyncHooks {
  readonly AsyncLocalStorage?: { readonly snapshot?: () => InContext }
}

/**
 * Runs code in the asynchronous context of now. A timer keeps the context it was set in: without this, what happens 30 s
 * later would run in the request that opened the breaker, and keep everything that request holds alive.
 */
function ownContext(): InContext {
  // Node, Bun and Deno have it; elsewhere there is no such context. Not imported, so that browsers can load this.
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => AsyncHooks | undefined } }
  const snapshot = process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage?.snapshot
  return snapshot?.() ?? ((code) => code())
}
