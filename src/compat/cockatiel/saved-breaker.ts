// SavedBreaker: the state of a breaker as JSON, for the next process; and its way back into a new breaker.
import * as v from 'valibot'
import { STATES } from '../../core/rules/states.ts'
import { ArgumentError, type Breaker, type BreakerState } from '../../index.ts'

/** The result of `toJSON()`, and what `initialState` takes. */
export interface SavedBreaker {
  /** The version of the format. */
  readonly version: 1
  /** The state it was in. */
  readonly state: BreakerState
  /** Whole ms until it was to admit a call again; `null` if it admitted calls, or the time was not known. */
  readonly retryAfterMs: number | null
  /** When it was saved, in ms since 1970. */
  readonly savedAt: number
}

const finite = v.pipe(v.number(), v.finite(), v.minValue(0))
const saved = v.strictObject({
  version: v.literal(1),
  state: v.picklist(STATES),
  retryAfterMs: v.nullable(finite),
  savedAt: finite,
})

export function save(breaker: Breaker): SavedBreaker {
  const { state, retryAfterMs } = breaker.stats()
  return { version: 1, state, retryAfterMs, savedAt: Date.now() }
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkSaved(value: unknown): SavedBreaker {
  const { success, output } = v.safeParse(saved, value)
  if (success) return output
  throw new ArgumentError('options.initialState', 'what toJSON() of such a policy gave, or its parsed JSON', value)
}

/** Open for the rest of its time; half-open at once if that has passed meanwhile, as in cockatiel. */
export function restore(breaker: Breaker, { state, retryAfterMs, savedAt }: SavedBreaker): void {
  if (state === 'forcedOpen') breaker.isolate()
  if (state === 'disabled') breaker.disable()
  if (state !== 'open' && state !== 'halfOpen') return
  // A clock that was set back makes it no longer than it was.
  const passedMs = Math.max(Date.now() - savedAt, 0)
  const restMs = state === 'open' && retryAfterMs !== null ? retryAfterMs - passedMs : 0
  breaker.trip('open when its state was saved', { openTimeout: Math.max(restMs, 1) })
}
