// Graph: the states a model can be in and the moves between them, explored breadth first from the start.
import { ArgumentError } from '../../core/edge/errors.ts'

/** What can be explored. A move is one step, or several that are taken as one. */
export interface Explorable<State, Move> {
  readonly start: State
  movesFrom(state: State): readonly Move[]
  take(state: State, move: Move): State
  /** Steps that the move is made of. Default 1. */
  lengthOf?(state: State, move: Move): number
  /** Equal for states from which the same moves lead to the same answers. */
  keyOf(state: State): string
  /** The state of the chart that this is, and the transitions that the move before it took. */
  stateOf(state: State): string
  takenBy(state: State): readonly string[]
  /** States there may be, at most; and what is expected when there are more. */
  readonly mostStates: number
  readonly tooLarge: { readonly where: string; readonly expected: string }
}

export interface GraphEdge<Move> {
  readonly from: number
  readonly to: number
  readonly move: Move
  readonly length: number
  readonly taken: readonly string[]
}

export interface Graph<Move> {
  /** The chart's state in each node; node 0 is the start. */
  readonly nodes: readonly string[]
  readonly edgesFrom: readonly (readonly GraphEdge<Move>[])[]
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) when there are more states than the model allows. */
export function buildGraph<State, Move>(model: Explorable<State, Move>): Graph<Move> {
  const states = [model.start]
  const indexOf = new Map([[model.keyOf(model.start), 0]])
  const edgesFrom: GraphEdge<Move>[][] = []
  // The list grows while it is walked.
  for (const [from, state] of states.entries()) {
    const edges = model.movesFrom(state).map((move) => {
      const next = model.take(state, move)
      const key = model.keyOf(next)
      const to = indexOf.get(key) ?? states.push(next) - 1
      indexOf.set(key, to)
      return { from, to, move, length: model.lengthOf?.(state, move) ?? 1, taken: model.takenBy(next) }
    })
    edgesFrom.push(edges)
    if (states.length > model.mostStates) {
      throw new ArgumentError(model.tooLarge.where, model.tooLarge.expected, `more than ${model.mostStates}`)
    }
  }
  return { nodes: states.map((state) => model.stateOf(state)), edgesFrom }
}
