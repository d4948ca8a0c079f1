// Overrule: a ruling from above comes into force, or ends; and what people see of it.
import { ArgumentError } from '../edge/errors.ts'
import { checkOptions } from '../edge/option-object.ts'
import { describeReason, type Reason } from '../rules/triggers.ts'
import { chronicleOf, type Row, setPath } from './row.ts'
import { type Ruling, Tier } from './tier.ts'

const NAMES = ['state', 'reason', 'retryAfterMs', 'share', 'probe', 'onRejected'] satisfies (keyof Ruling)[]
const STATES: readonly unknown[] = ['open', 'halfOpen', 'forcedOpen'] satisfies Ruling['state'][]

/** What is ruled above a breaker, for people to see. */
export interface RuledStats {
  /** As in the ruling. */
  readonly state: Ruling['state']
  /** Why. */
  readonly reason: Reason
  /** Whole ms until a call may be let through; `null` when nobody knows. */
  readonly retryAfterMs: number | null
  /** The share of calls let through, 0-1. */
  readonly share: number
}

export function ruledStats({ chronicle }: Row, now: number): RuledStats | null {
  const { tier } = chronicle
  if (tier === null) return null
  const { state, reason, share = 0 } = tier.ruling
  return { state, reason, retryAfterMs: tier.retryAfterMs(now) ?? null, share }
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function overrule(row: Row, ruling: Ruling | null): void {
  if (ruling !== null) checkRuling(ruling)
  const { home, name: endpoint } = row
  const before = row.chronicle.tier
  if (ruling === null && before === null) return
  chronicleOf(row).tier = ruling === null ? null : new Tier(row, ruling, home.clock.now())
  setPath(row)
  const state = ruling?.state ?? null
  if (state === (before?.ruling.state ?? null) || !home.hub.hears('overruled', endpoint)) return
  home.turns.run(() =>
    home.hub.post('overruled', { endpoint, state, reason: ruling?.reason ?? null, time: Date.now() }),
  )
}

function checkRuling(ruling: Ruling): void {
  checkOptions('overrule(ruling)', ruling, NAMES)
  const { state, reason, retryAfterMs = 0, share = 0, probe, onRejected } = ruling
  if (!STATES.includes(state)) throw new ArgumentError('ruling.state', "'open', 'halfOpen' or 'forcedOpen'", state)
  if (typeof reason?.type !== 'string' || describeReason(reason) === undefined)
    throw new ArgumentError('ruling.reason', 'a reason: { type, … }', reason)
  if (!(retryAfterMs >= 0)) throw new ArgumentError('ruling.retryAfterMs', 'milliseconds of at least 0', retryAfterMs)
  if (!(share >= 0 && share <= 1)) throw new ArgumentError('ruling.share', 'a share from 0 to 1', share)
  for (const [name, value] of Object.entries({ probe, onRejected })) {
    if (value !== undefined && typeof value !== 'function')
      throw new ArgumentError(`ruling.${name}`, 'a function', value)
  }
}
