// Tours: few and short walks through a graph that together meet every goal. Greedy: from where the walk stands, go the
// shortest way to a goal not met yet; when that would be too long, begin another walk at the start.
import { type GoalKind, goalsMet, goalsOf } from './goals.ts'
import type { Graph, GraphEdge } from './graph.ts'
import { shortestWay, shortestWays } from './shortest.ts'

export function tours<Move>(
  graph: Graph<Move>,
  kind: GoalKind,
  maxLength: number,
  isLastResort: (move: Move) => boolean = () => false,
): GraphEdge<Move>[][] {
  const preferred = without(graph, isLastResort)
  const open = goalsOf(graph, kind)
  const walks: GraphEdge<Move>[][] = []
  if (kind === 'states') open.delete(graph.nodes[0] as string)
  while (open.size > 0) {
    const walk: GraphEdge<Move>[] = []
    let node = 0
    let before: string | undefined
    for (;;) {
      const isEnd = (edge: GraphEdge<Move>, taken: string | undefined) =>
        goalsMet(kind, edge, taken, graph).some((goal) => open.has(goal))
      const search = { start: node, before, tellsLast: kind === 'transitionPairs', isEnd }
      const leg = shortestWay({ ...search, graph: preferred }) ?? shortestWay({ ...search, graph })
      if (leg === null) break
      // The first leg is taken however long it is: no shorter walk meets its goal.
      if (walk.length > 0 && walk.length + leg.length > maxLength) break
      for (const edge of leg) {
        for (const goal of goalsMet(kind, edge, before, graph)) open.delete(goal)
        before = edge.taken.at(-1) ?? before
        node = edge.to
        walk.push(edge)
      }
    }
    if (walk.length === 0) break
    walks.push(walk)
  }
  return walks
}

function without<Move>({ nodes, edgesFrom }: Graph<Move>, isLastResort: (move: Move) => boolean): Graph<Move> {
  return { nodes, edgesFrom: edgesFrom.map((edges) => edges.filter(({ move }) => !isLastResort(move))) }
}

/** Every way through the chart that enters no state twice but may come back to where it began; each the shortest. */
export function simpleWalks<Move>(
  graph: Graph<Move>,
  maxLength: number,
  isLastResort: (move: Move) => boolean = () => false,
): GraphEdge<Move>[][] {
  const preferred = without(graph, isLastResort)
  const walks: GraphEdge<Move>[][] = []
  const visit = (node: number, walk: GraphEdge<Move>[], entered: readonly string[]): void => {
    const legs = new Map([...shortestToOtherStates(graph, node), ...shortestToOtherStates(preferred, node)])
    for (const leg of legs.values()) {
      const to = (leg.at(-1) as GraphEdge<Move>).to
      const state = graph.nodes[to] as string
      const longer = [...walk, ...leg]
      if (longer.length > maxLength) continue
      const isHome = state === graph.nodes[0]
      if (entered.includes(state) && !isHome) continue
      walks.push(longer)
      if (!isHome) visit(to, longer, [...entered, state])
    }
  }
  visit(0, [], [graph.nodes[0] as string])
  // A walk that is the beginning of another adds nothing.
  return walks.filter(
    (walk) => !walks.some((other) => other.length > walk.length && walk.every((edge, i) => edge === other[i])),
  )
}

/** The shortest way to each other state of the chart that can be entered from here. */
function shortestToOtherStates<Move>(graph: Graph<Move>, start: number): Map<string, GraphEdge<Move>[]> {
  const stateAt = (node: number | undefined) => graph.nodes[node ?? start] as string
  const isEnd = ({ to }: GraphEdge<Move>) => stateAt(to) !== stateAt(start)
  const found = new Map<string, GraphEdge<Move>[]>()
  for (const way of shortestWays({ graph, start, isEnd })) {
    const state = stateAt(way.at(-1)?.to)
    if (!found.has(state)) found.set(state, way)
  }
  return found
}
