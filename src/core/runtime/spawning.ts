// Spawning: what an integration may start under a breaker's actor, and what it holds of it. Done by `spawned.ts`.
import type { AnyStateMachine, EmittedFrom, EventFrom, InputFrom, SnapshotFrom } from 'xstate'
import type { BreakerState } from '../rules/states.ts'

/** What is known when an actor is started under a breaker's. */
export interface SpawnStart {
  /** The state the breaker is in. */
  readonly state: BreakerState
  /** The breaker's own, from the `seed` of its registry: for jitter. */
  readonly seed: number
}

/** What `breaker.spawn` takes besides the statechart. */
export interface SpawnOptions<L extends AnyStateMachine> {
  /** The name of the actor, as inspectors show it; no other of this breaker's has it. */
  readonly id: string
  /** The input of the statechart; a function is asked for it at each start. Default: none. */
  readonly input?: InputFrom<L> | ((start: SpawnStart) => InputFrom<L>) | undefined
  /** Told of every event that the actor emits, after it has settled. What it throws is an `error` event. Default: nobody. */
  readonly on?: ((event: EmittedFrom<L>) => void) | undefined
  /** Called once, when it will not be started any more because the registry was closed. Default: nobody is told. */
  readonly onEnd?: (() => void) | undefined
}

/** An actor that was spawned under a breaker's. */
export interface Spawned<L extends AnyStateMachine> {
  /**
   * Sends it an event, in a turn of its own. While it does not run (its breaker is gone, the registry is closed), nothing
   * comes of it.
   * @throws ArgumentError (`INVALID_ARGUMENT`) for what is no event, and for XState's own
   */
  send(event: EventFrom<L>): void
  /** Stops it for good. */
  stop(): void
  /** Its last snapshot; `undefined` until it has been started. */
  getSnapshot(): SnapshotFrom<L> | undefined
  /** In how many ms its next delayed transition is due; `undefined` when there is none. */
  readonly dueInMs: number | undefined
}
