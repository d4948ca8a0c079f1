// Goals: what a walk can meet, for each kind of coverage: states, transitions, or two transitions in a row.
import type { Graph, GraphEdge } from './graph.ts'

/** What paths must meet together; `'simple'`: every way through the states that enters none twice. */
export type Coverage = 'states' | 'transitions' | 'transitionPairs' | 'simple'

/** The kinds of coverage that are a list of things to meet. */
export type GoalKind = Exclude<Coverage, 'simple'>

export const COVERAGES: readonly Coverage[] = ['states', 'transitions', 'transitionPairs', 'simple']

/** What a walk meets by taking an edge, given the transition taken before it. */
export function goalsMet<Move>(
  kind: GoalKind,
  edge: GraphEdge<Move>,
  before: string | undefined,
  graph: Graph<Move>,
): readonly string[] {
  if (kind === 'states') return [graph.nodes[edge.to] as string]
  return kind === 'transitions' ? edge.taken : pairsOf(edge.taken, before)
}

/** What happened, two by two. */
export function pairsOf(taken: readonly string[], before: string | undefined): string[] {
  return taken.flatMap((label, index) => {
    const previous = index === 0 ? before : taken[index - 1]
    return previous === undefined ? [] : [`${previous}, then ${label}`]
  })
}

/** Everything that some walk from the start can meet. */
export function goalsOf<Move>(graph: Graph<Move>, kind: GoalKind): Set<string> {
  const goals = new Set<string>()
  const lastTaken = kind === 'transitionPairs' ? takenBefore(graph) : undefined
  for (const edge of graph.edgesFrom.flat()) {
    const befores = edge.taken.length === 0 ? undefined : lastTaken?.[edge.from]
    for (const before of befores ?? [undefined]) for (const goal of goalsMet(kind, edge, before, graph)) goals.add(goal)
  }
  return goals
}

/** For each node, the transitions that a walk may have taken last when it gets there. */
function takenBefore<Move>(graph: Graph<Move>): Set<string | undefined>[] {
  const before = graph.nodes.map(() => new Set<string | undefined>())
  before[0]?.add(undefined)
  for (let changed = true; changed; ) {
    changed = false
    for (const { from, to, taken } of graph.edgesFrom.flat()) {
      const target = before[to] as Set<string | undefined>
      const size = target.size
      if (taken.length > 0) target.add(taken.at(-1))
      else for (const label of before[from] as Set<string | undefined>) target.add(label)
      changed ||= target.size > size
    }
  }
  return before
}
