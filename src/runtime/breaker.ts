// Breaker: the handle of one endpoint. It holds no state: what it reads and counts is in its row, and its row may be
// deleted and made anew.
import type { BreakerActor } from '../../machines/registry.machine.ts'
import { type CallOptions, checkCall } from '../edge/call-options.ts'
import { ArgumentError } from '../edge/errors.ts'
import type { BreakerState } from '../rules/decide.ts'
import type { Policy } from '../rules/policy.ts'
import { admit, wouldAdmit } from './admission.ts'
import { call } from './call.ts'
import { caughtUp, command, isActive } from './deliver.ts'
import { attached, type Guarded } from './full-call.ts'
import { Permit, record } from './permit.ts'
import type { Row } from './row.ts'
import { type BreakerStats, statsOf } from './stats.ts'

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

  /**
   * A function like `fn` (its arguments, `this`, name and length) that calls it through the breaker, with these options.
   * @throws ArgumentError (`INVALID_ARGUMENT`); the function it gives throws what `call` throws
   */
  wrap<This, A extends unknown[], T, F = never>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
    options?: CallOptions<F>,
  ): (this: This, ...args: A) => Promise<T | F> {
    if (typeof fn !== 'function') throw new ArgumentError('wrap(fn)', 'a function', fn)
    if (options !== undefined) checkCall(fn, options, null)
    const breaker = this
    function wrapped(this: This, ...args: A): Promise<T | F> {
      return breaker.call(() => fn.apply(this, args), options)
    }
    const { name, length } = fn
    return Object.defineProperties(wrapped, {
      name: { value: name, configurable: true },
      length: { value: length, configurable: true },
    })
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

  /**
   * The XState actor, to inspect, subscribe to, or send commands; it is started if it was at rest. Subscribers are called
   * after it has decided, and keep it from resting. A crash replaces it; `null` if it can't be started, or is gone.
   */
  get actor(): BreakerActor | null {
    const row = this.#readable()
    if (row.attached && !isActive(row))
      row.home.turns.run(() => row.home.supervisor.activate(row, row.home.clock.now()))
    return row.actor
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
    command(this.#attached(), 'trip', reason)
  }

  /** Closes, from any state, and clears the evidence. */
  reset(): void {
    command(this.#attached(), 'reset')
  }

  /** Rejects every call until `enable` or `reset`. */
  isolate(): void {
    command(this.#attached(), 'isolate')
  }

  /** Admits and counts every call and never opens, until `enable` or `reset`. */
  disable(): void {
    command(this.#attached(), 'disable')
  }

  /** Ends `isolate` and `disable`: closes with a clean slate. In any other state it changes nothing. */
  enable(): void {
    command(this.#attached(), 'enable')
  }

  /** The row of this name now, as it is by now; of a breaker that is gone, the last figures. */
  #readable(): Row {
    const row = this.#row.attached ? this.#row : (this.#row.home.find(this.#row.name) ?? this.#row)
    return caughtUp(row)
  }

  #attached(): Row {
    this.#row = attached(this.#row)
    return this.#row
  }
}
