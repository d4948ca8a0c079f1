// Breaker: the handle of one endpoint. It holds no state: what it reads and counts is in its row, and its row may be
// deleted and made anew.
import type { AnyStateMachine } from 'xstate'
import type { BreakerActor } from '../../../machines/registry.machine.ts'
import { type AcquireOptions, type CallOptions, checkAcquire, checkCall } from '../edge/call-options.ts'
import { ArgumentError } from '../edge/errors.ts'
import { openForMsOf, type TripOptions } from '../edge/trip-options.ts'
import type { Command } from '../rules/commands.ts'
import type { Policy } from '../rules/policy.ts'
import type { BreakerState } from '../rules/states.ts'
import { type EvidenceReport, reportOn } from '../rules/triggers/index.ts'
import { admit, admitInTurn, wouldAdmit } from './admission.ts'
import { type AdmissionStatus, admissionOf } from './admission-status.ts'
import { call } from './call.ts'
import { caughtUp, command, isActive } from './deliver.ts'
import type { EventName, Listener } from './events.ts'
import { callFully, type Guarded } from './full-call.ts'
import { tellFallback } from './outcome-events.ts'
import type { Override } from './override.ts'
import { Permit, record } from './permit.ts'
import { refuse } from './rejection.ts'
import { attached, type Row } from './row.ts'
import { setOverride } from './set-override.ts'
import type { Spawned, SpawnOptions } from './spawning.ts'
import { type BreakerStats, statsOf } from './stats.ts'

/**
 * One breaker, as `registry.breaker(name)` hands it out: the same object for the same name. It may be kept: of a breaker
 * that was deleted or evicted it shows the last figures, and a call through it makes the breaker anew.
 */
export class Breaker implements Record<Command, (...given: never[]) => void> {
  #row: Row

  /** @internal Use `registry.breaker(name)`. */
  constructor(row: Row) {
    this.#row = row
  }

  /**
   * Calls `fn` if the breaker admits it, and gives back what it gives: its value, or the very error it threw. `fn` may be
   * async or not, and is given `{ signal, endpoint, generation }`. Every error comes as a rejection of the promise.
   * @throws BreakerOpenError (`BREAKER_OPEN`) when the call is not admitted; `fn` is not run.
   * @throws ConcurrencyLimitError (`CONCURRENCY_LIMIT`) when `maxConcurrent` calls are in flight and `maxQueued` wait.
   * @throws CallTimeoutError (`CALL_TIMEOUT`) when it takes longer than its timeout.
   * @throws ArgumentError (`INVALID_ARGUMENT`), RegistryClosedError (`REGISTRY_CLOSED`), RegistryFullError (`REGISTRY_FULL`)
   *   when it was evicted and there is no room for it
   */
  call<T>(fn: Guarded<T>, options?: CallOptions<never>): Promise<T>
  call<T, F = T | null | undefined>(fn: Guarded<T>, options: CallOptions<F> | undefined): Promise<T | F>
  call<T, F>(fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
    return call(this.#row, fn, options)
  }

  /**
   * A function like `fn` (its arguments, `this`, name and length) that calls it through the breaker, with these options.
   * Without options: the policy's `timeout`, no signal, no fallback. A fallback is given the arguments of each call.
   * @throws ArgumentError (`INVALID_ARGUMENT`); the function it gives rejects with what `call` rejects with
   */
  wrap<This, A extends unknown[], T, F = never>(
    fn: (this: This, ...args: A) => T | PromiseLike<T>,
    options?: CallOptions<F, A>,
  ): (this: This, ...args: A) => Promise<T | F> {
    if (typeof fn !== 'function') throw new ArgumentError('wrap(fn)', 'a function', fn)
    if (options !== undefined) checkCall(fn, options, null)
    const breaker = this
    function wrapped(this: This, ...args: A): Promise<T | F> {
      const guarded = () => fn.apply(this, args)
      return options === undefined ? breaker.call(guarded) : callFully(breaker.#row, guarded, options, args)
    }
    const { name, length } = fn
    return Object.defineProperties(wrapped, {
      name: { value: name, configurable: true },
      length: { value: length, configurable: true },
    })
  }

  /** The name it was made with. */
  get endpoint(): string {
    return this.#row.name
  }

  /** The state it is in by now, as `registry.state(name)`. Like all that only reads, it makes no breaker of one that was deleted. */
  get state(): BreakerState {
    return this.#readable().state
  }

  /** The number of the current generation in a state; it only ever grows. */
  get generation(): number {
    return this.#readable().generation
  }

  /** The policy that is in force: frozen, every default filled in, durations in ms. `registry.configure` changes it. */
  get policy(): Policy {
    return this.#readable().policy
  }

  /**
   * The XState actor, to inspect, subscribe to, or send commands; it is started if it was at rest. Subscribers are called
   * after it has decided, and keep it from resting. A crash replaces it; `null` if it can't be started, or is gone. It is
   * supervised: its `stop()` throws ArgumentError, and events other than commands are refused with an `error` event.
   */
  get actor(): BreakerActor | null {
    const row = this.#readable()
    if (row.attached && !isActive(row))
      row.core.turns.run(() => row.core.supervisor.activate(row, row.core.clock.now()))
    return row.actor
  }

  /** Its figures by now, as a value of its own that does not change. Durations in ms, shares 0-1. */
  stats(): BreakerStats {
    return statsOf(this.#readable())
  }

  /** What its triggers judge, by now: what is in its windows, and where the thresholds are. For pictures. */
  evidence(): EvidenceReport {
    const row = this.#readable()
    return reportOn(row, row.policy, row.core.clock.now())
  }

  /**
   * As `registry.on`, for the events of this endpoint alone; those of a breaker of its name that is made anew, too.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for an event that there is none of, or a listener that is no function
   */
  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    return this.#row.core.dispatcher.on(name, listener, this.#row.name)
  }

  /**
   * From now on every admission and outcome is an event of this breaker's actor, as under `folding: false`, and the actor
   * stays; for who watches it. A call then costs microseconds. The function it gives ends that.
   */
  unfold(): () => void {
    return this.#row.core.unfold(this.#row.name)
  }

  /**
   * Whether a call would be admitted now. Reserves and counts nothing: two who ask at once are both told yes. For code that
   * reports with `recordSuccess` and `recordFailure`; else prefer `tryAcquire`.
   */
  allows(): boolean {
    return wouldAdmit(this.#readable())
  }

  /** Whether calls are admitted now, and who refuses them, why, and until when: one answer for all who look. */
  admission(): AdmissionStatus {
    const row = this.#readable()
    return admissionOf(row, row.core.clock.now())
  }

  /**
   * The admission of one call, or `undefined` when it is not admitted, or `maxConcurrent` is reached (`acquire` waits); the
   * caller reports the outcome to it, exactly once.
   * @throws RegistryClosedError (`REGISTRY_CLOSED`), RegistryFullError (`REGISTRY_FULL`) when it was evicted and there is no
   *   room for it; so do all methods below
   */
  tryAcquire(options?: Pick<AcquireOptions, 'context'>): Permit | undefined {
    const context = options === undefined ? undefined : checkAcquire('tryAcquire', options).context
    const row = this.#attached()
    const asked = admit(row, context)
    if (asked instanceof Permit) return asked
    refuse(row, asked.by, asked.at)
    return undefined
  }

  /**
   * As `tryAcquire`, for who can wait: where a call would, it waits for a slot under `maxConcurrent`, in its turn.
   * @throws BreakerOpenError (`BREAKER_OPEN`) when it is not admitted
   * @throws ConcurrencyLimitError (`CONCURRENCY_LIMIT`) when no slot is free and `maxQueued` wait
   * @throws ArgumentError (`INVALID_ARGUMENT`) for options that are none, RegistryClosedError (`REGISTRY_CLOSED`),
   *   RegistryFullError (`REGISTRY_FULL`), and the reason of `signal` when that is aborted
   */
  async acquire(options: AcquireOptions = {}): Promise<Permit> {
    const { signal, context } = checkAcquire('acquire', options)
    return admitInTurn(this.#row, signal, context)
  }

  /**
   * Reports a success without a permit; while half-open it counts as a probe's.
   * @param durationMs at least 0, for rules about slow calls; default: not known, and not slow
   * @throws ArgumentError (`INVALID_ARGUMENT`) for any other duration
   */
  recordSuccess(durationMs?: number): void {
    record(this.#attached(), 'succeed', undefined, durationMs)
  }

  /**
   * Reports a failure without a permit, judged as `permit.failure(error)`; while half-open it counts as a probe's, while open
   * it starts the open time again under `openTimeoutFrom: 'lastFailure'`.
   * @param durationMs at least 0, for rules about slow calls; default: not known, and not slow
   * @throws ArgumentError (`INVALID_ARGUMENT`) for any other duration
   */
  recordFailure(error?: unknown, durationMs?: number): void {
    record(this.#attached(), 'fail', error, durationMs)
  }

  /**
   * Reports that a fallback is asked to answer instead of this error, for integrations that ask one themselves; those of `call` are
   * counted. Of a breaker that is gone, it makes none.
   */
  recordFallback(error?: unknown): void {
    tellFallback(this.#readable(), error)
  }

  /**
   * Opens, from any state; it will probe after the open time. Open already, the open time starts again: for so long as this
   * trip says, or the policy, and for this reason.
   * @param reason told by rejections and the `transition` event; default `'by hand'`
   * @throws ArgumentError (`INVALID_ARGUMENT`) unless the reason is a string, and for options that are none
   */
  trip(reason = 'by hand', options?: TripOptions): void {
    if (typeof reason !== 'string') throw new ArgumentError('trip(reason)', 'a string', reason)
    const openForMs = options === undefined ? undefined : openForMsOf(options)
    command(this.#attached(), 'trip', reason, openForMs)
  }

  /**
   * Ends the open time: it is half-open at once, for who knows that the service is back. In any other state it changes
   * nothing. (resilience4j's `transitionToHalfOpenState`.)
   * @param reason told by the `transition` event; default `'by hand'`
   * @throws ArgumentError (`INVALID_ARGUMENT`) unless the reason is a string
   */
  probe(reason = 'by hand'): void {
    if (typeof reason !== 'string') throw new ArgumentError('probe(reason)', 'a string', reason)
    command(this.#attached(), 'probe', reason)
  }

  /** Closes, from any state, and clears the evidence, of a closed one too; calls in flight become late. */
  reset(): void {
    command(this.#attached(), 'reset')
  }

  /** Goes to `forcedOpen`, from any state: rejects every call until `enable`, `reset`, `trip` or `disable`. */
  isolate(): void {
    command(this.#attached(), 'isolate')
  }

  /** Goes to `disabled`, from any state: admits and counts every call and never opens by itself, until `enable`, `reset`, `trip` or `isolate`. */
  disable(): void {
    command(this.#attached(), 'disable')
  }

  /** Ends `isolate` and `disable`: closes with a clean slate. In any other state it changes nothing. */
  enable(): void {
    command(this.#attached(), 'enable')
  }

  /**
   * Starts a statechart as an actor under this breaker's own, on the registry's clock: inspectors show it there. For
   * integrations. It lives while the breaker's actor does, which does not rest meanwhile; after a crash of that, or when a
   * breaker that was deleted is made anew, it is started anew. An error in it is an error of the breaker's actor: both are
   * started again, the breaker from its row; when that escalates the breaker is parked without it. Its actions run in turns, so
   * they do nothing but `assign`, `raise` and `emit`.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for what is no statechart or invokes something, for wrong options, and for an id
   *   that is taken
   */
  spawn<L extends AnyStateMachine>(logic: L, options: SpawnOptions<L>): Spawned<L> {
    const row = this.#attached()
    return row.core.supervisor.spawn(row, logic, options as SpawnOptions<AnyStateMachine>) as unknown as Spawned<L>
  }

  /**
   * Overrides the breaker from above, for integrations that share the endpoint with others: on top of what this breaker decides,
   * calls are rejected as `given` says, until another one or `null`. It can only add rejections; to a breaker that was disabled
   * it adds none. Gone when the breaker is.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for what is no override
   */
  override(given: Override | null): void {
    setOverride(this.#attached(), given)
  }

  /** The row of this name now, as it is by now; of a breaker that is gone, the last figures. */
  #readable(): Row {
    const row = this.#row.attached ? this.#row : (this.#row.core.find(this.#row.name) ?? this.#row)
    return caughtUp(row)
  }

  #attached(): Row {
    this.#row = attached(this.#row)
    return this.#row
  }
}
