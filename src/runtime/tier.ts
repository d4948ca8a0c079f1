// Tier: what is ruled from above a breaker, by the fleet it is shared with. It can only add rejections. In the chronicle of
// those breakers alone that are ruled: written by `overrule`, asked by admission.ts after the breaker itself.
import { ArgumentError, newRejection, type Rejection } from '../edge/errors.ts'
import { checkOptions } from '../edge/option-object.ts'
import { describeReason, type Reason } from '../rules/triggers.ts'
import type { Result } from './classify.ts'
import { chronicleOf, type Row, setPath } from './row.ts'

/** What is ruled from above, for who shares breakers with others. */
export interface Ruling {
  /** As what rejections tell it: `'open'`, `'halfOpen'` or `'forcedOpen'`. */
  readonly state: 'open' | 'halfOpen' | 'forcedOpen'
  /** Why; of the type `'fleet'`. */
  readonly reason: Reason
  /** When to try again, in ms from now; at least 0. Default: nobody knows. */
  readonly retryAfterMs?: number | undefined
  /** The share of calls, 0-1, that is let through all the same, besides the probe. Default 0. */
  readonly share?: number | undefined
  /** Lets one call through as a probe: called when it is admitted; what it gives is called with what the call came to. Default: none. */
  readonly probe?: (() => (result: Result) => void) | undefined
  /** Called once, when a call is turned away by this ruling. Default: nobody is told. */
  readonly onRejected?: (() => void) | undefined
}

const NAMES = ['state', 'reason', 'retryAfterMs', 'share', 'probe', 'onRejected'] satisfies (keyof Ruling)[]
const STATES: readonly unknown[] = ['open', 'halfOpen', 'forcedOpen'] satisfies Ruling['state'][]
/** Ten shares of 0.1 add up to a little less than 1. */
const ROUNDING = 1e-9

/** Something that a permit holds until its call has ended. */
export interface Holding {
  giveBack(result: Result): void
}

/** A ruling that is in force. */
export class Tier {
  readonly ruling: Ruling
  /** When to try again, in ms of the registry's clock. */
  readonly #until: number | null
  readonly #row: Row
  #credit = 0
  #probe: 'free' | 'begun' | 'taken'
  #isToldOfRejections = false
  #rejection: Rejection | null = null

  constructor(row: Row, ruling: Ruling, now: number) {
    this.#row = row
    this.ruling = ruling
    this.#until = ruling.retryAfterMs === undefined ? null : now + ruling.retryAfterMs
    this.#probe = ruling.probe === undefined ? 'taken' : 'free'
  }

  /** Whether the next call would be let through. */
  wouldAdmit(): boolean {
    return this.#probe === 'free' || this.#credit + (this.ruling.share ?? 0) >= 1 - ROUNDING
  }

  /** Lets the call that is being admitted through, or not. */
  admit(): boolean {
    if (this.#probe === 'free') {
      this.#probe = 'begun'
      return true
    }
    const credit = this.#credit + (this.ruling.share ?? 0)
    const isOfShare = credit >= 1 - ROUNDING
    this.#credit = isOfShare ? Math.max(0, credit - 1) : credit
    return isOfShare
  }

  /** The call that was let through was not admitted after all. */
  takeBack(): void {
    if (this.#probe === 'begun') this.#probe = 'free'
  }

  /** What the permit of the call that has just been admitted holds: `null` unless that is the probe. */
  claim(): Holding | null {
    if (this.#probe !== 'begun') return null
    this.#probe = 'taken'
    const { home, name } = this.#row
    let end: ((result: Result) => void) | undefined
    home.hub.guest(
      'fleet',
      () => {
        end = this.ruling.probe?.()
      },
      name,
    )
    return { giveBack: (result) => home.hub.guest('fleet', () => end?.(result), name) }
  }

  /** When to try again, in whole ms, at least 1; `undefined` when nobody knows. */
  retryAfterMs(now: number): number | undefined {
    return this.#until === null ? undefined : Math.max(1, Math.ceil(this.#until - now))
  }

  /** What all rejections by it have in common. Told of the first, the integration knows that there is somebody. */
  reject(): Rejection {
    const { home, name } = this.#row
    const { state, reason, onRejected } = this.ruling
    if (!this.#isToldOfRejections && onRejected !== undefined) {
      this.#isToldOfRejections = true
      home.turns.later(() => home.hub.guest('fleet', onRejected, name))
    }
    this.#rejection ??= newRejection(name, WORDS[state], reason)
    return this.#rejection
  }
}

const WORDS = { open: 'open', halfOpen: 'half-open and others probe', forcedOpen: 'forced open' } as const

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
