// The statechart's picture: states and transitions are read from the machine that runs, dagre finds a place for each.
// Used by scripts/build-page.ts; what the page draws is this and nothing else, so a state that is added appears.
import dagre from '@dagrejs/dagre'
import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate'
import type {
  Picture,
  PictureEdge,
  PictureNode,
  PictureTransition,
} from '../src/observe/dashboard/page/detail/picture.ts'

const STATE = { width: 116, height: 44 }
const POINT = { width: 14, height: 14 }
const LINE_HEIGHT = 14
const CHARACTER_WIDTH = 5.4
const MARGIN = 10

interface Way {
  /** A state; of a transition of the machine itself, a point of its own: it may be in any state. */
  readonly from: string
  readonly to: string
  readonly transitions: PictureTransition[]
}

export function pictureOf(machine: AnyStateMachine): Picture {
  const { root } = machine
  const initial = root.initial.target[0]?.key ?? ''
  const ways = waysOf(machine, initial)
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 26, edgesep: 16, ranksep: 30, marginx: MARGIN, marginy: MARGIN })
  for (const { key } of Object.values(root.states)) graph.setNode(key, key === initial ? { ...POINT } : { ...STATE })
  for (const { from } of ways) if (!graph.hasNode(from)) graph.setNode(from, { ...POINT })
  for (const way of ways) {
    const [v, w] = isDrawnBackwards(way, ways, initial) ? [way.to, way.from] : [way.from, way.to]
    graph.setEdge(v, w, { ...roomFor(linesOf(way)), labelpos: 'c', weight: weightOf(way) }, idOf(way))
  }
  dagre.layout(graph)

  const nodes = Object.values(root.states).map(
    (state): PictureNode => ({
      ...placeOf(graph, state.key),
      id: state.key,
      kind: state.key === initial ? 'start' : 'state',
      description: state.description ?? '',
      inside: transitionsOf(state)
        .filter(({ target }) => target === undefined)
        .map(wordsOf),
    }),
  )
  const anywhere = ways
    .filter(({ from }) => !(from in root.states))
    .map(
      ({ from }): PictureNode => ({
        ...placeOf(graph, from),
        id: from,
        kind: 'any',
        description: 'From any state.',
        inside: [],
      }),
    )
  const edges = ways.map((way): PictureEdge => {
    const isReversed = isDrawnBackwards(way, ways, initial)
    const { points, x, y } = graph.edge(
      isReversed ? { v: way.to, w: way.from, name: idOf(way) } : { v: way.from, w: way.to, name: idOf(way) },
    )
    return {
      id: idOf(way),
      from: way.from in root.states ? way.from : null,
      to: way.to,
      transitions: way.transitions,
      path: way.from === way.to ? loop(placeOf(graph, way.to)) : smooth(isReversed ? points.toReversed() : points),
      label: { x: round(x ?? 0), y: round(y ?? 0), ...roomFor(linesOf(way)), lines: linesOf(way) },
    }
  })
  const boxes = [...nodes, ...anywhere, ...edges.map(({ label }) => label)]
  const { width = 0 } = graph.graph()
  // dagre keeps more room below a loop than is needed.
  const height = Math.max(...boxes.map((box) => box.y + box.height / 2)) + MARGIN
  return { width: Math.ceil(width), height: Math.ceil(height), nodes: [...nodes, ...anywhere], edges }
}

/** The ways between states, all transitions of a pair on one. Left out: back into the state of a restarted breaker. */
function waysOf({ root }: AnyStateMachine, initial: string): Way[] {
  const ways = new Map<string, Way>()
  for (const node of [...Object.values(root.states), root]) {
    for (const transition of transitionsOf(node)) {
      const to = transition.target?.[0]?.key
      if (to === undefined || (node.key === initial && transition.guard !== undefined)) continue
      const from = node === root ? `any>${to}` : node.key
      const key = `${from}>${to}`
      const way = ways.get(key) ?? { from, to, transitions: [] }
      way.transitions.push(wordsOf(transition))
      ways.set(key, way)
    }
  }
  return [...ways.values()]
}

/**
 * Laid out as if it led the other way: the ways home, so that what is nearer to the beginning is on the left; and the
 * commands into states that lead nowhere but home, which come in from the outside.
 */
function isDrawnBackwards(way: Way, ways: readonly Way[], initial: string): boolean {
  const home = ways.find(({ from }) => from === initial)?.to
  if (!isCommand(way)) return way.to === home && way.from !== initial
  return ways.filter(({ from }) => from === way.to).every(({ to }) => to === home)
}

function isCommand({ from }: Way): boolean {
  return from.startsWith('any>')
}

/** With `always`, which XState keeps elsewhere. */
function transitionsOf(state: AnyStateMachine['root']): AnyTransitionDefinition[] {
  return [...(state.always ?? []), ...[...state.transitions.values()].flat()]
}

function wordsOf({ eventType, guard, description }: AnyTransitionDefinition): PictureTransition {
  const delay = /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1]
  return {
    event: delay === undefined ? eventType : `after ${delay}`,
    guard: guard === undefined ? '' : typeof guard === 'string' ? guard : String((guard as { type?: unknown }).type),
    description: description ?? '',
  }
}

/** Events under the same guard side by side, the guard below them, as UML writes it. */
function linesOf({ transitions }: Way): string[] {
  const guards = [...new Set(transitions.map(({ guard }) => guard))]
  return guards.flatMap((guard) => {
    const events = transitions.filter((each) => each.guard === guard).map(({ event }) => event)
    return [events.join(', '), guard === '' ? '' : `[${guard}]`].filter((line) => line !== '')
  })
}

function idOf({ from, to }: Way): string {
  return `${from}>${to}`
}

function placeOf(graph: InstanceType<typeof dagre.graphlib.Graph>, id: string) {
  const { x, y, width, height } = graph.node(id)
  return { x: round(x), y: round(y), width, height }
}

/** Ways that a breaker goes by itself are kept short and straight; commands go around. */
function weightOf(way: Way): number {
  return isCommand(way) ? 1 : 6
}

/** What the words beside an edge take. */
function roomFor(lines: readonly string[]): { width: number; height: number } {
  const width = Math.max(0, ...lines.map((line) => Math.ceil(line.length * CHARACTER_WIDTH) + 8))
  return { width, height: lines.length * LINE_HEIGHT + 4 }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** A curve that begins at the first point, ends at the last and goes near those between: a basis spline. */
function smooth(points: readonly Point[]): string {
  const [first, second] = points
  const last = points.at(-1)
  if (first === undefined || second === undefined || last === undefined) return ''
  const mix = (a: Point, b: Point, c: Point, weights: readonly [number, number, number], sum: number) =>
    `${round((a.x * weights[0] + b.x * weights[1] + c.x * weights[2]) / sum)} ${round((a.y * weights[0] + b.y * weights[1] + c.y * weights[2]) / sum)}`
  let path = `M${round(first.x)} ${round(first.y)}L${mix(first, second, second, [5, 1, 0], 6)}`
  for (let index = 1; index < points.length; index++) {
    const a = points[index - 1] ?? first
    const b = points[index] ?? last
    const c = points[index + 1] ?? last
    path += `C${mix(a, b, c, [2, 1, 0], 3)} ${mix(a, b, c, [1, 2, 0], 3)} ${mix(a, b, c, [1, 4, 1], 6)}`
  }
  return `${path}L${round(last.x)} ${round(last.y)}`
}

/** Below the box, back into it. dagre keeps the room. */
function loop({ x, y, height }: { x: number; y: number; height: number }): string {
  const bottom = y + height / 2
  return `M${x - 22} ${bottom}C${x - 26} ${bottom + 24} ${x + 26} ${bottom + 24} ${x + 22} ${bottom}`
}

function round(length: number): number {
  return Math.round(length * 10) / 10
}
