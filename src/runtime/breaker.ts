// Breaker: the handle of one endpoint, and the whole path of a call: admit, run, settle.
// It holds no state: what it reads and counts is in its row, and its row may be deleted and made anew.
import type { BreakerActor } from '../../machines/registry.machine.ts'
import { type CallOptions, checkCall, isAbortOf } from '../edge/call-options.ts'
import { ArgumentError } from '../edge/errors.ts'
import type { BreakerState } from '../rules/decide.ts'
import type { Policy } from '../rules/policy.ts'
import { addSuccess } from '../rules/tally.ts'
import { runBounded } from './bounded-call.ts'
import { Permit, record } from './permit.ts'
import type { CallContext, Row } from './row.ts'
import { admit, dateOf, foldSuccess, NO_PROBE, sample, send, settle, takesSample, wouldAdmit } from './settle.ts'
import { type BreakerStats, statsOf } from './stats.ts'

export type Guarded<T> = (context: CallContext) => T | PromiseLike<T>

/** The path of every call. While closed, most have nothing to do but to count: no clock, no event, no allocation. */
export function call<T, F>(row: Row, fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
  if (row.path === 'full' || options !== undefined || typeof fn !== 'function') return callFully(row, fn, options)
  const sampled = takesSample(row)
  return sampled || row.path === 'timed' ? callTimed(row, fn, sampled) : callPlain(row, fn)
}

async function callPlain<T>(row: Row, fn: Guarded<T>): Promise<T> {
  const { generation } = row
  row.allowed++
  let value: T
  try {
    value = await fn(row.context)
  } catch (error) {
    settle(row, 'fail', generation, NO_PROBE, Number.NaN, dateOf(row))
    throw error
  }
  // The path changes with the policy: a call may end under another one than it was admitted by.
  if (row.generation === generation && row.path === 'plain') {
    row.succeeded++
    addSuccess(row, row.policy, 0, 0)
  } else settle(row, 'succeed', generation, NO_PROBE, Number.NaN, dateOf(row))
  return value
}

async function callTimed<T>(row: Row, fn: Guarded<T>, sampled: boolean): Promise<T> {
  const { generation } = row
  const startedAt = sampled || row.policy.slowCalls !== null ? row.home.clock.now() : Number.NaN
  row.allowed++
  let value: T
  try {
    value = await fn(row.context)
  } catch (error) {
    const now = row.home.clock.now()
    if (sampled) sample(row, now - startedAt)
    settle(row, 'fail', generation, NO_PROBE, now - startedAt, now)
    throw error
  }
  const now = row.home.clock.now()
  if (sampled) sample(row, now - startedAt)
  if (row.generation === generation) foldSuccess(row, now - startedAt, now)
  else settle(row, 'succeed', generation, NO_PROBE, now - startedAt, now)
  return value
}

/** Everything a call can ask for: half-open permits, classifiers, a timeout, a signal, a fallback, an unfolded breaker. */
async function callFully<T, F>(former: Row, fn: Guarded<T>, options: CallOptions<F> = {}): Promise<T | F> {
  const row = attached(former)
  const timeoutMs = checkCall(fn, options, row.policy.timeoutMs)
  const { signal, fallback } = options
  if (signal?.aborted) throw signal.reason
  const probe = admit(row)
  if (typeof probe !== 'number') {
    if (fallback !== undefined) return fallback(probe)
    throw probe
  }
  const permit = new Permit(row, probe)
  let value: T
  try {
    value = await (timeoutMs === null && signal === undefined
      ? fn(row.context)
      : runBounded(row, fn, timeoutMs, signal))
  } catch (error) {
    const result = isAbortOf(signal, error) ? permit.settle('ignore') : permit.settleBy({ error })
    if (fallback !== undefined && result === 'fail') return fallback(error)
    throw error
  }
  permit.settleBy({ value })
  return value
}

/** The row of this name now: a deleted breaker that is used again is made anew. */
function attached(row: Row): Row {
  return row.attached ? row : row.home.rowOf(row.name, row)
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
    return call(this.#row, fn, options)
  }

  /** A function with the arguments of `fn` that calls it through the breaker. */
  wrap<A extends unknown[], T>(fn: (...args: A) => T | PromiseLike<T>): (...args: A) => Promise<T> {
    if (typeof fn !== 'function') throw new ArgumentError('wrap(fn)', 'a function', fn)
    return (...args) => this.call(() => fn(...args))
  }

  get endpoint(): string {
    return this.#row.name
  }

  /** As `registry.state(name)`. Like all that only reads, it makes no breaker of one that was deleted. */
  get state(): BreakerState {
    return this.#readable().state
  }

  /** The number of the current stay in a state; it only ever grows. */
  get generation(): number {
    return this.#readable().generation
  }

  get policy(): Policy {
    return this.#readable().policy
  }

  /** The XState actor, to inspect or subscribe to. A crash replaces it; `null` if it can't be started, or is gone. */
  get actor(): BreakerActor | null {
    const row = this.#readable()
    return row.actor ?? (row.attached ? row.home.install(row) : null)
  }

  stats(): BreakerStats {
    return statsOf(this.#readable())
  }

  /** Whether a call would be admitted now. Reserves and counts nothing. */
  allows(): boolean {
    return wouldAdmit(this.#readable())
  }

  /** The admission of one call, or `undefined`; the caller reports the outcome to it, exactly once. */
  tryAcquire(): Permit | undefined {
    const row = this.#attached()
    const probe = admit(row)
    return typeof probe === 'number' ? new Permit(row, probe) : undefined
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

  /** The row of this name now; of a breaker that is gone, the last figures. */
  #readable(): Row {
    return this.#row.attached ? this.#row : (this.#row.home.find(this.#row.name) ?? this.#row)
  }

  #attached(): Row {
    this.#row = attached(this.#row)
    return this.#row
  }
}
