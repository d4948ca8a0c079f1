/// <reference lib="esnext.disposable" preserve="true" />
// Registry: named breakers, made at first use and supervised by one root actor; owner of the table.
import { type ActorRefFrom, createActor, type InspectionEvent } from 'xstate'
import { type BreakerActor, registryMachine } from '../../machines/registry.machine.ts'
import { type CallOptions, checkCall } from '../edge/call-options.ts'
import { ArgumentError, RegistryClosedError, RegistryFullError } from '../edge/errors.ts'
import { type RegistryOptions, type ResolvedOptions, resolveOptions } from '../edge/registry-options.ts'
import { type PolicyOptions, resolvePolicy } from '../edge/resolve-policy.ts'
import { type BreakerSnapshot, parseSnapshot, type RegistrySnapshot } from '../edge/snapshot-format.ts'
import { type BreakerState, enter, resume, seedOf } from '../rules/decide.ts'
import type { Policy } from '../rules/policy.ts'
import { Breaker, call, type Guarded } from './breaker.ts'
import { EventHub, type EventName, type Listener } from './events.ts'
import { chooseIdle } from './eviction.ts'
import { decisionOf, detach, type Home, publish, Row } from './row.ts'
import { send } from './settle.ts'
import { restore, snapshotOf } from './snapshot.ts'
import { systemClock } from './system-clock.ts'
import { indexTimers, punctualTimers } from './timers.ts'

export type RegistryActor = ActorRefFrom<typeof registryMachine>

export class Registry {
  readonly #actor: RegistryActor
  readonly #options: ResolvedOptions
  readonly #hub = new EventHub()
  readonly #home: Home
  readonly #rows = new Map<string, Row>()
  readonly #handles = new Map<string, Breaker>()
  /** Of deleted rows: one that is used again is the handle of its name again. */
  readonly #formerHandles = new WeakMap<Row, Breaker>()
  /** Above every generation of a deleted breaker, so that a name that comes back starts in a new one. */
  #firstGeneration = 0
  #closed = false

  /** Use createRegistry. */
  constructor(options: RegistryOptions) {
    this.#options = resolveOptions(options)
    const { folding, snapshot } = this.#options
    const clock = this.#options.clock ?? systemClock
    const restored = snapshot === undefined ? [] : parseSnapshot(snapshot).breakers
    this.#home = {
      clock,
      hub: this.#hub,
      timers: punctualTimers(clock, (code) => this.#hub.run(code)),
      folding,
      install: (row) => this.#install(row),
      rowOf: (name, formerly) => this.#rowOf(name, formerly.bound ? formerly.policy : undefined, formerly),
      find: (name) => this.#rows.get(name),
    }
    this.#actor = this.#startActor()
    try {
      for (const breaker of restored) this.#create(breaker.endpoint, undefined, breaker)
    } catch (error) {
      // Nobody has it to close it.
      void this.close()
      throw error
    }
  }

  /** The root XState actor, parent of every breaker's: inspect it, subscribe to it. */
  get actor(): RegistryActor {
    return this.#actor
  }

  /**
   * Calls `fn` through the breaker of this name, which is made at first use.
   * @throws what `Breaker.call` throws; RegistryFullError (`REGISTRY_FULL`)
   */
  call<T, F = never>(name: string, fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
    const row = this.#rows.get(name)
    return row === undefined ? this.#firstCall(name, fn, options) : call(row, fn, options)
  }

  async #firstCall<T, F>(name: string, fn: Guarded<T>, options?: CallOptions<F>): Promise<T | F> {
    // Before a breaker is made of a mistake.
    checkCall(fn, options ?? {}, null)
    return this.breaker(name).call(fn, options)
  }

  /**
   * The handle of this name, made at first use; always the same object. The policy binds when it is first given;
   * another one later is not applied and reported once (`policyIgnored`): use `configure`.
   * @throws PolicyError (`INVALID_POLICY`), RegistryFullError (`REGISTRY_FULL`), RegistryClosedError (`REGISTRY_CLOSED`)
   */
  breaker(name: string, policy?: PolicyOptions): Breaker {
    const existing = this.#closed ? undefined : this.#rows.get(name)
    if (policy !== undefined && !existing?.warned) {
      const resolved = resolvePolicy(policy, this.#options.policyFor(name))
      if (existing === undefined) return this.#handleOf(this.#rowOf(name, resolved))
      this.#bind(existing, resolved)
    }
    return this.#handleOf(existing ?? this.#rowOf(name))
  }

  /** A name that has no breaker is `'closed'`; asking makes none. */
  state(name: string): BreakerState {
    return this.#rows.get(name)?.state ?? 'closed'
  }

  has(name: string): boolean {
    return this.#rows.has(name)
  }

  list(): { readonly endpoint: string; readonly state: BreakerState }[] {
    return Array.from(this.#rows.values(), ({ name, state }) => ({ endpoint: name, state }))
  }

  /** Removes the breaker, its actor and its timers. Its late results count for nothing. Says whether there was one. */
  delete(name: string): boolean {
    if (this.#closed) throw new RegistryClosedError()
    const row = this.#rows.get(name)
    if (row !== undefined) this.#remove(row, false)
    return row !== undefined
  }

  reset(name: string): void {
    if (this.#rows.has(name)) this.#handles.get(name)?.reset()
  }

  resetAll(): void {
    for (const handle of this.#handles.values()) handle.reset()
  }

  /**
   * Gives the breaker a new policy, over the registry's for this name. State and evidence stay.
   * @throws PolicyError (`INVALID_POLICY`), RegistryClosedError (`REGISTRY_CLOSED`)
   */
  configure(name: string, policy: PolicyOptions): void {
    const resolved = resolvePolicy(policy, this.#options.policyFor(name))
    const row = this.#rowOf(name)
    row.bound = true
    send(row, { type: 'configure', policy: resolved, at: this.#home.clock.now() })
  }

  /** Everything that `createRegistry({ snapshot })` needs to go on elsewhere, as JSON. */
  snapshot(): RegistrySnapshot {
    return snapshotOf(this.#rows.values(), this.#home.clock.now())
  }

  /**
   * Calls `listener` for each event of this name, after the actors have settled; gives back what ends that.
   * @throws ArgumentError (`INVALID_ARGUMENT`)
   */
  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    return this.#hub.on(name, listener)
  }

  /** Stops every actor and timer. Calls in flight end as they will; new ones get RegistryClosedError; figures stay. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // One by one: XState takes quadratic time to stop many children in one step (5 s for 100,000).
    this.#hub.run(() => {
      for (const name of this.#rows.keys()) this.#actor.send({ type: 'remove', name })
      this.#actor.send({ type: 'close' })
    })
    // The rows stay, to be read.
    for (const row of this.#rows.values()) detach(row)
    this.#hub.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #startActor(): RegistryActor {
    const { inspect, supervision } = this.#options
    const { clock } = this.#home
    const hub = this.#hub
    const actor: RegistryActor = createActor(registryMachine, {
      input: {
        supervision,
        table: {
          now: () => clock.now(),
          inputOf: (name, start, parkIn) => this.#inputOf(name, start, parkIn),
          attach: (name, child) => this.#attach(name, child),
          restarted: (endpoint, error) =>
            hub.post('restarted', { endpoint, error, generation: this.#rows.get(endpoint)?.generation ?? 0 }),
          escalated: (endpoint, error) => hub.post('escalated', { endpoint, error, state: supervision.onEscalation }),
        },
      },
      clock: this.#home.timers.clock,
      ...(inspect && { inspect: (event: InspectionEvent) => this.#inspect(event) }),
    })
    indexTimers(actor.system)
    actor.start()
    return actor
  }

  #inspect(event: InspectionEvent): void {
    const { inspect } = this.#options
    try {
      if (typeof inspect === 'function') inspect(event)
      else inspect?.next?.(event)
    } catch (error) {
      // XState would throw it into the sender of the event, which may be a caller.
      this.#hub.post('error', { source: 'inspect', error })
    }
  }

  #inputOf(name: string, start: 'install' | 'restart', parkIn: BreakerState | undefined) {
    const row = this.#rows.get(name) as Row
    const { policy, seed } = row
    const at = this.#home.timers.clock.now()
    // The usual case, kept small: an actor keeps its input for as long as it lives.
    if (start === 'install' && row.state === 'closed' && row.generation === 0) return { policy, seed, at }
    const decision = decisionOf(row)
    if (start === 'restart') resume(decision)
    const { maxRestarts: restarts, withinMs } = this.#options.supervision
    if (parkIn !== undefined) enter(decision, { type: 'escalated', restarts, withinMs })
    return { policy, seed, at, restored: { state: parkIn ?? row.state, decision } }
  }

  #attach(name: string, actor: BreakerActor | null): void {
    const row = this.#rows.get(name)
    if (row === undefined) return
    row.actor = actor
    // The supervisor hears of an error by itself; without a handler here XState would end the process.
    actor?.subscribe({ next: (snapshot) => publish(row, snapshot), error: () => {} })
  }

  #install(row: Row): BreakerActor | null {
    this.#hub.run(() => this.#actor.send({ type: 'install', name: row.name }))
    return row.actor
  }

  /** Also of a row that a `created` listener has deleted by now. */
  #handleOf(row: Row): Breaker {
    return (this.#handles.get(row.name) ?? this.#formerHandles.get(row)) as Breaker
  }

  #rowOf(name: string, policy?: Policy, formerly?: Row): Row {
    if (this.#closed) throw new RegistryClosedError()
    return this.#rows.get(name) ?? this.#create(name, policy, undefined, formerly && this.#formerHandles.get(formerly))
  }

  #create(name: string, policy: Policy | undefined, from?: BreakerSnapshot, handle?: Breaker): Row {
    if (typeof name !== 'string') throw new ArgumentError('name', 'a string', name)
    const { maxBreakers, seed, policyFor } = this.#options
    if (this.#rows.size >= maxBreakers) {
      const idle = chooseIdle(this.#rows)
      if (idle === undefined) throw new RegistryFullError(maxBreakers)
      this.#remove(idle, true)
    }
    const row = new Row(this.#home, name, policy ?? policyFor(name), seedOf(seed, name))
    row.generation = this.#firstGeneration
    row.bound = policy !== undefined
    if (from !== undefined) {
      restore(row, from, this.#home.clock.now())
      resume(row)
    }
    this.#rows.set(name, row)
    this.#handles.set(name, handle ?? new Breaker(row))
    this.#hub.run(() => {
      this.#install(row)
      this.#hub.post('created', { endpoint: name })
    })
    return row
  }

  #bind(row: Row, policy: Policy): void {
    // Functions can't be compared: a policy written anew at each call has new ones.
    if (JSON.stringify(policy) === JSON.stringify(row.policy)) row.bound = true
    else if (!row.bound) {
      row.bound = true
      send(row, { type: 'configure', policy, at: this.#home.clock.now() })
    } else {
      row.warned = true
      const { name: endpoint } = row
      if (this.#hub.hears('policyIgnored')) this.#hub.run(() => this.#hub.post('policyIgnored', { endpoint }))
      else {
        process.emitWarning(`breaker ${JSON.stringify(endpoint)} has a policy; use configure() to give it another`, {
          code: 'SWITCHGEAR_POLICY_IGNORED',
        })
      }
    }
  }

  #remove(row: Row, evicted: boolean): void {
    const { name } = row
    const handle = this.#handles.get(name)
    if (handle !== undefined) this.#formerHandles.set(row, handle)
    this.#rows.delete(name)
    this.#handles.delete(name)
    this.#hub.run(() => {
      this.#actor.send({ type: 'remove', name })
      detach(row)
      row.state = 'closed'
      this.#firstGeneration = Math.max(this.#firstGeneration, row.generation)
      this.#hub.post('deleted', { endpoint: name, evicted })
    })
  }
}

/**
 * A registry of supervised breakers.
 * @throws PolicyError (`INVALID_POLICY`), ClockError (`INVALID_CLOCK`), SnapshotError (`INVALID_SNAPSHOT`)
 * @throws RegistryFullError (`REGISTRY_FULL`) when the snapshot holds more breakers that are not closed than `maxBreakers`
 */
export function createRegistry(options: RegistryOptions = {}): Registry {
  return new Registry(options)
}
