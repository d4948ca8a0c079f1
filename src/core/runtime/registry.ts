/// <reference lib="esnext.disposable" preserve="true" />
// Registry: named breakers, made at first use and supervised; what users hold.

import type { AnyStateMachine } from 'xstate'
import type { RegistryActor } from '../../../machines/registry.machine.ts'
import { type CallOptions, checkCall } from '../edge/call-options.ts'
import { describeValue, RegistryClosedError } from '../edge/errors.ts'
import { type RegistryPolicies, resolvePolicies } from '../edge/named-policies.ts'
import { type RegistryOptions, resolveOptions } from '../edge/registry-options.ts'
import { type PolicyOptions, resolvePolicy } from '../edge/resolve-policy.ts'
import { parseSnapshot, type RegistrySnapshot } from '../edge/snapshot-format.ts'
import type { BreakerState } from '../rules/states.ts'
import { type AdmissionStatus, admissionOf } from './admission-status.ts'
import type { Breaker } from './breaker.ts'
import { call } from './call.ts'
import { caughtUp, command, stateAt } from './deliver.ts'
import type { ErrorSource, EventName, Listener } from './events.ts'
import type { Guarded } from './full-call.ts'
import { type Health, type HealthRules, healthOf } from './health.ts'
import { rejectWith } from './promise.ts'
import type { Row } from './row.ts'
import { snapshotOf } from './snapshot.ts'
import type { Spawned, SpawnOptions } from './spawning.ts'
import { checkStatsOptions, type EndpointStats, endpointStats, type StatsOptions } from './stats.ts'
import { StatsReader } from './stats-reader.ts'
import { Table } from './table.ts'

/** Named breakers, made at first use, each supervised. Made by `createRegistry`; the class is exported as a token and a type. */
export class Registry {
  readonly #table: Table
  /** Belongs to the table; empty once the registry is closed, so that a call finds nothing. */
  #rows: ReadonlyMap<string, Row>

  /** Use createRegistry. */
  constructor(options: RegistryOptions) {
    const resolved = resolveOptions(options)
    const { snapshot } = resolved
    const restored = snapshot === undefined ? [] : parseSnapshot(snapshot).breakers
    this.#table = new Table(resolved)
    this.#rows = this.#table.rows
    try {
      for (const breaker of restored) this.#table.create(breaker.endpoint, undefined, breaker)
    } catch (error) {
      // Nobody holds it, so nobody could close it.
      void this.close()
      throw error
    }
  }

  /**
   * The root XState actor, parent of every breaker's actor: inspect it, subscribe to it. Events that others send are
   * refused with an `error` event, and its `stop()` throws ArgumentError: use `close`.
   */
  get actor(): RegistryActor {
    return this.#table.core.supervisor.root
  }

  /**
   * Calls `fn` through the breaker of this name, which is made at first use. Returns the value of `fn` or throws the very
   * error it threw. Every error is a rejection of the promise.
   * @throws what `Breaker.call` throws; RegistryFullError (`REGISTRY_FULL`)
   */
  call<T>(name: string, fn: Guarded<T>, options?: CallOptions<never>): Promise<T>
  call<T, F = T | null | undefined>(name: string, fn: Guarded<T>, options: CallOptions<F> | undefined): Promise<T | F>
  call<T, F>(name: string, fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
    const row = this.#rows.get(name)
    return row === undefined ? this.#firstCall(name, fn, options) : call(row, fn, options)
  }

  #firstCall<T, F>(name: string, fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
    try {
      // Before a breaker is made by mistake.
      if (options !== undefined || typeof fn !== 'function') checkCall(fn, options as CallOptions<F>, null)
      return call(this.#table.rowOf(name), fn, options)
    } catch (error) {
      return rejectWith(error)
    }
  }

  /**
   * The handle of this name, made at first use; always the same object. The first policy given for a name is binding.
   * Another one later is not applied, and is reported once (`policyIgnored`): use `configure`.
   * @param policy over the registry's policy for this name; default: that one
   * @throws PolicyError (`INVALID_POLICY`), ArgumentError (`INVALID_ARGUMENT`) if the name is not a string,
   *   RegistryFullError (`REGISTRY_FULL`), RegistryClosedError (`REGISTRY_CLOSED`)
   */
  breaker(name: string, policy?: PolicyOptions): Breaker {
    const table = this.#table
    const existing = this.#rows.get(name)
    if (policy === undefined || table.isWarnedOf(name)) return table.handleOf(existing ?? table.rowOf(name))
    const resolved = resolvePolicy(policy, table.policyFor(name))
    if (existing === undefined) return table.handleOf(table.rowOf(name, resolved))
    table.bind(existing, resolved)
    return table.handleOf(existing)
  }

  /** The state of this breaker by now; `'closed'` for a name without a breaker. Does not make one. */
  state(name: string): BreakerState {
    const row = this.#table.rows.get(name)
    return row === undefined ? 'closed' : caughtUp(row).state
  }

  /** Whether there is a breaker of this name. Does not make one. */
  has(name: string): boolean {
    return this.#table.rows.has(name)
  }

  /**
   * Every breaker's name, its state by now, and whether calls are admitted, in the order in which they were made. A closed
   * breaker may refuse calls too: for its fleet, or at its `maxConcurrent`.
   */
  list(): { readonly endpoint: string; readonly state: BreakerState; readonly admission: AdmissionStatus }[] {
    const { rows, core } = this.#table
    const now = core.clock.now()
    core.turns.touch(now)
    return Array.from(rows.values(), (row) => {
      const state = stateAt(row, now)
      return { endpoint: row.name, state, admission: admissionOf(row, now, state) }
    })
  }

  /**
   * The figures of every breaker at one moment, in the order in which they were made. Makes no breaker.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options
   */
  stats(options: StatsOptions = {}): EndpointStats[] {
    checkStatsOptions(options)
    const { rows, core } = this.#table
    const now = core.clock.now()
    return Array.from(rows.values(), (row) => endpointStats(caughtUp(row), now, options))
  }

  /** For code that reads again and again, such as a dashboard: reads only the figures of breakers that have changed. */
  changes(): StatsReader {
    const { rows } = this.#table
    return new StatsReader({ [Symbol.iterator]: () => rows.values() })
  }

  /**
   * Whether the service can do its work, and the breakers that prevent it.
   * @param rules which endpoints are critical; default: none, and it is `up` or `degraded`
   * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong rules
   */
  health(rules: HealthRules = {}): Health {
    return healthOf(this.#table.rows.values(), rules)
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#table.isClosed
  }

  /**
   * Removes the breaker, its actor, its timers and the policy that was given for its name. Its late results count for
   * nothing. Returns whether there was one. A call through its handle makes it again, closed.
   * @throws RegistryClosedError (`REGISTRY_CLOSED`)
   */
  delete(name: string): boolean {
    if (this.#table.isClosed) throw new RegistryClosedError()
    const row = this.#rows.get(name)
    // If it was evicted, its policy may still be here.
    if (row === undefined) this.#table.forget(name)
    else this.#table.remove(row)
    return row !== undefined
  }

  /**
   * Closes the breaker of this name, from any state, and clears its evidence. An unknown name does nothing.
   * @throws RegistryClosedError (`REGISTRY_CLOSED`)
   */
  reset(name: string): void {
    if (this.#table.isClosed) throw new RegistryClosedError()
    const row = this.#rows.get(name)
    if (row !== undefined) command(row, 'reset')
  }

  /**
   * Resets every breaker as of now. Very many are reset in batches, so that the event loop is not blocked; any read
   * meanwhile shows them reset already. The promise resolves when all are done. You need not await it, and it never
   * rejects.
   */
  resetAll(): Promise<void> {
    return this.#table.isClosed ? Promise.resolve() : this.#table.resetAll()
  }

  /**
   * Gives the breaker a new policy, over the registry's for this name. Makes the breaker if there is none. State, deadline,
   * and as much evidence as the new windows can hold stay: this alone never opens or closes a breaker. An option that the
   * old policy set and the new one leaves out is the registry's again.
   * @throws PolicyError (`INVALID_POLICY`), ArgumentError (`INVALID_ARGUMENT`) if the name is not a string,
   *   RegistryClosedError (`REGISTRY_CLOSED`), RegistryFullError (`REGISTRY_FULL`)
   */
  configure(name: string, policy: PolicyOptions): void {
    const resolved = resolvePolicy(policy, this.#table.policyFor(name))
    this.#table.configure(this.#table.rowOf(name), resolved)
  }

  /**
   * Replaces the policies of the registry, which `createRegistry` or an earlier `configureAll` set: at once for breakers
   * made later, and also for existing breakers, whose state and evidence stay as with `configure`. Policies given for a
   * single name, by `breaker(name, policy)` or `configure`, stay as they were resolved then. Very many breakers are changed
   * in batches, so that the event loop is not blocked; each is under its old policy until its turn. The promise resolves
   * when all are done. All mistakes are found before anything changes, and reject the promise.
   * @throws PolicyError (`INVALID_POLICY`), RegistryClosedError (`REGISTRY_CLOSED`)
   */
  async configureAll(policies: RegistryPolicies): Promise<void> {
    const policyFor = resolvePolicies(policies)
    if (this.#table.isClosed) throw new RegistryClosedError()
    await this.#table.configureAll(policyFor)
  }

  /**
   * Everything that `createRegistry({ snapshot })` needs to continue elsewhere, as JSON: states, counts, windows, remaining
   * open times in ms. Without policies, listeners and calls in flight.
   */
  snapshot(): RegistrySnapshot {
    return snapshotOf(this.#table.rows.values(), this.#table.core.clock.now())
  }

  /**
   * Calls `listener` for each event of this name, after the actors have settled. Returns the function that removes it. If a
   * listener throws or rejects, you get an `error` event. After `close` none is called.
   * @throws ArgumentError (`INVALID_ARGUMENT`) if there is no such event, or the listener is not a function
   */
  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    return this.#table.core.dispatcher.on(name, listener)
  }

  /**
   * For an integration that runs other people's code: reports what that code did wrong as an `error` event, or, without a
   * listener for those, as a process warning, once for each source and endpoint. It never throws.
   * @param source whose code it was, in a word or two, for example `'isFailure'` or `'listener'`
   * @param error what was thrown
   * @param endpoint the name of the breaker, if it was about one
   */
  report(source: ErrorSource, error: unknown, endpoint?: string): void {
    const word: unknown = source
    const name = typeof endpoint === 'string' ? endpoint : undefined
    this.#table.core.dispatcher.report(typeof word === 'string' ? word : describeValue(word), error, name)
  }

  /** Chooses the jitter of every backoff: what `createRegistry` was given, or chose. With it you can replay a history. */
  get seed(): number {
    return this.#table.seed
  }

  /** The time by the registry's clock, in ms, as in `at` of its events. The difference of two is a duration. */
  now(): number {
    return this.#table.core.clock.now()
  }

  /**
   * Starts a statechart as an actor under the registry's own, on its clock. Inspectors show it there. For integrations, as
   * `breaker.spawn`. It ends with the registry. If it crashes it is started again, as breakers' actors are.
   * @throws ArgumentError (`INVALID_ARGUMENT`) if it is not a statechart or invokes something, for wrong options, and for
   *   an id that is taken; RegistryClosedError (`REGISTRY_CLOSED`)
   */
  spawn<L extends AnyStateMachine>(logic: L, options: SpawnOptions<L>): Spawned<L> {
    if (this.#table.isClosed) throw new RegistryClosedError()
    const { supervisor } = this.#table.core
    return supervisor.spawnUnderRoot(logic, options as SpawnOptions<AnyStateMachine>) as unknown as Spawned<L>
  }

  /**
   * Stops every actor and timer; very many in batches: the promise resolves when all have stopped. At once, new calls get
   * RegistryClosedError, and no listener is called any more. Calls in flight end by themselves; figures can still be read.
   * Closing again returns the same promise; it never rejects.
   */
  close(): Promise<void> {
    this.#rows = new Map()
    this.#closing ??= this.#table.close()
    return this.#closing
  }
  #closing: Promise<void> | undefined;

  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * A registry of supervised breakers. All `options` are optional. Make one for a process, in a module of its own.
 * @throws PolicyError (`INVALID_POLICY`), ClockError (`INVALID_CLOCK`), SnapshotError (`INVALID_SNAPSHOT`)
 * @throws RegistryFullError (`REGISTRY_FULL`) if the snapshot holds more than `maxBreakers` breakers and none may be
 *   evicted
 */
export function createRegistry(options: RegistryOptions = {}): Registry {
  return new Registry(options)
}
