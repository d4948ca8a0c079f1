// Graph: the states a model can be in and the steps between them, explored by @xstate/graph from the start.
// Any model will do that is a value with a key and tells which transitions of its machine a step took.
import { getAdjacencyMap } from '@xstate/graph'
import type { ActorLogic, EventObject, Snapshot } from 'xstate'
import { ArgumentError } from '../../edge/errors.ts'

export interface Explorable<State, Step> {
  readonly start: State
  stepsFrom(state: State): readonly Step[]
  take(state: State, step: Step): State
  /** Equal for states from which the same steps lead to the same answers. */
  keyOf(state: State): string
  /** The state of the chart that this is, and the transitions that the step before it took. */
  stateOf(state: State): string
  takenBy(state: State): readonly string[]
}

export interface GraphEdge<Step> {
  readonly from: number
  readonly to: number
  readonly step: Step
  readonly taken: readonly string[]
}

export interface Graph<Step> {
  /** The chart's state in each node; node 0 is the start. */
  readonly nodes: readonly string[]
  readonly edgesFrom: readonly (readonly GraphEdge<Step>[])[]
}

const MOST_STATES = 50_000
const TOO_LARGE = `at most ${MOST_STATES} states (fewer calls in flight, smaller thresholds and windows)`

export function buildGraph<State, Step>(model: Explorable<State, Step>): Graph<Step> {
  const logic = {
    getInitialSnapshot: () => model.start,
    transition: (state: State, step: Step) => model.take(state, step),
    getPersistedSnapshot: (state: State) => state,
  }
  let states = 0
  const adjacency = getAdjacencyMap(logic as unknown as ActorLogic<Snapshot<unknown>, EventObject>, {
    events: (state) => {
      if (++states > MOST_STATES) throw new ArgumentError('the model', TOO_LARGE, `more than ${MOST_STATES}`)
      return model.stepsFrom(state as State) as unknown as EventObject[]
    },
    serializeState: (state) => model.keyOf(state as State),
    serializeEvent: (step) => JSON.stringify(step),
  })
  const entries = Object.entries(adjacency)
  const indexOf = new Map(entries.map(([key], index) => [key, index]))
  return {
    nodes: entries.map(([, { state }]) => model.stateOf(state as State)),
    edgesFrom: entries.map(([, { transitions }], from) =>
      Object.values(transitions as Record<string, { event: Step; state: State }>).map(({ event, state }) => ({
        from,
        to: indexOf.get(model.keyOf(state)) as number,
        step: event,
        taken: model.takenBy(state),
      })),
    ),
  }
}
