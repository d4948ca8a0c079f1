// SetOverride: an override comes into force, or ends; and what views show of it.
import { ArgumentError } from '../edge/errors.ts'
import { checkOptions } from '../edge/option-object.ts'
import { describeReason, type Reason } from '../rules/reasons.ts'
import { dateAt } from './dates.ts'
import { type Override, OverrideInForce } from './override.ts'
import { choosePath } from './path.ts'
import { extrasOf, type Row } from './row.ts'

/** The override in force, as views show it. */
export interface OverrideStats {
  /** As in the override. */
  readonly state: Override['state']
  /** Why. */
  readonly reason: Reason
  /** Whole ms until a call may be admitted; `null` if it is not known. */
  readonly retryAfterMs: number | null
  /** The share of calls admitted, 0-1. */
  readonly share: number
}

export function overrideStats({ extras: { override } }: Row, now: number): OverrideStats | null {
  if (override === null) return null
  const { state, reason } = override.given
  return { state, reason, retryAfterMs: override.retryAfterMs(now) ?? null, share: override.share }
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function setOverride(row: Row, given: Override | null): void {
  if (given !== null) checkOverride(given)
  const { core, name: endpoint } = row
  const before = row.extras.override
  if (given === null && before === null) return
  extrasOf(row).override = given && new OverrideInForce(row, given, core.clock.now())
  choosePath(row)
  const state = given?.state ?? null
  if (state === (before?.given.state ?? null) || !core.dispatcher.hears('overridden', endpoint)) return
  core.turns.run(() =>
    core.dispatcher.post('overridden', {
      endpoint,
      state,
      reason: given?.reason ?? null,
      time: dateAt(core.clock, core.clock.now()),
    }),
  )
}

const NAMES = ['state', 'reason', 'retryAfterMs', 'share', 'probe', 'onRejected'] satisfies (keyof Override)[]
const STATES: readonly unknown[] = ['open', 'halfOpen', 'forcedOpen'] satisfies Override['state'][]

function checkOverride(given: Override): void {
  checkOptions('override(given)', given, NAMES)
  const { state, reason, retryAfterMs = 0, share = 0, probe, onRejected } = given
  if (!STATES.includes(state)) throw new ArgumentError('override.state', "'open', 'halfOpen' or 'forcedOpen'", state)
  if (typeof reason?.type !== 'string' || describeReason(reason) === undefined)
    throw new ArgumentError('override.reason', 'a reason: { type, … }', reason)
  if (!(retryAfterMs >= 0)) throw new ArgumentError('override.retryAfterMs', 'milliseconds of at least 0', retryAfterMs)
  if (!(share >= 0 && share <= 1)) throw new ArgumentError('override.share', 'a share from 0 to 1', share)
  for (const [name, value] of Object.entries({ probe, onRejected })) {
    if (value !== undefined && typeof value !== 'function')
      throw new ArgumentError(`override.${name}`, 'a function', value)
  }
}
