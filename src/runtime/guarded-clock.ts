// GuardedClock: a clock that was handed in, made harmless: what it throws or answers wrongly ends as an error event,
// its time never goes back, and its timers are set in the registry's own asynchronous context.
import type { Clock } from '../edge/clock.ts'
import { ClockError, describeValue } from '../edge/errors.ts'

/** Its `setTimeout` gives `undefined` where the clock has set no timer, whatever that calls its timers. */
export function guardClock(clock: Clock, report: (error: unknown) => void): Clock {
  let latest = 0
  /** A clock that is broken is asked at every call; it is reported once until it works again. */
  let isSound = true
  const complain = (error: unknown) => {
    if (isSound) report(error)
    isSound = false
  }
  const inOwnContext = ownContext()

  return {
    now() {
      try {
        const now = clock.now()
        if (now >= latest && now < Number.POSITIVE_INFINITY) {
          latest = now
          isSound = true
        } else if (!Number.isFinite(now)) {
          complain(new ClockError(`clock.now(): expected milliseconds, received ${describeValue(now)}`))
        }
      } catch (error) {
        complain(error)
      }
      return latest
    },
    setTimeout(fn, ms, keepAlive) {
      let isSet = false
      const fire = () => {
        // At once is not later: it would be set again, for ever.
        if (isSet) fn()
        else complain(new ClockError('clock.setTimeout(fn, ms): expected fn to be called later, it was called at once'))
      }
      try {
        const id = inOwnContext(() => clock.setTimeout(fire, ms, keepAlive))
        isSet = true
        return { id }
      } catch (error) {
        report(error)
        return undefined
      }
    },
    clearTimeout(timer) {
      try {
        clock.clearTimeout((timer as { id: unknown }).id)
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
