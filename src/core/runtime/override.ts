// Override: what a fleet has decided about an endpoint, on top of what its breaker does. It can only add rejections. Only
// breakers that have one keep it, in their extras, where set-override.ts puts it. The second gate of a call (gates.ts).
import { newRejection, type Rejection } from '../edge/errors.ts'
import type { Letting } from '../rules/letting.ts'
import { isWholeCall } from '../rules/ramp.ts'
import type { Reason } from '../rules/reasons.ts'
import type { EventDispatcher } from './event-dispatcher.ts'
import type { Turns } from './turns.ts'

/** The outcome of a call. */
type Result = 'succeed' | 'fail' | 'ignore'

/** A decision above a breaker, for an integration that shares it with others. */
export interface Override {
  /** The state that rejections show: `'open'`, `'halfOpen'` or `'forcedOpen'`. */
  readonly state: 'open' | 'halfOpen' | 'forcedOpen'
  /** Why; its type is `'fleet'`. */
  readonly reason: Reason
  /** When to try again, in ms from now; at least 0. Default: not known. */
  readonly retryAfterMs?: number | undefined
  /** The share of calls, 0-1, that is admitted all the same, besides the probe. Default 0. */
  readonly share?: number | undefined
  /**
   * Admits one call as a probe. Called when that call is admitted; the function it returns is called with the outcome.
   * Default: no probe.
   */
  readonly probe?: (() => (result: Result) => void) | undefined
  /** Called once, when this override rejects a call. Default: none. */
  readonly onRejected?: (() => void) | undefined
}

/** What an override needs to know about the breaker below it. */
export interface Overridden {
  readonly name: string
  readonly core: { readonly turns: Turns; readonly dispatcher: EventDispatcher }
}

/** An override that is in force. */
export class OverrideInForce {
  readonly given: Override
  readonly share: number
  /** When to try again, in ms of the registry's clock. */
  readonly #until: number | null
  readonly #breaker: Overridden
  /** The shares of the calls since one was admitted: at 1 the next one is. */
  #credit = 0
  #probe: 'none' | 'free' | 'taken'
  #isToldOfRejections = false
  #rejection: Rejection | null = null

  constructor(breaker: Overridden, given: Override, now: number) {
    const { retryAfterMs, share = 0, probe } = given
    this.given = given
    this.share = share
    this.#breaker = breaker
    this.#until = retryAfterMs === undefined ? null : now + retryAfterMs
    this.#probe = probe === undefined ? 'none' : 'free'
  }

  /** What it admits. The probe comes before the share. */
  get lets(): Letting {
    if (this.share >= 1) return 'all'
    if (this.#probe === 'free' || (this.share === 0 && this.#probe === 'taken')) return 'probe'
    return this.share > 0 ? 'share' : 'no'
  }

  /** Whether its probe is free. */
  get isProbeFree(): boolean {
    return this.#probe === 'free'
  }

  /** Whether the next call is the probe, or part of the share. */
  get admitsNext(): boolean {
    return this.isProbeFree || isWholeCall(this.#credit + this.share)
  }

  /** Admits the call; the returned function undoes that. */
  take(): () => void {
    if (this.isProbeFree) {
      this.#probe = 'taken'
      return () => {
        this.#probe = 'free'
      }
    }
    const before = this.#credit
    this.#credit = Math.max(0, before + this.share - 1)
    return () => {
      this.#credit = before
    }
  }

  /** A call was refused, by any gate: its share goes to the next one, up to a whole call. */
  passOver(): void {
    this.#credit = Math.min(1, this.#credit + this.share)
  }

  /** The probe begins; the returned function takes the outcome. */
  beginProbe(): (result: Result) => void {
    const { core, name } = this.#breaker
    let end: ((result: Result) => void) | undefined
    core.dispatcher.callUserCode(
      'fleet',
      () => {
        end = this.given.probe?.()
      },
      name,
    )
    return (result) => core.dispatcher.callUserCode('fleet', () => end?.(result), name)
  }

  /** When to try again, in whole ms, at least 1; `undefined` if it is not known. */
  retryAfterMs(now: number): number | undefined {
    return this.#until === null ? undefined : Math.max(1, Math.ceil(this.#until - now))
  }

  /** Its state, in a word or two. */
  get words(): string {
    if (this.share > 0) return 'half-open and admits a share of calls'
    return { open: 'open', halfOpen: 'half-open and others probe', forcedOpen: 'forced open' }[this.given.state]
  }

  /** What all its rejections have in common. At the first one, the integration learns that there are callers. */
  reject(): Rejection {
    const { core, name } = this.#breaker
    const { reason, onRejected } = this.given
    if (!this.#isToldOfRejections && onRejected !== undefined) {
      this.#isToldOfRejections = true
      core.turns.later(() => core.dispatcher.callUserCode('fleet', onRejected, name))
    }
    this.#rejection ??= newRejection(name, this.words, reason)
    return this.#rejection
  }
}
