// Narrator: sends an inspector the actors and their events, in the messages of its protocol and without what must not be
// shown. Errors of the inspector are kept until they can be reported.
import type { AnyActor, AnyEventObject, AnyMachineSnapshot } from 'xstate'
import type { BreakerActor, RegistryActor } from '../../index.ts'
import { CallThinner } from './call-thinner.ts'
import { breakerDefinition, definitionOf, registryDefinition } from './definitions.ts'
import type { ActorMessage, EventMessage, InspectionMessage, ShownEvent, SnapshotMessage } from './messages.ts'
import { type ShownSnapshot, shortName, stamped } from './messages.ts'
import type { ResolvedInspectOptions } from './options.ts'
import {
  type BreakerView,
  isSameVisible,
  type RegistryView,
  shownBreaker,
  shownEvent,
  shownSpawned,
  type Visible,
  visibleOf,
} from './shown.ts'

/** An actor that the inspector knows, and whose end it does not know yet. */
interface Told {
  readonly actor: BreakerActor
  readonly thinner: CallThinner
  visible: Visible
}

/** What is shown of the registry's actor, besides its state. */
export type Figures = Readonly<Record<string, number>>

/** When the inspection ends, so do its actors for the inspector. */
const DETACHED: ShownEvent = { type: 'switchgear.detached' }

export class Narrator {
  readonly #root: RegistryActor
  readonly #options: ResolvedInspectOptions
  readonly #figures: () => Figures
  /** An actor may be shown by two inspections to one inspector, and numbers of actors are those of one process. */
  readonly #tag = Math.random().toString(36).slice(2, 8)
  /** By the number of the actor. */
  readonly #told = new Map<string, Told>()
  /** Actors that integrations run under those of breakers, with that breaker. */
  readonly #spawned = new Map<string, string>()
  #omitted = 0
  #failure: { readonly error: unknown } | null = null
  #hasEnded = false

  constructor(root: RegistryActor, options: ResolvedInspectOptions, figures: () => Figures) {
    this.#root = root
    this.#options = options
    this.#figures = figures
  }

  /** Events of calls that were left out. */
  get omitted(): number {
    return this.#omitted
  }

  /** Sends the registry's actor. */
  begin(): void {
    const root = this.#root
    const snapshot = this.#shownRegistry(root.getSnapshot())
    this.#actor({ sessionId: root.sessionId, name: this.#options.name, definition: registryDefinition(), snapshot })
  }

  /** Sends a breaker's actor, once. */
  meet(actor: BreakerActor): void {
    const snapshot = actor.getSnapshot()
    if (this.#told.has(actor.sessionId) || snapshot.status !== 'active') return
    const thinner = new CallThinner(this.#options.callsPerSecond)
    this.#told.set(actor.sessionId, { actor, thinner, visible: visibleOf(snapshot) })
    const shown = shownBreaker(snapshot, this.#options.values)
    const { sessionId, id: name } = actor
    this.#actor({ sessionId, name, definition: breakerDefinition(), snapshot: shown, parentId: this.#root.sessionId })
  }

  /** Sends an actor under that of a breaker, once, if the breaker is shown. */
  meetSpawned(actor: AnyActor, parentId: string): void {
    const { sessionId, id: name } = actor
    if (this.#spawned.has(sessionId) || !this.#told.has(parentId)) return
    this.#spawned.set(sessionId, parentId)
    const snapshot = shownSpawned(actor.getSnapshot(), this.#options.values)
    this.#actor({ sessionId, name, definition: definitionOf(actor.logic), snapshot, parentId })
  }

  /** An event came to an actor under that of a breaker. */
  spawnedEvent(sessionId: string, event: AnyEventObject, sourceId: string | undefined): void {
    if (this.#spawned.has(sessionId)) this.#event(sessionId, shownEvent(event, this.#options.values), sourceId)
  }

  /** The state of an actor under that of a breaker, after an event. */
  spawnedSnapshot(sessionId: string, event: AnyEventObject, snapshot: AnyMachineSnapshot): void {
    if (!this.#spawned.has(sessionId)) return
    const { values } = this.#options
    this.#snapshot(sessionId, shownEvent(event, values), shownSpawned(snapshot, values))
    if (snapshot.status !== 'active') this.#spawned.delete(sessionId)
  }

  /** An event came to a breaker's actor. */
  event(sessionId: string, event: AnyEventObject, sourceId: string | undefined): void {
    const told = this.#told.get(sessionId)
    if (told === undefined) return
    // There was no snapshot for the event before: it has crashed the actor.
    this.#tellHeldBack(sessionId, told)
    if (!told.thinner.holdsBack(event)) this.#event(sessionId, shownEvent(event, this.#options.values), sourceId)
  }

  /** The state of a breaker's actor after an event. */
  snapshot(sessionId: string, event: AnyEventObject, snapshot: BreakerView): void {
    const told = this.#told.get(sessionId)
    if (told === undefined) return
    const visible = visibleOf(snapshot)
    const isNews = !isSameVisible(visible, told.visible)
    told.visible = visible
    if (isNews) this.#tellHeldBack(sessionId, told)
    else if (told.thinner.take() !== null) {
      this.#omitted++
      return
    }
    const { values } = this.#options
    this.#snapshot(sessionId, shownEvent(event, values), shownBreaker(snapshot, values))
    if (snapshot.status !== 'active') this.#told.delete(sessionId)
  }

  /** XState reports a crash to the parent only. */
  crashed(sessionId: string, event: AnyEventObject): void {
    const told = this.#told.get(sessionId)
    if (told === undefined) return
    this.#tellHeldBack(sessionId, told)
    this.#told.delete(sessionId)
    this.#leaveUnder(sessionId)
    const { values } = this.#options
    this.#snapshot(sessionId, shownEvent(event, values), shownBreaker(told.actor.getSnapshot(), values))
  }

  /** An event came to the registry's actor. */
  registryEvent(event: AnyEventObject, sourceId: string | undefined): void {
    this.#event(this.#root.sessionId, shownEvent(event, this.#options.values), sourceId)
  }

  /** The state of the registry's actor after an event. */
  registrySnapshot(event: AnyEventObject, snapshot: RegistryView): void {
    this.#snapshot(this.#root.sessionId, shownEvent(event, this.#options.values), this.#shownRegistry(snapshot))
  }

  /** A message of the inspection itself: an event of the registry's actor. */
  note(type: string, name: string): void {
    this.#event(this.#root.sessionId, { type: `switchgear.${type}`, name: shortName(name) }, undefined)
  }

  /** A breaker is not shown any more. */
  leave(name: string): void {
    for (const [sessionId, { actor }] of this.#told) if (actor.id === name) this.#leave(sessionId)
  }

  /** Nothing is sent after it. */
  end(): void {
    for (const sessionId of this.#told.keys()) this.#leave(sessionId)
    const { status, value } = this.#root.getSnapshot()
    if (status === 'active') this.#snapshot(this.#root.sessionId, DETACHED, { status: 'stopped', value })
    this.#hasEnded = true
  }

  /** Throws the first error of the inspector since the last call. */
  rethrow(): void {
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure.error
  }

  #leave(sessionId: string): void {
    this.#leaveUnder(sessionId)
    const value = this.#told.get(sessionId)?.visible.value
    this.#told.delete(sessionId)
    this.#snapshot(sessionId, DETACHED, { status: 'stopped', value })
  }

  /** Those under a breaker's actor that is not shown any more. */
  #leaveUnder(parentId: string): void {
    for (const [sessionId, parent] of this.#spawned) {
      if (parent !== parentId) continue
      this.#spawned.delete(sessionId)
      this.#snapshot(sessionId, DETACHED, { status: 'stopped' })
    }
  }

  #tellHeldBack(sessionId: string, { thinner }: Told): void {
    const event = thinner.take()
    if (event !== null) this.#event(sessionId, shownEvent(event, this.#options.values), undefined)
  }

  #shownRegistry({ status, value, context }: RegistryView): ShownSnapshot {
    const { supervision, children } = context
    return { status, value, context: { supervision, actors: children.size, ...this.#figures() } }
  }

  #actor(actor: Pick<ActorMessage, 'sessionId' | 'name' | 'definition' | 'snapshot'> & { parentId?: string }): void {
    const { sessionId, parentId, name } = actor
    const ids = { sessionId: this.#id(sessionId), parentId: parentId && this.#id(parentId), rootId: this.#rootId }
    this.#send(stamped<ActorMessage>({ ...actor, ...ids, type: '@xstate.actor', name: shortName(name) }))
  }

  #event(sessionId: string, event: ShownEvent, source: string | undefined): void {
    const ids = { sessionId: this.#id(sessionId), sourceId: source && this.#id(source), rootId: this.#rootId }
    this.#send(stamped<EventMessage>({ ...ids, type: '@xstate.event', event }))
  }

  #snapshot(sessionId: string, event: ShownEvent, snapshot: ShownSnapshot): void {
    const ids = { sessionId: this.#id(sessionId), rootId: this.#rootId }
    this.#send(stamped<SnapshotMessage>({ ...ids, type: '@xstate.snapshot', event, snapshot }))
  }

  get #rootId(): string {
    return this.#id(this.#root.sessionId)
  }

  #id(sessionId: string): string {
    return `${sessionId}.${this.#tag}`
  }

  #send(message: InspectionMessage): void {
    if (this.#hasEnded) return
    const keep = (error: unknown) => {
      this.#failure ??= { error }
    }
    try {
      const answer = this.#options.send(message) as Partial<PromiseLike<unknown>> | null | undefined
      if (typeof answer?.then === 'function') answer.then(undefined, keep)
    } catch (error) {
      keep(error)
    }
  }
}
