// Breaker: the handle of one endpoint, and the whole path of a call: admit, run, settle.
// It holds no state: what it reads and counts is in its row, and its row may be deleted and made anew.
import type { BreakerActor } from '../machines/registry.machine.ts'
import { runBounded } from './bounded-call.ts'
import type { BreakerState } from './decide.ts'
import { DURATION_EXPECTED, type Duration, parseDuration } from './duration.ts'
import { ArgumentError } from './errors.ts'
import { Permit, record } from './permit.ts'
import type { Policy } from './policy.ts'
import { admit, classify, countLate, NO_PROBE, sample, send, settle, takesSample, wouldAdmit } from './settle.ts'
import { type BreakerStats, statsOf } from './stats.ts'
import type { CallContext, Row } from './table.ts'
import { addSuccess } from './tally.ts'

export type Guarded<T> = (context: CallContext) => T | PromiseLike<T>

export interface CallOptions<F = never> {
  /** Ends the call when aborted; the outcome is ignored. */
  readonly signal?: AbortSignal | undefined
  /** Ends the call with CallTimeoutError, a failure. Default: the policy's `timeout`; `null` for none. */
  readonly timeout?: Duration | null | undefined
  /** Answers instead of an error: of a rejection or a failure, not of a call that was cancelled or ignored. */
  readonly fallback?: ((error: unknown) => F | PromiseLike<F>) | undefined
}

export class Breaker {
  #row: Row

  constructor(row: Row) {
    this.#row = row
  }

  /**
   * Calls `fn` if the breaker admits it, and gives back what it gives: its value, or the very error it threw.
   * @throws BreakerOpenError (`BREAKER_OPEN`) when the call is not admitted; `fn` is not run.
   * @throws CallTimeoutError (`CALL_TIMEOUT`) when it takes longer than its timeout.
   * @throws ArgumentError (`INVALID_ARGUMENT`), RegistryClosedError (`REGISTRY_CLOSED`)
   */
  call<T, F = never>(fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
    const row = this.#row
    if (row.plain && options === undefined && typeof fn === 'function' && --row.untilSample > 0) {
      return callPlain(row, fn)
    }
    return this.#callFully(fn, options)
  }

  async #callFully<T, F>(fn: Guarded<T>, options: CallOptions<F> = {}): Promise<T | F> {
    const row = this.#attached()
    const { signal, fallback } = options
    const timeoutMs = checkCall(row, fn, options)
    if (signal?.aborted) throw signal.reason
    const probe = admit(row)
    if (typeof probe !== 'number') {
      if (fallback !== undefined) return fallback(probe)
      throw probe
    }
    const { generation, home } = row
    const sampled = takesSample(row)
    const timed = sampled || row.timesCalls
    const startedAt = timed ? home.clock.now() : 0
    const end = (ended: { value: unknown } | { error: unknown }, cancelled: boolean) => {
      const now = timed || row.datesSuccesses ? home.clock.now() : 0
      const durationMs = timed ? now - startedAt : Number.NaN
      if (sampled) sample(row, durationMs)
      const result = cancelled ? 'ignore' : classify(row, { ...ended, durationMs })
      settle(row, result, generation, probe, durationMs, now)
      return result
    }
    let value: T
    try {
      value = await (timeoutMs === null && signal === undefined
        ? fn(row.context)
        : runBounded(row, fn, timeoutMs, signal))
    } catch (error) {
      const result = end({ error }, isAbortOf(signal, error))
      if (fallback !== undefined && result !== 'ignore') return fallback(error)
      throw error
    }
    end({ value }, false)
    return value
  }

  /** A function with the arguments of `fn` that calls it through the breaker. */
  wrap<A extends unknown[], T>(fn: (...args: A) => T | PromiseLike<T>): (...args: A) => Promise<T> {
    if (typeof fn !== 'function') throw new ArgumentError('wrap(fn)', 'a function', fn)
    return (...args) => this.call(() => fn(...args))
  }

  get endpoint(): string {
    return this.#row.name
  }

  /** As `registry.state(name)`: creates nothing. */
  get state(): BreakerState {
    return this.#row.attached ? this.#row.state : this.#row.home.stateOf(this.#row.name)
  }

  /** The number of the current stay in a state; it only ever grows. */
  get generation(): number {
    return this.#attached().generation
  }

  get policy(): Policy {
    return this.#attached().policy
  }

  /** The XState actor, to inspect or subscribe to. A crash replaces it; `null` if it can't be started. */
  get actor(): BreakerActor | null {
    const row = this.#attached()
    return row.actor ?? row.home.install(row)
  }

  stats(): BreakerStats {
    return statsOf(this.#attached())
  }

  /** Whether a call would be admitted now. Reserves and counts nothing. */
  allows(): boolean {
    return wouldAdmit(this.#attached())
  }

  /** The admission of one call, or `undefined`; the caller reports the outcome to it, exactly once. */
  tryAcquire(): Permit | undefined {
    const row = this.#attached()
    const probe = admit(row)
    if (typeof probe !== 'number') return undefined
    const sampled = takesSample(row)
    return new Permit(row, probe, sampled || row.timesCalls ? row.home.clock.now() : 0, sampled)
  }

  /** Reports a success without a permit; while half-open it counts as a probe's. */
  recordSuccess(durationMs?: number): void {
    record(this.#attached(), 'succeed', undefined, durationMs)
  }

  /** Reports a failure without a permit, judged as `permit.failure(error)`; while half-open it counts as a probe's. */
  recordFailure(error?: unknown, durationMs?: number): void {
    record(this.#attached(), 'fail', error, durationMs)
  }

  /** Opens, from any state; it will probe after the open time. Open already, it changes nothing. */
  trip(reason = 'by hand'): void {
    if (typeof reason !== 'string') throw new ArgumentError('trip(reason)', 'a string', reason)
    const row = this.#attached()
    send(row, { type: 'trip', message: reason, at: row.home.clock.now() })
  }

  /** Closes, from any state, and clears the evidence. */
  reset(): void {
    this.#command('reset')
  }

  /** Rejects every call until `enable` or `reset`. */
  isolate(): void {
    this.#command('isolate')
  }

  /** Admits and counts every call and never opens, until `enable` or `reset`. */
  disable(): void {
    this.#command('disable')
  }

  /** Ends `isolate` and `disable`: closes with a clean slate. In any other state it changes nothing. */
  enable(): void {
    this.#command('enable')
  }

  #command(type: 'reset' | 'isolate' | 'disable' | 'enable'): void {
    const row = this.#attached()
    send(row, { type, at: row.home.clock.now() })
  }

  #attached(): Row {
    if (!this.#row.attached) this.#row = this.#row.home.rowOf(this.#row.name, this.#row)
    return this.#row
  }
}

/** A call while closed, with nothing to do but to count it: no clock, no event, nothing allocated but the promise. */
async function callPlain<T>(row: Row, fn: Guarded<T>): Promise<T> {
  const { generation } = row
  row.calls.allowed++
  let value: T
  try {
    value = await fn(row.context)
  } catch (error) {
    settle(row, 'fail', generation, NO_PROBE, Number.NaN, 0)
    throw error
  }
  if (row.generation !== generation) {
    countLate(row, generation)
  } else {
    row.calls.succeeded++
    addSuccess(row.tally, row.policy, 0, 0)
  }
  return value
}

/** The timeout in ms, or `null`. */
function checkCall(row: Row, fn: unknown, options: CallOptions<unknown>): number | null {
  if (typeof fn !== 'function') throw new ArgumentError('call(fn)', 'a function', fn)
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError('call(fn, options)', 'an object: { signal, timeout, fallback }', options)
  }
  const { signal, timeout, fallback } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new ArgumentError('options.signal', 'an AbortSignal', signal)
  }
  if (fallback !== undefined && typeof fallback !== 'function') {
    throw new ArgumentError('options.fallback', 'a function of an error', fallback)
  }
  if (timeout === undefined) return row.policy.timeoutMs
  if (timeout === null) return null
  const timeoutMs = parseDuration(timeout)
  if (timeoutMs === undefined) throw new ArgumentError('options.timeout', DURATION_EXPECTED, timeout)
  return timeoutMs
}

/** Whether a call ended because its caller called it off. */
function isAbortOf(signal: AbortSignal | undefined, error: unknown): boolean {
  if (!signal?.aborted) return false
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError')
}
