// Spawned: actors of integrations under a breaker's actor, where inspectors show them. Each lives while that actor does and
// is started again under the next. Listeners get its emitted events between turns. Its errors are errors of the breaker's
// actor.
import type { ActorOptions, AnyActorRef, AnyStateMachine, EmittedFrom, EventFrom, SnapshotFrom } from 'xstate'
import type { Supervision } from '../../../machines/registry.machine.ts'
import type { Clock } from '../edge/clock.ts'
import { ArgumentError } from '../edge/errors.ts'
import { checkOptions } from '../edge/option-object.ts'
import { type Outside, SupervisedActor } from './actors.ts'
import { caughtUp, resetIfDue } from './deliver.ts'
import type { Row } from './row.ts'
import type { Spawned, SpawnOptions } from './spawning.ts'

/** What the actors need. */
export interface Ground extends Omit<Outside, 'request' | 'beforeDue'> {
  readonly clock: Clock
  readonly seedOf: (name: string) => number
  readonly find: (name: string) => Row | undefined
  /** The registry's own actor; `undefined` once it is closed. */
  readonly root: () => AnyActorRef | undefined
  /** How many crashes of one under the registry's actor are allowed, and within how many ms. */
  readonly supervision: Supervision
  /** In a turn: one of this breaker's actors has ended for good. */
  readonly released: (name: string) => void
}

const NAMES = ['id', 'input', 'on', 'onEnd'] satisfies (keyof SpawnOptions<AnyStateMachine>)[]

const NONE: readonly SpawnedActor[] = []

/** The spawned actors of a registry. */
export class SpawnedActors {
  readonly #ground: Ground
  /** By the name of the breaker (`null`: under the registry's actor), then by their own. */
  readonly #actors = new Map<string | null, Map<string, SpawnedActor>>()

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** Whether actors of this breaker's keep its own from resting. */
  keep(name: string): boolean {
    return this.#of(name).some((actor) => !actor.isGivenUp)
  }

  /** @throws ArgumentError */
  add(name: string | null, logic: AnyStateMachine, options: SpawnOptions<AnyStateMachine>): SpawnedActor {
    checkLogic(logic)
    checkOptions('spawn(logic, options)', options, NAMES)
    const { id, on, onEnd } = options
    if (typeof id !== 'string' || id === '') throw new ArgumentError('options.id', 'a name, as a string', id)
    if (on !== undefined && typeof on !== 'function') throw new ArgumentError('options.on', 'a function', on)
    if (onEnd !== undefined && typeof onEnd !== 'function')
      throw new ArgumentError('options.onEnd', 'a function', onEnd)
    const actors = this.#actors.get(name) ?? new Map<string, SpawnedActor>()
    if (actors.has(id)) throw new ArgumentError('options.id', 'a name that no other has that was spawned here', id)
    const remove = () => {
      actors.delete(id)
      if (actors.size === 0) this.#actors.delete(name)
    }
    const actor = new SpawnedActor(this.#ground, name, logic, { ...options }, remove)
    actors.set(id, actor)
    this.#actors.set(name, actors)
    return actor
  }

  /** In a turn: the breaker of this name has another actor now, or none. */
  follow(name: string | null): void {
    for (const actor of this.#of(name)) actor.follow()
  }

  /** In a turn: the breaker was parked. One of these may have crashed it. */
  giveUp(name: string): void {
    for (const actor of this.#of(name)) actor.isGivenUp = true
  }

  /** In a turn: the registry is closed. */
  end(): void {
    for (const actors of this.#actors.values()) for (const actor of actors.values()) actor.endForGood()
  }

  #of(name: string | null): readonly SpawnedActor[] {
    // This runs at every start and rest of any breaker's actor, and most registries have none.
    const actors = this.#actors.size === 0 ? undefined : this.#actors.get(name)
    return actors === undefined ? NONE : [...actors.values()]
  }
}

/** One of them, under the actor that its breaker has. */
class SpawnedActor implements Spawned<AnyStateMachine> {
  /** Not started under the actor that the breaker has now. */
  isGivenUp = false
  readonly #ground: Ground
  readonly #name: string | null
  /** When it crashed, in ms, if the registry's actor does not see to that. */
  #crashes: readonly number[] = []
  readonly #logic: AnyStateMachine
  readonly #options: SpawnOptions<AnyStateMachine>
  readonly #remove: () => void
  #actor: SupervisedActor<AnyStateMachine> | null = null
  #isOver = false

  constructor(
    ground: Ground,
    name: string | null,
    logic: AnyStateMachine,
    options: SpawnOptions<AnyStateMachine>,
    remove: () => void,
  ) {
    this.#ground = ground
    this.#name = name
    this.#logic = logic
    this.#options = options
    this.#remove = remove
  }

  send(event: EventFrom<AnyStateMachine>): void {
    const type: unknown = Object(event).type
    if (typeof type !== 'string' || type.startsWith('xstate.')) {
      throw new ArgumentError('send(event)', 'an event of the statechart: { type, … }', event)
    }
    const { turns, clock } = this.#ground
    const at = clock.now()
    turns.run(() => {
      if (this.#isRunning) this.#actor?.deliver(event, at)
    })
  }

  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#remove()
    const { turns, released } = this.#ground
    turns.run(() => {
      this.#end()
      if (this.#name !== null) released(this.#name)
    })
  }

  getSnapshot(): SnapshotFrom<AnyStateMachine> | undefined {
    return this.#actor?.getSnapshot()
  }

  get dueInMs(): number | undefined {
    const dueAt = this.#isRunning ? this.#actor?.nextDueAt : undefined
    return dueAt === undefined ? undefined : Math.max(0, dueAt - this.#ground.clock.now())
  }

  follow(): void {
    this.#end()
    this.isGivenUp = false
    // Between turns: the function that returns the input is foreign code.
    this.#ground.turns.later(() => this.start())
  }

  /** In a turn: nothing will start it again. */
  endForGood(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#end()
    const { onEnd } = this.#options
    const { turns, dispatcher } = this.#ground
    if (onEnd !== undefined) turns.later(() => dispatcher.callUserCode('listener', onEnd, this.#name ?? undefined))
  }

  /** Between turns: starts it under the actor of its breaker, unless it runs already. */
  start(): void {
    const { dispatcher, turns, clock } = this.#ground
    dispatcher.callUserCode(
      'actor',
      () => {
        if (!this.#mayStart) return
        const input = this.#input()
        turns.run(() => {
          // The function that returned the input may have done anything.
          const parent = this.#parent
          if (parent !== undefined && this.#mayStart) this.#startUnder(parent, input, clock.now())
        })
      },
      this.#name ?? undefined,
    )
  }

  #startUnder(parent: AnyActorRef, input: unknown, at: number): void {
    const { turns, dispatcher, scheduler, find } = this.#ground
    const outside: Outside = {
      turns,
      dispatcher,
      scheduler,
      beforeDue: () => this.#name !== null && resetIfDue(find(this.#name)),
      request: (_, event) =>
        dispatcher.report(
          'actor',
          new ArgumentError('actor.send(event)', 'nothing: it is spawned', event),
          this.#name ?? undefined,
        ),
    }
    const options = { id: this.#options.id, parent, input } as ActorOptions<AnyStateMachine>
    const actor = new SupervisedActor(this.#logic, options, at, outside)
    this.#actor = actor
    actor.on('*', (event) => turns.later(() => this.#tell(actor, event)))
    // A breaker's actor crashes with it, and is supervised; the registry's does not.
    if (this.#name === null) actor.onError((error) => turns.later(() => this.#crashed(error)))
    actor.start()
  }

  /** Events that a stopped actor emitted have no effect any more. */
  #tell(actor: AnyActorRef, event: EmittedFrom<AnyStateMachine>): void {
    const { on } = this.#options
    if (on !== undefined && actor === this.#actor && this.#isRunning) {
      this.#ground.dispatcher.callUserCode('listener', () => on(event), this.#name ?? undefined)
    }
  }

  #input(): unknown {
    const { input } = this.#options
    if (typeof input !== 'function') return input
    const { find, seedOf } = this.#ground
    const row = this.#name === null ? undefined : find(this.#name)
    return input({
      state: row === undefined ? 'closed' : caughtUp(row).state,
      seed: seedOf(this.#name ?? this.#options.id),
    })
  }

  get #mayStart(): boolean {
    return !this.#isOver && !this.isGivenUp && !this.#isRunning && this.#parent !== undefined
  }

  /** Not while the registry is being closed, or with an actor that has crashed. */
  get #isRunning(): boolean {
    return this.#actor !== null && this.#core === this.#actor._parent && this.#actor.getSnapshot().status === 'active'
  }

  get #parent(): AnyActorRef | undefined {
    const actor = this.#core
    return actor?.getSnapshot().status === 'active' ? actor : undefined
  }

  /** The actor it belongs under now, in whatever condition. */
  get #core(): AnyActorRef | null | undefined {
    const { find, root } = this.#ground
    return this.#name === null ? root() : find(this.#name)?.actor
  }

  /** Between turns: one under the registry's actor is started again, as breakers are, unless that happens too often. */
  #crashed(error: unknown): void {
    const { dispatcher, clock, supervision } = this.#ground
    const now = clock.now()
    this.#crashes = [...this.#crashes, now].filter((at) => now - at < supervision.withinMs)
    this.isGivenUp = this.#crashes.length > supervision.maxRestarts
    dispatcher.report('actor', error)
    this.start()
  }

  /** In a turn. As XState stops a child, which only its parent may. */
  #end(): void {
    const actor = this.#actor
    if (actor?.getSnapshot().status === 'active') actor.deliver({ type: 'xstate.stop' }, this.#ground.clock.now())
  }
}

/** A promise or a child of its own would act outside turns. */
function checkLogic(logic: AnyStateMachine): void {
  const { root, transition } = Object(logic) as Partial<AnyStateMachine>
  if (root === undefined || typeof transition !== 'function' || invokes(root)) {
    throw new ArgumentError('spawn(logic)', 'a statechart of XState that invokes nothing', logic)
  }
}

function invokes(node: AnyStateMachine['root']): boolean {
  return node.invoke.length > 0 || Object.values(node.states).some(invokes)
}
