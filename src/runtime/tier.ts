// Tier: what is ruled from above a breaker, by the fleet it is shared with. It can only add rejections. In the chronicle of
// those breakers alone that are ruled: written by overrule.ts, asked by admission.ts after the breaker itself.
import { newRejection, type Rejection } from '../edge/errors.ts'
import { isWholeCall } from '../rules/ramp.ts'
import type { Reason } from '../rules/triggers.ts'
import type { EventHub } from './event-hub.ts'
import type { Turns } from './turns.ts'

/** What a call came to. */
type Ended = 'succeed' | 'fail' | 'ignore'

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
  readonly probe?: (() => (result: Ended) => void) | undefined
  /** Called once, when a call is turned away by this ruling. Default: nobody is told. */
  readonly onRejected?: (() => void) | undefined
}

/** Something that a permit holds until its call has ended. */
export interface Holding {
  giveBack(result: Ended): void
}

/** What a ruling needs to know of the breaker that it rules. */
export interface Ruled {
  readonly name: string
  readonly home: { readonly turns: Turns; readonly hub: EventHub }
}

/** A ruling that is in force. */
export class Tier {
  readonly ruling: Ruling
  /** When to try again, in ms of the registry's clock. */
  readonly #until: number | null
  readonly #ruled: Ruled
  #credit = 0
  #probe: 'free' | 'begun' | 'taken'
  #isToldOfRejections = false
  #rejection: Rejection | null = null

  constructor(ruled: Ruled, ruling: Ruling, now: number) {
    this.#ruled = ruled
    this.ruling = ruling
    this.#until = ruling.retryAfterMs === undefined ? null : now + ruling.retryAfterMs
    this.#probe = ruling.probe === undefined ? 'taken' : 'free'
  }

  /** Whether the next call would be let through. */
  wouldAdmit(): boolean {
    return this.#probe === 'free' || isWholeCall(this.#credit + (this.ruling.share ?? 0))
  }

  /** Lets the call that is being admitted through, or not. */
  admit(): boolean {
    if (this.#probe === 'free') {
      this.#probe = 'begun'
      return true
    }
    const credit = this.#credit + (this.ruling.share ?? 0)
    const isOfShare = isWholeCall(credit)
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
    const { home, name } = this.#ruled
    let end: ((result: Ended) => void) | undefined
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
    const { home, name } = this.#ruled
    const { state, reason, share, onRejected } = this.ruling
    if (!this.#isToldOfRejections && onRejected !== undefined) {
      this.#isToldOfRejections = true
      home.turns.later(() => home.hub.guest('fleet', onRejected, name))
    }
    this.#rejection ??= newRejection(
      name,
      (share ?? 0) > 0 ? 'half-open and admits a share of calls' : WORDS[state],
      reason,
    )
    return this.#rejection
  }
}

const WORDS = { open: 'open', halfOpen: 'half-open and others probe', forcedOpen: 'forced open' } as const
