// Spawning: what an integration may start under a breaker's actor, and the handle it gets. `spawned.ts` does it.
import type { AnyStateMachine, EmittedFrom, EventFrom, InputFrom, SnapshotFrom } from 'xstate'
import type { BreakerState } from '../rules/states.ts'

/** What is known when an actor starts under a breaker's. */
export interface SpawnStart {
  /** The state the breaker is in. */
  readonly state: BreakerState
  /** The breaker's own seed, from the `seed` of its registry: for jitter. */
  readonly seed: number
}

/** The options of `breaker.spawn`, besides the statechart. */
export interface SpawnOptions<L extends AnyStateMachine> {
  /** The name of the actor, as inspectors show it; unique for this breaker. */
  readonly id: string
  /** The input of the statechart, or a function that returns it at each start. Default: none. */
  readonly input?: InputFrom<L> | ((start: SpawnStart) => InputFrom<L>) | undefined
  /**
   * Called with every event that the actor emits, after it has settled. If it throws, you get an `error` event. Default:
   * none.
   */
  readonly on?: ((event: EmittedFrom<L>) => void) | undefined
  /** Called once, when the actor will not be started again because the registry was closed. Default: none. */
  readonly onEnd?: (() => void) | undefined
}

/** An actor that was spawned under a breaker's. */
export interface Spawned<L extends AnyStateMachine> {
  /**
   * Sends it an event, in a turn of its own. While the actor does not run (its breaker is gone, the registry is closed),
   * this does nothing.
   * @throws ArgumentError (`INVALID_ARGUMENT`) if it is not an event, or one of XState's own
   */
  send(event: EventFrom<L>): void
  /** Stops it for good. */
  stop(): void
  /** Its last snapshot; `undefined` until it has been started. */
  getSnapshot(): SnapshotFrom<L> | undefined
  /** In how many ms its next delayed transition is due; `undefined` if there is none. */
  readonly dueInMs: number | undefined
}
