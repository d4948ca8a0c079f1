/// <reference lib="esnext.disposable" preserve="true" />
// Permit: the admission of one call; its holder reports the outcome.
import { ArgumentError } from '../edge/errors.ts'
import { holdsProbe } from '../rules/decide.ts'
import type { Policy } from '../rules/policy.ts'
import { addSuccess, timesCalls } from '../rules/triggers/index.ts'
import { callChannel } from './channels.ts'
import { classify, type Ended, type Result } from './classify.ts'
import { caughtUp, countSlow } from './deliver.ts'
import { beginFlight, endFlight, newFlight } from './flights.ts'
import type { Holding } from './holding.ts'
import type { FlightLink } from './in-flight.ts'
import { type Enclosing, runInside } from './nesting.ts'
import { tellNested } from './outcome-events.ts'
import { extrasOf, NO_PROBE, type Row } from './row.ts'
import { dateOf, sample, settle, takesSample } from './settle.ts'

/**
 * The admission of one call, from `breaker.tryAcquire()`. Report exactly one outcome; a second report changes nothing.
 * While half-open, you hold it for at most the policy's `probeTimeout`; after that the call has failed. None of its methods
 * throws.
 */
export class Permit {
  /** @internal */
  readonly row: Row
  readonly #probe: number
  readonly #sampled: boolean
  /** `null` if no rule needs the duration: a number that is no integer would be an object of its own. */
  readonly #startedAt: number | null
  /** What it holds besides its probe; `null` for most: nothing. */
  readonly #holding: Holding | null
  /** Where calls may be slow before they end. */
  readonly #flight: FlightLink | null
  #settled = false
  /**
   * The number of the generation in which the call was admitted. An outcome reported in a later generation is late and
   * changes nothing.
   */
  readonly generation: number

  /** @internal Use `breaker.tryAcquire()`. */
  constructor(row: Row, probe: number, generation: number, holding: Holding | null) {
    this.row = row
    this.#probe = probe
    this.#holding = holding
    this.generation = generation
    this.#sampled = holding?.outer ? false : takesSample(row)
    this.#startedAt = this.#sampled || isTimed(row, holding) ? row.core.clock.now() : null
    this.#flight = row.policy.slowCalls === null || holding?.outer ? null : newFlight()
    if (this.#flight !== null) beginFlight(row, this.#flight, this.#startedAt ?? 0)
  }

  /** The name of the breaker. */
  get endpoint(): string {
    return this.row.name
  }

  /** Whether it is a probe's permit, which `probeTimeout` ends, or runs under one. */
  get probe(): boolean {
    return this.isProbe
  }

  /** The call succeeded. Its duration is measured from the admission, if the policy needs it. */
  success(): void {
    const row = this.row
    // As most are: closed, no rule to apply and no listener to call.
    const isPlain = row.generation === this.generation && (row.path === 'plain' || row.path === 'unready')
    if (!isPlain || this.#settled || this.#holding !== null || callChannel.hasSubscribers) this.settle('succeed')
    else {
      this.#settled = true
      if (this.#sampled && this.#startedAt !== null) sample(row, row.core.clock.now() - this.#startedAt)
      // A clock is foreign code, and may have ended the generation.
      if (row.generation !== this.generation)
        settle(row, 'succeed', this.generation, this.#probe, Number.NaN, Number.NaN)
      else {
        row.succeeded++
        row.version++
        addSuccess(row, row.policy, 0, 0)
      }
    }
  }

  /**
   * The call failed. If you pass the error, the policy's `ignore` and `isFailure` judge it as they judge that of a call,
   * and may decide that it is no failure. Without an error it is a failure.
   */
  failure(error?: unknown): void {
    if (error === undefined) this.settle('fail')
    else this.settleBy({ error })
  }

  /** Returns the permit; the call counts neither way. */
  ignore(): void {
    this.settle('ignore')
  }

  /** Ignores the call unless its outcome was reported. For `using permit = breaker.tryAcquire()`. */
  [Symbol.dispose](): void {
    this.settle('ignore')
  }

  /**
   * Runs `code` as the guarded function. Calls of the same breaker inside it, and in what it starts, run under this permit
   * while that is a probe, part of a recovery ramp's share, or holds a slot under `maxConcurrent`.
   * @returns what `code` returns
   * @throws what `code` throws
   */
  run<T>(code: () => T): T {
    const under = this.#holding?.outer ?? (this.isHeld ? this : null)
    return under === null ? code() : runInside(under, code)
  }

  /** @internal Whether it has neither a probe nor anything else to hold, as most. */
  get isLikeAnyOther(): boolean {
    return this.#probe === NO_PROBE && this.#holding === null
  }

  /** @internal Whether it holds anything: its probe, a slot, a share. */
  get isHeld(): boolean {
    return this.#probe !== NO_PROBE || (this.#holding !== null && this.#holding.outer === null)
  }

  /** @internal What calls inside run under: this, the one that this runs under itself, or nothing. */
  get enclosing(): Enclosing | null {
    return this.isHeld ? this : (this.#holding?.outer ?? null)
  }

  /** @internal Whether it holds a permit that others wait for: of its breaker, or of a fleet. */
  get holdsProbe(): boolean {
    return this.#probe !== NO_PROBE || this.#holding?.isProbe === true
  }

  /** @internal Whether it is a probe, or runs under one. */
  get isProbe(): boolean {
    return this.holdsProbe || this.#holding?.outer?.isProbe === true
  }

  /** @internal */
  get isSettled(): boolean {
    return this.#holding?.outer?.isSettled ?? this.#settled
  }

  /** @internal One that runs under another is in force as that is; one that holds nothing has nothing to run under. */
  get isInForce(): boolean {
    const outer = this.#holding?.outer
    if (outer) return outer.isInForce
    return !this.#settled && this.isHeld && (this.#probe === NO_PROBE || holdsProbe(this.row, this.#probe))
  }

  /** @internal */
  get hasSlot(): boolean {
    return this.#holding?.outer?.hasSlot ?? (!this.#settled && this.#holding?.hasSlot === true)
  }

  /** @internal */
  settle(result: Result): Result {
    return this.#settle(result, undefined)
  }

  /** @internal What the policy makes of the outcome. */
  settleBy(ended: Ended): Result {
    return this.#settle('error' in ended ? 'fail' : 'succeed', ended)
  }

  #settle(result: Result, ended: Ended | undefined): Result {
    if (this.#settled) return result
    this.#settled = true
    const row = this.row
    const now = this.#startedAt === null ? dateOf(row) : row.core.clock.now()
    const durationMs = this.#startedAt === null ? Number.NaN : now - this.#startedAt
    if (this.#sampled) sample(row, durationMs)
    const judged = ended === undefined ? result : classify(row, ended, durationMs)
    if (this.#holding?.outer) {
      tellNested(row, judged, durationMs, now, errorOf(ended))
      return judged
    }
    if (row.inFlight?.isDue(now)) countSlow(row, now)
    const isSlow = this.#flight !== null && endFlight(this.#flight)
    settle(row, judged, this.generation, this.#probe, durationMs, now, errorOf(ended), isSlow)
    // After the outcome is counted: it may reject the call that waits for the slot.
    this.#holding?.giveBack(judged)
    return judged
  }
}

/** Whether anything needs its duration. */
function isTimed({ policy, isHeard, path, core, name }: Row, holding: Holding | null): boolean {
  if (timesCalls(policy) || isClassified(policy) || callChannel.hasSubscribers) return true
  // A listener for failures alone must not slow down a call that took the fast path.
  if (path !== 'full') return false
  return holding?.outer ? core.dispatcher.hears('nested', name) : isHeard
}

function isClassified({ isFailure, ignore }: Policy): boolean {
  return isFailure !== null || ignore !== null
}

/** An outcome that is reported without a permit counts in the generation of its report. */
export function record(row: Row, result: 'succeed' | 'fail', error: unknown, duration: unknown): void {
  if (duration !== undefined && !(typeof duration === 'number' && duration >= 0 && Number.isFinite(duration))) {
    throw new ArgumentError('durationMs', 'milliseconds of at least 0', duration)
  }
  caughtUp(row)
  const durationMs = (duration as number | undefined) ?? Number.NaN
  const judged = error === undefined ? result : classify(row, { error }, durationMs)
  extrasOf(row).recorded++
  settle(row, judged, row.generation, NO_PROBE, durationMs, dateOf(row), error)
}

function errorOf(ended: Ended | undefined): unknown {
  return ended !== undefined && 'error' in ended ? ended.error : undefined
}
