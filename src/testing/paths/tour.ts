// Tours: few and short walks through a graph that together meet every goal. Greedy: from where the walk stands, go the
// shortest way to a goal not met yet; when that would be too long, begin another walk at the start.
import type { Graph, GraphEdge } from './graph.ts'

export type Coverage = 'states' | 'transitions' | 'transitionPairs' | 'simple'

/** What a walk meets by taking an edge, given the transition taken before it. */
type GoalsOf = <Step>(edge: GraphEdge<Step>, before: string | undefined, graph: Graph<Step>) => string[]

const GOALS: Record<Exclude<Coverage, 'simple'>, GoalsOf> = {
  states: (edge, _, graph) => [graph.nodes[edge.to] as string],
  transitions: (edge) => [...edge.taken],
  transitionPairs: (edge, before) =>
    edge.taken.map((label, index) => pairOf(edge.taken[index - 1] ?? before, label)).filter((pair) => pair !== ''),
}

export function pairOf(before: string | undefined, label: string): string {
  return before === undefined ? '' : `${before}, then ${label}`
}

/** Everything that some walk from the start can meet. */
export function goalsOf<Step>(graph: Graph<Step>, coverage: Exclude<Coverage, 'simple'>): Set<string> {
  const goals = new Set<string>()
  const lastTaken = takenBefore(graph)
  for (const edges of graph.edgesFrom) {
    for (const edge of edges) {
      for (const before of lastTaken[edge.from] as Set<string | undefined>) {
        for (const goal of GOALS[coverage](edge, before, graph)) goals.add(goal)
      }
    }
  }
  return goals
}

/** For each node, the transitions that a walk may have taken last when it gets there. */
function takenBefore<Step>(graph: Graph<Step>): Set<string | undefined>[] {
  const before = graph.nodes.map(() => new Set<string | undefined>())
  before[0]?.add(undefined)
  for (let changed = true; changed; ) {
    changed = false
    for (const edges of graph.edgesFrom) {
      for (const { from, to, taken } of edges) {
        const target = before[to] as Set<string | undefined>
        const size = target.size
        if (taken.length > 0) target.add(taken.at(-1))
        else for (const label of before[from] as Set<string | undefined>) target.add(label)
        changed ||= target.size > size
      }
    }
  }
  return before
}

export function tours<Step>(
  graph: Graph<Step>,
  coverage: Exclude<Coverage, 'simple'>,
  maxLength: number,
  isLastResort: (step: Step) => boolean = () => false,
): GraphEdge<Step>[][] {
  const preferred = without(graph, isLastResort)
  const open = goalsOf(graph, coverage)
  const walks: GraphEdge<Step>[][] = []
  if (coverage === 'states') open.delete(graph.nodes[0] as string)
  while (open.size > 0) {
    const walk: GraphEdge<Step>[] = []
    let node = 0
    let before: string | undefined
    for (;;) {
      const leg =
        shortestToGoal(preferred, coverage, node, before, open) ?? shortestToGoal(graph, coverage, node, before, open)
      if (leg === null) break
      // The first leg is taken however long it is: no shorter walk meets its goal.
      if (walk.length > 0 && walk.length + leg.length > maxLength) break
      for (const edge of leg) {
        for (const goal of GOALS[coverage](edge, before, graph)) open.delete(goal)
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

function without<Step>({ nodes, edgesFrom }: Graph<Step>, isLastResort: (step: Step) => boolean): Graph<Step> {
  return { nodes, edgesFrom: edgesFrom.map((edges) => edges.filter(({ step }) => !isLastResort(step))) }
}

/** Breadth first over places: a node and, since pairs depend on it, the transition taken last. */
function shortestToGoal<Step>(
  graph: Graph<Step>,
  coverage: Exclude<Coverage, 'simple'>,
  start: number,
  startedAfter: string | undefined,
  open: ReadonlySet<string>,
): GraphEdge<Step>[] | null {
  const placeOf = (node: number, before: string | undefined) =>
    coverage === 'transitionPairs' ? `${node} ${before}` : `${node}`
  const seen = new Set([placeOf(start, startedAfter)])
  let frontier: { node: number; before: string | undefined; leg: GraphEdge<Step>[] }[] = [
    { node: start, before: startedAfter, leg: [] },
  ]
  while (frontier.length > 0) {
    const next: typeof frontier = []
    for (const { node, before, leg } of frontier) {
      for (const edge of graph.edgesFrom[node] ?? []) {
        if (GOALS[coverage](edge, before, graph).some((goal) => open.has(goal))) return [...leg, edge]
        const after = edge.taken.at(-1) ?? before
        const place = placeOf(edge.to, after)
        if (seen.has(place)) continue
        seen.add(place)
        next.push({ node: edge.to, before: after, leg: [...leg, edge] })
      }
    }
    frontier = next
  }
  return null
}

/** Every way through the chart that enters no state twice but may come back to where it began; each the shortest. */
export function simpleWalks<Step>(
  graph: Graph<Step>,
  maxLength: number,
  isLastResort: (step: Step) => boolean = () => false,
): GraphEdge<Step>[][] {
  const preferred = without(graph, isLastResort)
  const walks: GraphEdge<Step>[][] = []
  const visit = (node: number, walk: GraphEdge<Step>[], entered: readonly string[]): void => {
    const legs = new Map([...shortestToOtherStates(graph, node), ...shortestToOtherStates(preferred, node)])
    for (const leg of legs.values()) {
      const to = (leg.at(-1) as GraphEdge<Step>).to
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
function shortestToOtherStates<Step>(graph: Graph<Step>, start: number): Map<string, GraphEdge<Step>[]> {
  const found = new Map<string, GraphEdge<Step>[]>()
  const seen = new Set([start])
  let frontier: { node: number; leg: GraphEdge<Step>[] }[] = [{ node: start, leg: [] }]
  while (frontier.length > 0) {
    const next: typeof frontier = []
    for (const { node, leg } of frontier) {
      for (const edge of graph.edgesFrom[node] ?? []) {
        const state = graph.nodes[edge.to] as string
        if (state !== graph.nodes[start]) {
          if (!found.has(state)) found.set(state, [...leg, edge])
        } else if (!seen.has(edge.to)) {
          seen.add(edge.to)
          next.push({ node: edge.to, leg: [...leg, edge] })
        }
      }
    }
    frontier = next
  }
  return found
}
