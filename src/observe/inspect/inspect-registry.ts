/// <reference lib="esnext.disposable" preserve="true" />
// InspectRegistry: shows a running registry to an inspector: which of its breakers, from when to when. It only reads and
// listens, with one exception: the actors of shown breakers are kept from resting.
import type { AnyActor, AnyActorRef, AnyEventObject, AnyMachineSnapshot, InspectionEvent } from 'xstate'
import {
  type Breaker,
  type BreakerActor,
  type BreakerState,
  isBreakerError,
  type Registry,
  RegistryClosedError,
} from '../../index.ts'
import { Narrator } from './narrator.ts'
import { type InspectOptions, type ResolvedInspectOptions, resolveInspectOptions } from './options.ts'
import { Selection } from './selection.ts'
import type { BreakerView, RegistryView } from './shown.ts'

/** A registry that is being shown to an inspector. */
export interface Inspection {
  /** The endpoints that are shown now; empty once it has ended. */
  readonly endpoints: readonly string[]
  /** How many openings were not shown, because `maxEndpoints` are shown already and none could be dropped. */
  readonly turnedAway: number
  /** How many events of calls were left out, because there were more than `callsPerSecond`. */
  readonly omitted: number
  /** Ends it: the inspector learns that the actors are gone, and gets nothing more; the breakers are folded again. */
  detach(): void
  /** As `detach`, for `using`. */
  [Symbol.dispose](): void
}

/**
 * Shows the registry's actors to the Stately inspector, as they are now and as they change: the registry, its breakers,
 * their statecharts, events and snapshots. For any registry, at any time while it runs, as often as you like. Calls of
 * breakers that are not shown cost no more than before.
 *
 * What the inspector throws or rejects with becomes an `error` event of the registry.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for a mistake in the options
 * @throws RegistryClosedError (`REGISTRY_CLOSED`)
 */
export function inspectRegistry(registry: Registry, options: InspectOptions): Inspection {
  const resolved = resolveInspectOptions(registry, options)
  if (registry.isClosed) throw new RegistryClosedError()
  return new RegistryInspection(registry, resolved)
}

class RegistryInspection implements Inspection {
  readonly #registry: Registry
  readonly #narrator: Narrator
  readonly #selection: Selection
  readonly #isFolded: boolean
  /** Keeps the actors of shown breakers from resting. */
  readonly #holds = new Map<string, () => void>()
  readonly #endings: (() => void)[]
  #isOver = false
  #hasSaidFull = false

  constructor(registry: Registry, options: ResolvedInspectOptions) {
    this.#registry = registry
    this.#isFolded = options.callsPerSecond === 0
    this.#selection = new Selection(options.selection)
    this.#narrator = new Narrator(registry.actor, options, () => ({
      shown: this.#selection.size,
      turnedAway: this.turnedAway,
      omitted: this.omitted,
    }))
    this.#selection.begin(registry.list())
    this.#narrator.begin()
    const subscription = registry.actor.system.inspect({ next: (event) => this.#asGuest(() => this.#seen(event)) })
    this.#endings = [
      () => subscription.unsubscribe(),
      registry.on('created', ({ endpoint }) => this.#asGuest(() => this.#created(endpoint))),
      registry.on('deleted', ({ endpoint }) => this.#asGuest(() => this.#deleted(endpoint))),
      registry.on('transition', ({ endpoint, to }) => this.#asGuest(() => this.#moved(endpoint, to))),
    ]
    for (const name of this.#selection.names) this.#show(name)
  }

  get endpoints(): readonly string[] {
    return this.#isOver ? [] : this.#selection.names
  }

  get turnedAway(): number {
    return this.#selection.turnedAway
  }

  get omitted(): number {
    return this.#narrator.omitted
  }

  detach(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const end of this.#endings) end()
    this.#narrator.end()
    for (const release of this.#holds.values()) release()
    this.#holds.clear()
  }

  [Symbol.dispose](): void {
    this.detach()
  }

  /** Called by the registry, which makes an `error` event of what the inspector throws. */
  #asGuest(code: () => void): void {
    if (!this.#isOver) code()
    this.#narrator.rethrow()
  }

  #created(name: string): void {
    if (this.#selection.created(name)) this.#show(name)
  }

  #deleted(name: string): void {
    this.#selection.deleted(name)
    this.#release(name)
  }

  #moved(name: string, to: BreakerState): void {
    const { effect, gaveWay } = this.#selection.moved(name, to)
    if (gaveWay !== undefined) {
      this.#narrator.note('hidden', gaveWay)
      this.#narrator.leave(gaveWay)
      this.#release(gaveWay)
    }
    if (effect === 'added') {
      this.#narrator.note('shown', name)
      this.#hasSaidFull = false
      this.#show(name)
    } else if (effect === 'turnedAway' && !this.#hasSaidFull) {
      this.#narrator.note('full', name)
      this.#hasSaidFull = true
    }
  }

  /** The breaker may be gone by now: an inspector may do whatever listeners may. */
  #show(name: string): void {
    if (this.#isOver || this.#holds.has(name)) return
    const breaker = this.#breakerOf(name)
    if (breaker === undefined) {
      this.#selection.deleted(name)
      return
    }
    if (!this.#isFolded) this.#holds.set(name, breaker.unfold())
    // Requested after that, because one that rests would be started twice.
    const { actor } = breaker
    if (actor !== null) this.#meet(actor)
  }

  /** Makes none. */
  #breakerOf(name: string): Breaker | undefined {
    try {
      return this.#registry.has(name) ? this.#registry.breaker(name) : undefined
    } catch (error) {
      // Its actors may still be running: very many are stopped in slices.
      if (isBreakerError(error, 'REGISTRY_CLOSED')) return undefined
      throw error
    }
  }

  #meet(actor: BreakerActor): void {
    if (this.#isFolded) {
      this.#release(actor.id)
      const subscription = actor.subscribe(() => {})
      this.#holds.set(actor.id, () => subscription.unsubscribe())
    }
    this.#narrator.meet(actor)
  }

  #release(name: string): void {
    this.#holds.get(name)?.()
    this.#holds.delete(name)
  }

  #seen(inspected: InspectionEvent): void {
    const actor = inspected.actorRef as AnyActorRef
    const isRoot = actor === this.#registry.actor
    if (!isRoot && actor._parent !== this.#registry.actor) this.#seenBeneath(actor as AnyActor, inspected)
    else if (inspected.type === '@xstate.actor') {
      // Also one that was started again after a crash.
      if (!isRoot && this.#selection.has(actor.id)) this.#meet(actor as BreakerActor)
    } else if (inspected.type === '@xstate.event') {
      const { event, sourceRef } = inspected
      if (isRoot) this.#rootEvent(event, sourceRef?.sessionId)
      else this.#narrator.event(actor.sessionId, event, sourceRef?.sessionId)
    } else if (inspected.type === '@xstate.snapshot') {
      const { event, snapshot } = inspected
      if (isRoot) this.#rootSnapshot(event, snapshot as RegistryView)
      else this.#narrator.snapshot(actor.sessionId, event, snapshot as BreakerView)
    }
  }

  /** For an actor that an integration runs under that of a breaker. */
  #seenBeneath(actor: AnyActor, inspected: InspectionEvent): void {
    const { sessionId, _parent: parent } = actor
    if (parent === undefined) return
    this.#narrator.meetSpawned(actor, parent.sessionId)
    if (inspected.type === '@xstate.event') {
      this.#narrator.spawnedEvent(sessionId, inspected.event, inspected.sourceRef?.sessionId)
    } else if (inspected.type === '@xstate.snapshot') {
      this.#narrator.spawnedSnapshot(sessionId, inspected.event, inspected.snapshot as AnyMachineSnapshot)
    }
  }

  #rootEvent(event: AnyEventObject, sourceId: string | undefined): void {
    if (!this.#isAboutShown(event)) return
    this.#narrator.registryEvent(event, sourceId)
    if (event.type.startsWith('xstate.error.actor.') && sourceId !== undefined) this.#narrator.crashed(sourceId, event)
  }

  #rootSnapshot(event: AnyEventObject, snapshot: RegistryView): void {
    if (this.#isAboutShown(event)) this.#narrator.registrySnapshot(event, snapshot)
  }

  /** Which other breakers come and go is not shown. */
  #isAboutShown(event: AnyEventObject): boolean {
    const name: unknown = event['name'] ?? event['actorId']
    return typeof name !== 'string' || this.#selection.has(name)
  }
}
