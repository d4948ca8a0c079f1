// Edges: the transitions of a statechart that change something, read from the machine that runs. Left out: those that
// change nothing, and the ways from `starting` back into a restarted breaker's own state.
import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate'

export interface Edge {
  /** A state; `null`: the start, or any state. */
  readonly from: string | null
  readonly to: string
  /** `after openTime` for a delay. */
  readonly event: string
  /** Its name, or nothing. */
  readonly guard: string
}

export interface Chart {
  readonly states: readonly { readonly name: string; readonly description: string }[]
  /** Into the state that a new breaker is in. */
  readonly start: readonly Edge[]
  readonly edges: readonly Edge[]
  /** From every state. */
  readonly anywhere: readonly Edge[]
}

export function chartOf(machine: AnyStateMachine): Chart {
  const { root } = machine
  const initial = root.initial.target[0]?.key ?? ''
  const edges = Object.values(root.states).flatMap((state) =>
    transitionsOf(state).flatMap((transition) => edgesOf(state.key, transition)),
  )
  const states = Object.values(root.states)
    .filter(({ key }) => key !== initial)
    .map(({ key, description }) => ({ name: key, description: description ?? '' }))
  return {
    states,
    start: edges.filter(({ from, guard }) => from === initial && guard === '').map((edge) => ({ ...edge, from: null })),
    edges: edges.filter(({ from }) => from !== initial),
    anywhere: transitionsOf(root)
      .flatMap((transition) => edgesOf(null, transition))
      .filter(({ to }) => to !== ''),
  }
}

/** With `always` and `after`, which XState keeps elsewhere and among the events. */
function transitionsOf(state: AnyStateMachine['root']): AnyTransitionDefinition[] {
  return [...(state.always ?? []), ...[...state.transitions.values()].flat()]
}

function edgesOf(from: string | null, { target, actions, guard, eventType }: AnyTransitionDefinition): Edge[] {
  if (target === undefined && actions.length === 0) return []
  const edge = { from, event: eventName(eventType), guard: guardName(guard) }
  return (target ?? [{ key: from ?? '' }]).map(({ key }) => ({ ...edge, to: key }))
}

function eventName(type: string): string {
  const delay = /^xstate\.after\.([^.]+)\./.exec(type)?.[1]
  return delay === undefined ? type : `after ${delay}`
}

function guardName(guard: unknown): string {
  if (guard === undefined) return ''
  return typeof guard === 'string' ? guard : String((guard as { type?: unknown }).type)
}

/** The labels of each pair of states: events under the same guard side by side, the rest apart. */
export function labelled(edges: readonly Edge[]): { from: string | null; to: string; labels: string[] }[] {
  return grouped(edges, ({ from, to }) => `${from} --> ${to}`).map((parallel) => {
    const labels = grouped(parallel, ({ guard }) => guard).map((group) => {
      const events = group.map(({ event }) => event).join(', ')
      return group[0].guard === '' ? events : `${events} [${group[0].guard}]`
    })
    const { from, to } = parallel[0]
    return { from, to, labels: labels.filter((label) => label !== '') }
  })
}

/** As Map.groupBy, which Node 20 does not have. */
function grouped(edges: readonly Edge[], keyOf: (edge: Edge) => string): [Edge, ...Edge[]][] {
  const groups = new Map<string, [Edge, ...Edge[]]>()
  for (const edge of edges) {
    const group = groups.get(keyOf(edge))
    if (group === undefined) groups.set(keyOf(edge), [edge])
    else group.push(edge)
  }
  return [...groups.values()]
}
