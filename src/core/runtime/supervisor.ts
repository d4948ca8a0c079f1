// Supervisor: runs the root actor, and the breakers' actors under it: starts them from their rows, lets them go when they
// are closed and idle, and keeps others from harming them.
import {
  type ActorOptions,
  type AnyActorRef,
  type AnyStateMachine,
  type InspectionEvent,
  type Observer,
  toObserver,
} from 'xstate'
import { breakerMachine } from '../../../machines/breaker.machine.ts'
import { registryMachine, type Start, type Supervision, type Table } from '../../../machines/registry.machine.ts'
import type { Clock } from '../edge/clock.ts'
import { ArgumentError } from '../edge/errors.ts'
import { COMMANDS, type Command } from '../rules/commands.ts'
import { enter, resume } from '../rules/decide.ts'
import {
  type Outside,
  SupervisedActor,
  type SupervisedBreaker,
  type SupervisedRegistry,
  useScheduler,
} from './actors.ts'
import { dateAt } from './dates.ts'
import { command, isActive, resetIfDue } from './deliver.ts'
import { publish } from './publish.ts'
import { dataOf, type Row, type Supervisor } from './row.ts'
import { SpawnedActors } from './spawned.ts'
import type { Spawned, SpawnOptions } from './spawning.ts'

export interface SupervisorOptions extends Omit<Outside, 'request' | 'beforeDue'> {
  readonly supervision: Supervision
  readonly seedOf: (name: string) => number
  readonly inspect: Observer<InspectionEvent> | ((event: InspectionEvent) => void) | undefined
  /** Whether actors are to stay when they have nothing to do. */
  readonly isEager: boolean
  readonly clock: Clock
  readonly find: (name: string) => Row | undefined
}

export class RootSupervisor implements Supervisor {
  readonly root: SupervisedRegistry
  readonly #options: SupervisorOptions
  readonly #outside: Outside
  readonly #spawned: SpawnedActors
  #isClosed = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    const { turns, dispatcher, scheduler, supervision, inspect, clock } = options
    const beforeDue = ({ id }: AnyActorRef) => resetIfDue(options.find(id))
    this.#outside = { turns, dispatcher, scheduler, beforeDue, request: (actor, event) => this.#request(actor, event) }
    const create = (child: ActorOptions<typeof breakerMachine>) => this.#create(child)
    this.#spawned = new SpawnedActors({
      ...options,
      released: (name) => this.#released(name),
      root: () => (this.#isClosed ? undefined : this.root),
    })
    const settings: ActorOptions<typeof registryMachine> = { input: { table: this.#table(), supervision, create } }
    const inspected = inspect && { ...settings, inspect: this.#callUserCode(inspect) }
    this.root = new SupervisedActor(registryMachine, inspected ?? settings, clock.now(), this.#outside)
    const { system } = this.root
    useScheduler(system)
    const attach = system.inspect
    system.inspect = (inspector) => attach(this.#callUserCode(inspector))
    turns.run(() => this.root.start())
  }

  /** In a turn: starts an actor for a row that has none. */
  activate(row: Row, at: number): void {
    this.root.deliver({ type: 'install', name: row.name }, at)
  }

  /** In a turn: lets the actor of a closed row go, unless somebody watches it. It is started again when it is needed. */
  rest(row: Row): void {
    const { actor, name } = row
    if (actor === null || actor.watchers > 0 || !row.folds || this.keeps(name)) return
    this.root.deliver({ type: 'deactivate', name }, actor.at)
  }

  /** Whether the breaker of this name has an actor even when it has nothing to do. */
  keeps(name: string): boolean {
    return this.#options.isEager || this.carries(name)
  }

  /** Whether an integration has actors under that of this breaker. */
  carries(name: string): boolean {
    return this.#spawned.keep(name)
  }

  /** Starts an actor under that of the row, now and whenever the breaker of its name has another. */
  spawn(row: Row, logic: AnyStateMachine, options: SpawnOptions<AnyStateMachine>): Spawned<AnyStateMachine> {
    const { turns, clock } = this.#options
    const spawned = this.#spawned.add(row.name, logic, options)
    if (isActive(row)) turns.later(() => spawned.start())
    else turns.run(() => this.activate(row, clock.now()))
    return spawned
  }

  /** Starts an actor under the registry's own. */
  spawnUnderRoot(logic: AnyStateMachine, options: SpawnOptions<AnyStateMachine>): Spawned<AnyStateMachine> {
    const spawned = this.#spawned.add(null, logic, options)
    this.#options.turns.later(() => spawned.start())
    return spawned
  }

  /** In a turn: one that was spawned under this breaker is gone for good. */
  #released(name: string): void {
    const row = this.#options.find(name)
    if (row?.state === 'closed') this.rest(row)
  }

  /** In a turn: the actor goes, and what is known of its crashes. */
  remove(row: Row): void {
    this.root.deliver({ type: 'remove', name: row.name }, this.root.at)
  }

  close(): void {
    this.#spawned.end()
    this.#isClosed = true
    this.root.deliver({ type: 'close' }, this.root.at)
  }

  /** An inspector is called between turns, whenever it was attached. */
  #callUserCode(
    inspector: Observer<InspectionEvent> | ((event: InspectionEvent) => void),
  ): (event: InspectionEvent) => void {
    const { turns, dispatcher } = this.#options
    const observer = toObserver(inspector as (event: InspectionEvent) => void)
    return (event) => turns.later(() => dispatcher.callUserCode('inspect', () => observer.next?.(event)))
  }

  #create(options: ActorOptions<typeof breakerMachine>): SupervisedBreaker {
    return new SupervisedActor(breakerMachine, options, options.input?.at ?? 0, this.#outside)
  }

  /** The table, as the root actor sees it. */
  #table(): Table {
    const { dispatcher, supervision, find, clock } = this.#options
    const crashedAt = (name: string) => find(name)?.actor?.at ?? this.root.at
    const time = (name: string) => dateAt(clock, crashedAt(name))
    return {
      inputOf: (name, how) => {
        const row = find(name)
        return row && this.#inputOf(row, how)
      },
      crashedAt,
      attach: (name, actor) => {
        this.#spawned.follow(name)
        const row = find(name)
        if (row === undefined) return
        row.actor = actor as SupervisedBreaker | null
        row.actor?.onDecision((snapshot) => publish(row, snapshot))
      },
      restarted: (endpoint, error) => {
        const generation = find(endpoint)?.generation ?? 0
        dispatcher.post('restarted', { endpoint, error, generation, time: time(endpoint) })
      },
      escalated: (endpoint, error) => {
        this.#spawned.giveUp(endpoint)
        dispatcher.post('escalated', { endpoint, error, state: supervision.onEscalation, time: time(endpoint) })
      },
    }
  }

  #inputOf(row: Row, how: Start) {
    const { policy, state } = row
    const { seedOf, supervision } = this.#options
    // Where there is an actor already it has crashed, or somebody has stopped it: its probes are lost with it.
    // A crash happened in the event that the old actor was handling; an installed one begins with the root's.
    const at = how === 'install' ? this.root.at : (row.actor?.at ?? this.root.at)
    const data = dataOf(row)
    if (row.actor !== null) resume(data)
    const { maxRestarts: restarts, withinMs, onEscalation } = supervision
    if (how === 'park') enter(data, { type: 'escalated', restarts, withinMs })
    const restored = { state: how === 'park' ? onEscalation : state, data }
    return { policy, seed: seedOf(row.name), at, restored }
  }

  /** Somebody who was handed an actor sends it an event. */
  #request(actor: AnyActorRef, event: unknown): void {
    const type: unknown = (event as { type?: unknown } | null)?.type
    const row = actor === this.root ? undefined : this.#options.find(actor.id)
    const isOurs = row !== undefined && row.actor === actor && typeof type === 'string'
    if (isOurs && isCommand(type)) {
      const { message } = event as { message?: unknown }
      command(row, type, typeof message === 'string' ? message : 'by hand')
    } else if (isOurs && type.startsWith('xstate.error.')) {
      // An error on purpose, to see how it is supervised.
      this.#options.turns.run(() => row.actor?.deliver(event as never, this.#options.clock.now()))
    } else {
      const takes = row === undefined ? 'nothing: use the methods of the registry' : `a command: ${COMMANDS.join(', ')}`
      this.#options.dispatcher.report('actor', new ArgumentError('actor.send(event)', takes, event), row?.name)
    }
  }
}

function isCommand(type: string): type is Command {
  return (COMMANDS as readonly string[]).includes(type)
}
