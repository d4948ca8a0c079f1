// Shortest: the ways through a graph that are the fewest steps long. Moves differ in length, so places are visited in
// the order of their distance; of ways equally long the first found is taken, so that paths are the same each time.
import type { Graph, GraphEdge } from './graph.ts'

/** A place in a search: a node and, where that matters, the transition taken last. */
interface Reached<Move> {
  readonly node: number
  readonly before: string | undefined
  readonly via: Arrival<Move> | undefined
}

interface Arrival<Move> {
  readonly edge: GraphEdge<Move>
  readonly reached: Reached<Move>
}

export interface Search<Move> {
  readonly graph: Graph<Move>
  readonly start: number
  /** The transition taken before the search began. */
  readonly before?: string | undefined
  /** Whether a node is another place when another transition led there. */
  readonly tellsLast?: boolean
  /** Whether this edge ends a way. */
  isEnd(edge: GraphEdge<Move>, before: string | undefined): boolean
}

/** Ways from the start to edges that end one, shortest first; nothing behind such an edge is looked at. */
export function* shortestWays<Move>({
  graph,
  start,
  before: startedAfter,
  tellsLast = false,
  isEnd,
}: Search<Move>): Generator<GraphEdge<Move>[]> {
  const seen = new Set<string | number>()
  /** The moves that end at a distance. */
  const arrivals = new Map<number, Arrival<Move>[]>()
  let farthest = 0

  function visit(reached: Reached<Move>, distance: number): void {
    const key = tellsLast ? `${reached.node} ${reached.before}` : reached.node
    if (seen.has(key)) return
    seen.add(key)
    for (const edge of graph.edgesFrom[reached.node] ?? []) {
      const end = distance + edge.length
      const there = arrivals.get(end)
      if (there === undefined) arrivals.set(end, [{ edge, reached }])
      else there.push({ edge, reached })
      farthest = Math.max(farthest, end)
    }
  }

  visit({ node: start, before: startedAfter, via: undefined }, 0)
  for (let distance = 1; distance <= farthest; distance++) {
    for (const arrival of arrivals.get(distance) ?? []) {
      const { edge, reached } = arrival
      if (isEnd(edge, reached.before)) yield wayTo(arrival)
      else visit({ node: edge.to, before: edge.taken.at(-1) ?? reached.before, via: arrival }, distance)
    }
    arrivals.delete(distance)
  }
}

/** The shortest of them; `null` when there is none. */
export function shortestWay<Move>(search: Search<Move>): GraphEdge<Move>[] | null {
  const { value } = shortestWays(search).next()
  return value ?? null
}

function wayTo<Move>(last: Arrival<Move>): GraphEdge<Move>[] {
  const way: GraphEdge<Move>[] = []
  for (let arrival: Arrival<Move> | undefined = last; arrival !== undefined; arrival = arrival.reached.via) {
    way.push(arrival.edge)
  }
  return way.reverse()
}
