// The registry as a statechart: the supervisor of the breakers. It installs, removes, restarts and parks them. It creates
// children with itself as their parent and keeps them in a Map: XState's spawn copies a list of all children each time.
import { type ActorOptions, type ActorRefFrom, createActor, type ErrorActorEvent, enqueueActions, setup } from 'xstate'
import { breakerMachine } from './breaker.machine.ts'
import type { BreakerInput } from './breaker-context.ts'

/** The actor of one breaker. */
export type BreakerActor = ActorRefFrom<typeof breakerMachine>

/** The actor of a registry. */
export type RegistryActor = ActorRefFrom<typeof registryMachine>

/** A breaker that crashes more than `maxRestarts` times within `withinMs` is parked in `onEscalation`. */
export interface Supervision {
  /** Default 3. */
  readonly maxRestarts: number
  /** How long a crash counts, in ms. Default 5,000. */
  readonly withinMs: number
  /** The state in which such a breaker is parked. Default `'disabled'`: calls go through. */
  readonly onEscalation: 'disabled' | 'forcedOpen'
}

/** Why an actor starts: its breaker had none; after a crash; after one crash too many. */
export type Start = 'install' | 'restart' | 'park'

/** The table, as the supervisor sees it. It keeps a breaker's generation while its actor is gone. */
export interface Table {
  /** The input for the breaker's actor, or `undefined` if there is no such breaker. */
  inputOf(name: string, start: Start): BreakerInput | undefined
  /** When the breaker's actor crashed, in ms of the registry's clock. */
  crashedAt(name: string): number
  /** The breaker now has this actor, or none. Called before the actor starts. */
  attach(name: string, actor: BreakerActor | null): void
  /** The breaker's actor crashed with this error, and another has started. */
  restarted(name: string, error: unknown): void
  /** The breaker's actor crashed with this error once too often, and another has started, parked. */
  escalated(name: string, error: unknown): void
}

/** The input of an actor of `registryMachine`. */
export interface RegistryInput {
  /** Where the breakers' generations are kept. */
  readonly table: Table
  /** When crashes escalate, and into which state. */
  readonly supervision: Supervision
  /** Makes a breaker's actor; default: XState's createActor. */
  readonly create?: (options: ActorOptions<typeof breakerMachine>) => BreakerActor
}

/** What the supervisor knows. */
export interface RegistryContext extends Required<RegistryInput> {
  /** The actors, by the name of their breaker. */
  readonly children: Map<string, BreakerActor>
  /** The times of each breaker's crashes, in ms, within the last `withinMs`. */
  readonly crashes: Map<string, readonly number[]>
}

/**
 * The events that the supervisor takes: start the actor of a breaker (`install`), let it rest (`deactivate`), remove it
 * (`remove`), end (`close`); and from XState, that an actor has crashed.
 */
export type RegistryEvent =
  | { readonly type: 'install' | 'deactivate' | 'remove'; readonly name: string }
  | { readonly type: 'close' }
  | ErrorActorEvent

const nameOf = (event: RegistryEvent) => ('actorId' in event ? event.actorId : 'name' in event ? event.name : '')

function recentCrashes({ crashes, table, supervision }: RegistryContext, name: string): number[] {
  const now = table.crashedAt(name)
  return [...(crashes.get(name) ?? []), now].filter((at) => now - at < supervision.withinMs)
}

/** The statechart of a registry: the parent of every breaker's actor. */
export const registryMachine = setup({
  types: {} as { context: RegistryContext; events: RegistryEvent; input: RegistryInput },
  guards: {
    // An error may arrive after its breaker was removed and installed again.
    childIsWell: ({ context, event }) => context.children.get(nameOf(event))?.getSnapshot().status !== 'error',
    tooManyCrashes: ({ context, event }) =>
      recentCrashes(context, nameOf(event)).length > context.supervision.maxRestarts,
    parkedCrashed: ({ context, event }) =>
      recentCrashes(context, nameOf(event)).length > context.supervision.maxRestarts + 1,
  },
  actions: {
    // Not a plain action: XState's development build takes a machine's first context for a forbidden assign() there.
    start: enqueueActions(({ context, self, event }, { how }: { how: Start }) => {
      const { table, create, children, crashes } = context
      const name = nameOf(event)
      if ('actorId' in event) crashes.set(name, recentCrashes(context, name))
      const input = table.inputOf(name, how)
      if (input === undefined) return
      const child = create({ id: name, parent: self, input })
      children.set(name, child)
      table.attach(name, child)
      child.start()
    }),
    stop: enqueueActions(({ context, event, enqueue }) => {
      const name = nameOf(event)
      const child = context.children.get(name)
      context.children.delete(name)
      if (child === undefined) return
      context.table.attach(name, null)
      enqueue.stopChild(child)
    }),
    forgetCrashes: ({ context, event }) => {
      context.crashes.delete(nameOf(event))
    },
    stopAll: enqueueActions(({ context, enqueue }) => {
      for (const child of context.children.values()) enqueue.stopChild(child)
      context.children.clear()
    }),
    tellRestarted: ({ context, event }) => {
      if ('actorId' in event) context.table.restarted(event.actorId, event.error)
    },
    tellEscalated: ({ context, event }) => {
      if ('actorId' in event) context.table.escalated(event.actorId, event.error)
    },
  },
}).createMachine({
  id: 'registry',
  description: 'Supervises one breaker per endpoint, one for one: a crash affects no other.',
  context: ({ input }) => ({
    create: (options) => createActor(breakerMachine, options as Required<typeof options>),
    ...input,
    children: new Map(),
    crashes: new Map(),
  }),
  initial: 'running',
  states: {
    running: {
      description: 'Breakers come, rest, crash, are restarted from their rows, and go.',
      on: {
        install: { actions: { type: 'start', params: { how: 'install' } } },
        deactivate: { actions: 'stop', description: 'A closed breaker with nothing to do needs no actor.' },
        remove: { actions: ['stop', 'forgetCrashes'] },
        'xstate.error.actor.*': [
          { guard: 'childIsWell', description: 'Sent by an actor that is gone.' },
          {
            guard: 'parkedCrashed',
            actions: ['stop', 'forgetCrashes'],
            description: 'It crashes even while parked: it has no actor until the next event for it.',
          },
          {
            guard: 'tooManyCrashes',
            actions: [{ type: 'start', params: { how: 'park' } }, 'tellEscalated'],
            description: 'Escalates: the breaker is parked until an operator ends that.',
          },
          { actions: [{ type: 'start', params: { how: 'restart' } }, 'tellRestarted'] },
        ],
        close: 'draining',
      },
    },
    draining: {
      description: 'Every breaker and its timers are stopped.',
      entry: 'stopAll',
      always: 'closed',
    },
    closed: { type: 'final', description: 'Nothing runs any more.' },
  },
})

/**
 * XState keeps what it finds for each type of event as long as the statechart exists, and it names the error of an actor
 * after the actor. Under one type for all errors, it does not keep the name of every breaker that ever crashed.
 */
function underOneType<E extends RegistryEvent>(event: E): E {
  return 'actorId' in event ? { ...event, type: 'xstate.error.actor.breaker' } : event
}

const { transition } = registryMachine
registryMachine.transition = (snapshot, event, scope) => transition(snapshot, underOneType(event), scope)
