// Permit: the admission of one call, held by code that reports the outcome itself.
import { ArgumentError } from './errors.ts'
import { classify, NO_PROBE, type Result, sample, settle } from './settle.ts'
import type { Row } from './table.ts'

/** Report exactly one outcome; whatever is reported after the first changes nothing. */
export class Permit {
  readonly #row: Row
  readonly #probe: number
  readonly #startedAt: number
  readonly #sampled: boolean
  #settled = false
  /** The stay the call was admitted in. */
  readonly generation: number

  constructor(row: Row, probe: number, startedAt: number, sampled: boolean) {
    this.#row = row
    this.generation = row.generation
    this.#probe = probe
    this.#startedAt = startedAt
    this.#sampled = sampled
  }

  get endpoint(): string {
    return this.#row.name
  }

  success(): void {
    this.#settle('succeed')
  }

  /** With an error given, the policy's `isFailure` and `ignore` judge it as they judge a call's. */
  failure(error?: unknown): void {
    this.#settle('fail', error)
  }

  /** Gives the permit back; the call counts neither way. */
  ignore(): void {
    this.#settle('ignore')
  }

  /** Ignores the call unless its outcome was reported. */
  [Symbol.dispose](): void {
    this.#settle('ignore')
  }

  #settle(result: Result, error?: unknown): void {
    if (this.#settled) return
    this.#settled = true
    const row = this.#row
    const timed = row.timesCalls || this.#sampled
    const now = timed || row.datesSuccesses ? row.home.clock.now() : 0
    const durationMs = timed ? now - this.#startedAt : Number.NaN
    if (this.#sampled) sample(row, durationMs)
    const judged = result === 'fail' && error !== undefined ? classify(row, { error, durationMs }) : result
    settle(row, judged, this.generation, this.#probe, durationMs, now)
  }
}

/** An outcome that is reported without a permit counts in the generation of its report. */
export function record(row: Row, result: 'succeed' | 'fail', error: unknown, duration: unknown): void {
  if (duration !== undefined && !(typeof duration === 'number' && duration >= 0)) {
    throw new ArgumentError('durationMs', 'milliseconds of at least 0', duration)
  }
  const durationMs = (duration as number | undefined) ?? Number.NaN
  const now = row.datesSuccesses ? row.home.clock.now() : 0
  const judged = error === undefined ? result : classify(row, { error, durationMs })
  settle(row, judged, row.generation, NO_PROBE, durationMs, now)
}
