// Breaker: the handle of one endpoint. It holds no state: what it reads and counts is in its row, which may be deleted and
// made again.
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
 * One breaker, from `registry.breaker(name)`: always the same object for the same name. You may keep it. After the breaker
 * is deleted or evicted it shows the last figures, and a call through it makes the breaker again.
 */
export class Breaker implements Record<Command, (...given: never[]) => void> {
  #row: Row

  /** @internal Use `registry.breaker(name)`. */
  constructor(row: Row) {
    this.#row = row
  }

  /**
   * Calls `fn` if the breaker admits it, and returns its value or throws the very error it threw. `fn` may be async or not,
   * and receives `{ signal, endpoint, generation, probe }`. Every error is a rejection of the promise.
   * @throws BreakerOpenError (`BREAKER_OPEN`) when the call is not admitted; `fn` does not run.
   * @throws ConcurrencyLimitError (`CONCURRENCY_LIMIT`) when `maxConcurrent` calls are in flight and `maxQueued` wait.
   * @throws CallTimeoutError (`CALL_TIMEOUT`) when it takes longer than its timeout.
   * @throws ArgumentError (`INVALID_ARGUMENT`), RegistryClosedError (`REGISTRY_CLOSED`), RegistryFullError
   *   (`REGISTRY_FULL`) if the breaker was evicted and there is no room for it
   */
  call<T>(fn: Guarded<T>, options?: CallOptions<never>): Promise<T>
  call<T, F = T | null | undefined>(fn: Guarded<T>, options: CallOptions<F> | undefined): Promise<T | F>
  call<T, F>(fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
    return call(this.#row, fn, options)
  }

  /**
   * A function like `fn` (its arguments, `this`, name and length) that calls it through the breaker, with these options.
   * Without options: the policy's `timeout`, no signal, no fallback. A fallback receives the arguments of each call.
   * @throws ArgumentError (`INVALID_ARGUMENT`); the returned function rejects as `call` does
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

  /**
   * The state it is in by now, as `registry.state(name)`. Reading it does not make a deleted breaker again; nor does any
   * other read.
   */
  get state(): BreakerState {
    return this.#readable().state
  }

  /** The number of the current generation in a state; it only ever grows. */
  get generation(): number {
    return this.#readable().generation
  }

  /** The policy in force: frozen, every default filled in, durations in ms. `registry.configure` changes it. */
  get policy(): Policy {
    return this.#readable().policy
  }

  /**
   * The XState actor, to inspect, subscribe to, or send commands. It is started if it was at rest. Subscribers run after it
   * has decided, and keep it from resting. After a crash there is another actor. `null` if it cannot be started, or is
   * gone. It is supervised: its `stop()` throws ArgumentError, and events other than commands are refused with an `error`
   * event.
   */
  get actor(): BreakerActor | null {
    const row = this.#readable()
    if (row.attached && !isActive(row))
      row.core.turns.run(() => row.core.supervisor.activate(row, row.core.clock.now()))
    return row.actor
  }

  /** Its figures by now, as a separate value that does not change. Durations in ms, shares 0-1. */
  stats(): BreakerStats {
    return statsOf(this.#readable())
  }

  /** What its triggers judge, by now: what is in its windows, and where the thresholds are. For charts. */
  evidence(): EvidenceReport {
    const row = this.#readable()
    return reportOn(row, row.policy, row.core.clock.now())
  }

  /**
   * As `registry.on`, for the events of this endpoint alone, also after the breaker was removed and made again.
   * @throws ArgumentError (`INVALID_ARGUMENT`) if there is no such event, or the listener is not a function
   */
  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    return this.#row.core.dispatcher.on(name, listener, this.#row.name)
  }

  /**
   * From now on every admission and outcome is an event of this breaker's actor, as under `folding: false`, and the actor
   * stays. For code that watches the actor; a call then costs microseconds. Returns the function that ends it.
   */
  unfold(): () => void {
    return this.#row.core.unfold(this.#row.name)
  }

  /**
   * Whether a call would be admitted now. It reserves and counts nothing, so two callers may both get `true` for one place.
   * For code that reports with `recordSuccess` and `recordFailure`; otherwise prefer `tryAcquire`.
   */
  allows(): boolean {
    return wouldAdmit(this.#readable())
  }

  /** Whether calls are admitted now, and who refuses them, why, and until when. All views show this answer. */
  admission(): AdmissionStatus {
    const row = this.#readable()
    return admissionOf(row, row.core.clock.now())
  }

  /**
   * The admission of one call, or `undefined` if the call is not admitted or `maxConcurrent` is reached (`acquire` waits).
   * Report the outcome to it, exactly once.
   * @throws RegistryClosedError (`REGISTRY_CLOSED`), RegistryFullError (`REGISTRY_FULL`) if the breaker was evicted and
   *   there is no room for it; so do all methods below
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
   * As `tryAcquire`, but waits in the queue for a slot under `maxConcurrent`, as a call does.
   * @throws BreakerOpenError (`BREAKER_OPEN`) when it is not admitted
   * @throws ConcurrencyLimitError (`CONCURRENCY_LIMIT`) when no slot is free and `maxQueued` wait
   * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options, RegistryClosedError (`REGISTRY_CLOSED`),
   *   RegistryFullError (`REGISTRY_FULL`), and the reason of `signal` when that is aborted
   */
  async acquire(options: AcquireOptions = {}): Promise<Permit> {
    const { signal, context } = checkAcquire('acquire', options)
    return admitInTurn(this.#row, signal, context)
  }

  /**
   * Reports a success without a permit. While half-open it counts as the success of a probe.
   * @param durationMs at least 0, for rules about slow calls; default: not known, and not slow
   * @throws ArgumentError (`INVALID_ARGUMENT`) for any other duration
   */
  recordSuccess(durationMs?: number): void {
    record(this.#attached(), 'succeed', undefined, durationMs)
  }

  /**
   * Reports a failure without a permit, judged as in `permit.failure(error)`. While half-open it counts as the failure of a
   * probe; while open it starts the open time again under `openTimeoutFrom: 'lastFailure'`.
   * @param durationMs at least 0, for rules about slow calls; default: not known, and not slow
   * @throws ArgumentError (`INVALID_ARGUMENT`) for any other duration
   */
  recordFailure(error?: unknown, durationMs?: number): void {
    record(this.#attached(), 'fail', error, durationMs)
  }

  /**
   * Reports that a fallback runs in place of this error. For integrations with fallbacks of their own; those of `call` are
   * counted already. If the breaker is gone, this does not make it again.
   */
  recordFallback(error?: unknown): void {
    tellFallback(this.#readable(), error)
  }

  /**
   * Opens, from any state; it probes after the open time. If it is open already, the open time starts again, with this
   * reason and this length (default: the policy's).
   * @param reason shown by rejections and the `transition` event; default `'by hand'`
   * @throws ArgumentError (`INVALID_ARGUMENT`) unless the reason is a string, and for wrong options
   */
  trip(reason = 'by hand', options?: TripOptions): void {
    if (typeof reason !== 'string') throw new ArgumentError('trip(reason)', 'a string', reason)
    const openForMs = options === undefined ? undefined : openForMsOf(options)
    command(this.#attached(), 'trip', reason, openForMs)
  }

  /**
   * Ends the open time: the breaker is half-open at once. Use it when you know that the service is back. In any other state
   * it changes nothing. (resilience4j's `transitionToHalfOpenState`.)
   * @param reason shown by the `transition` event; default `'by hand'`
   * @throws ArgumentError (`INVALID_ARGUMENT`) unless the reason is a string
   */
  probe(reason = 'by hand'): void {
    if (typeof reason !== 'string') throw new ArgumentError('probe(reason)', 'a string', reason)
    command(this.#attached(), 'probe', reason)
  }

  /** Closes, from any state, and clears the evidence, also if it is closed already. Calls in flight become late. */
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

  /** Ends `isolate` and `disable`: it closes with all evidence cleared. In any other state it changes nothing. */
  enable(): void {
    command(this.#attached(), 'enable')
  }

  /**
   * Starts a statechart as an actor under this breaker's own, on the registry's clock. Inspectors show it there. For
   * integrations. It lives as long as the breaker's actor, which does not rest meanwhile. It is started again after a crash
   * of that actor, and when a deleted breaker is made again. An error in it is an error of the breaker's actor: both are
   * started again, the breaker from its row. When that escalates, the breaker is parked without it. Its actions run in
   * turns, so use only `assign`, `raise` and `emit`.
   * @throws ArgumentError (`INVALID_ARGUMENT`) if it is not a statechart or invokes something, for wrong options, and for
   *   an id that is taken
   */
  spawn<L extends AnyStateMachine>(logic: L, options: SpawnOptions<L>): Spawned<L> {
    const row = this.#attached()
    return row.core.supervisor.spawn(row, logic, options as SpawnOptions<AnyStateMachine>) as unknown as Spawned<L>
  }

  /**
   * Overrides the breaker from above, for integrations that share the endpoint with others. On top of what this breaker
   * decides, calls are rejected as `given` says, until the next override or `null`. It can only add rejections; to a
   * disabled breaker it adds none. It ends with the breaker.
   * @throws ArgumentError (`INVALID_ARGUMENT`) if it is not a valid override
   */
  override(given: Override | null): void {
    setOverride(this.#attached(), given)
  }

  /** The row of this name as it is by now; for a breaker that is gone, the last figures. */
  #readable(): Row {
    const row = this.#row.attached ? this.#row : (this.#row.core.find(this.#row.name) ?? this.#row)
    return caughtUp(row)
  }

  #attached(): Row {
    this.#row = attached(this.#row)
    return this.#row
  }
}
