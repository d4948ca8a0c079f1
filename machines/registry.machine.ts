// The registry as a statechart: the supervisor of the breakers. It installs, removes, restarts and parks them.
// Children are created with their parent given and kept in a Map: XState's spawn copies a list of all children each time.
import { type ActorRefFrom, createActor, type ErrorActorEvent, enqueueActions, setup } from 'xstate'
import type { BreakerState } from '../src/rules/decide.ts'
import { type BreakerInput, breakerMachine } from './breaker.machine.ts'

export type BreakerActor = ActorRefFrom<typeof breakerMachine>

/** More than `maxRestarts` crashes of one breaker within `withinMs` park it in `onEscalation`. */
export interface Supervision {
  readonly maxRestarts: number
  readonly withinMs: number
  readonly onEscalation: 'disabled' | 'forcedOpen'
}

/** The table, as the supervisor sees it: where a breaker's stay is kept while its actor is gone. */
export interface Table {
  now(): number
  /** What to start the breaker's actor with; `restart` begins a new generation, `parkIn` another state too. */
  inputOf(name: string, start: 'install' | 'restart', parkIn?: BreakerState): BreakerInput
  /** The breaker has this actor now, or none. Called before the actor starts. */
  attach(name: string, actor: BreakerActor | null): void
  restarted(name: string, error: unknown): void
  escalated(name: string, error: unknown): void
}

export interface RegistryContext {
  readonly table: Table
  readonly supervision: Supervision
  readonly children: Map<string, BreakerActor>
  /** When each breaker crashed, within the last `withinMs`. */
  readonly crashes: Map<string, readonly number[]>
}

export type RegistryInput = Pick<RegistryContext, 'table' | 'supervision'>

export type RegistryEvent =
  | { readonly type: 'install' | 'remove'; readonly name: string }
  | { readonly type: 'close' }
  | ErrorActorEvent

const nameOf = (event: RegistryEvent) => ('actorId' in event ? event.actorId : 'name' in event ? event.name : '')

function recentCrashes({ crashes, table, supervision }: RegistryContext, name: string): number[] {
  const now = table.now()
  return [...(crashes.get(name) ?? []), now].filter((at) => now - at < supervision.withinMs)
}

export const registryMachine = setup({
  types: {} as { context: RegistryContext; events: RegistryEvent; input: RegistryInput },
  guards: {
    // An error may be told after its breaker was removed and installed anew.
    childIsWell: ({ context, event }) => context.children.get(nameOf(event))?.getSnapshot().status !== 'error',
    tooManyCrashes: ({ context, event }) =>
      recentCrashes(context, nameOf(event)).length > context.supervision.maxRestarts,
    parkedCrashed: ({ context, event }) =>
      recentCrashes(context, nameOf(event)).length > context.supervision.maxRestarts + 1,
  },
  actions: {
    // Not a plain action: XState's development build takes a machine's first context for a forbidden assign() there.
    start: enqueueActions(({ context, self, event }, params: { how: 'install' | 'restart' | 'park' }) => {
      const { table, supervision, children, crashes } = context
      const name = nameOf(event)
      const parkIn = params.how === 'park' ? supervision.onEscalation : undefined
      const input = table.inputOf(name, params.how === 'install' ? 'install' : 'restart', parkIn)
      const child = createActor(breakerMachine, { id: name, parent: self, input })
      children.set(name, child)
      if ('actorId' in event) crashes.set(name, recentCrashes(context, name))
      table.attach(name, child)
      child.start()
    }),
    stop: enqueueActions(({ context, event, enqueue }) => {
      const name = nameOf(event)
      const child = context.children.get(name)
      context.children.delete(name)
      context.crashes.delete(name)
      if (child === undefined) return
      context.table.attach(name, null)
      enqueue.stopChild(child)
    }),
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
  description: 'Supervises one breaker per endpoint, one for one: a crash touches no sibling.',
  context: ({ input }) => ({ ...input, children: new Map(), crashes: new Map() }),
  initial: 'running',
  states: {
    running: {
      description: 'Breakers come, crash, are restarted from their rows, and go.',
      on: {
        install: { actions: { type: 'start', params: { how: 'install' } } },
        remove: { actions: 'stop' },
        'xstate.error.actor.*': [
          { guard: 'childIsWell', description: 'Told by an actor that is gone.' },
          {
            guard: 'parkedCrashed',
            actions: 'stop',
            description: 'Even parked it crashes: left without an actor until the next event for it.',
          },
          {
            guard: 'tooManyCrashes',
            actions: [{ type: 'start', params: { how: 'park' } }, 'tellEscalated'],
            description: 'Escalates: the breaker is parked until an operator says otherwise.',
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
