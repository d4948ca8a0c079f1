// npm run diagram: the breaker's statechart as a Mermaid state diagram, read from the machine that runs.
// Left out: transitions that change nothing, and the ways from `starting` back into a restarted breaker's own state.
import { pathToFileURL } from 'node:url'
import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate'
import { breakerMachine } from '../machines/index.ts'

interface Edge {
  readonly from: string
  readonly to: string
  readonly event: string
  readonly guard: string
}

export function diagramOf(machine: AnyStateMachine): string {
  const { root } = machine
  const edges = Object.values(root.states).flatMap((state) =>
    transitionsOf(state).flatMap((transition) => edgesOf(state.key, transition)),
  )
  const initial = root.initial.target[0]?.key ?? ''
  const lines = edges
    .filter(({ from, guard }) => from !== initial || guard === '')
    .map((edge) => (edge.from === initial ? { ...edge, from: '[*]' } : edge))
  const notes = transitionsOf(root)
    .flatMap((transition) => edgesOf('', transition))
    .filter(({ to }) => to !== '')
    .map(({ to, event }) => `  note right of ${to} : ${event}, from any state`)
  return ['stateDiagram-v2', ...merged(lines), ...notes].join('\n')
}

/** With `always` and `after`, which XState keeps elsewhere and among the events. */
function transitionsOf(state: AnyStateMachine['root']): AnyTransitionDefinition[] {
  return [...(state.always ?? []), ...[...state.transitions.values()].flat()]
}

function edgesOf(from: string, { target, actions, guard, eventType }: AnyTransitionDefinition): Edge[] {
  if (target === undefined && actions.length === 0) return []
  const edge = { from, event: eventName(eventType), guard: guardName(guard) }
  return (target ?? [{ key: from }]).map(({ key }) => ({ ...edge, to: key }))
}

function eventName(type: string): string {
  const delay = /^xstate\.after\.([^.]+)\./.exec(type)?.[1]
  return delay === undefined ? type : `after ${delay}`
}

function guardName(guard: unknown): string {
  if (guard === undefined) return ''
  return typeof guard === 'string' ? guard : String((guard as { type?: unknown }).type)
}

/** One line for each pair of states: events under the same guard side by side, the rest joined by "or". */
function merged(edges: readonly Edge[]): string[] {
  return grouped(edges, ({ from, to }) => `${from} --> ${to}`).map(([pair, parallel]) => {
    const label = grouped(parallel, ({ guard }) => guard)
      .map(([guard, group]) => group.map(({ event }) => event).join(', ') + (guard && ` [${guard}]`))
      .filter((text) => text !== '')
      .join(' or ')
    return `  ${pair}${label && ` : ${label}`}`
  })
}

/** As Map.groupBy, which Node 20 does not have. */
function grouped(edges: readonly Edge[], keyOf: (edge: Edge) => string): [string, Edge[]][] {
  return [...new Set(edges.map(keyOf))].map((key) => [key, edges.filter((edge) => keyOf(edge) === key)])
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(diagramOf(breakerMachine))
