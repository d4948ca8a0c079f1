// Dot: the statechart for Graphviz.
import type { AnyStateMachine } from 'xstate'
import { wrap } from '../terminal/index.ts'
import { chartOf, labelled } from './edges.ts'
import { type Limits, withLimits } from './limits.ts'

const WIDTH = 32

export function dotOf(machine: AnyStateMachine, limits: Limits): string {
  const { states, start, edges, anywhere } = withLimits(chartOf(machine), limits)
  const nodes = states.map(({ name, description }) => {
    const more = limits.states[name]
    const label = [name, wrap(more === undefined ? description : `${description} ${more}`, WIDTH)].join('\n')
    return `  ${quoted(name)} [label=${quoted(label)}]`
  })
  const arrows = labelled([...start, ...edges]).map(({ from, to, labels }) => {
    return `  ${from === null ? 'start' : quoted(from)} -> ${quoted(to)} [label=${quoted(labels.join('\n'))}]`
  })
  const commands = anywhere.map(({ to, event }) => `  any -> ${quoted(to)} [label=${quoted(event)}, style=dashed]`)
  return [
    `digraph ${quoted(machine.id)} {`,
    '  rankdir=LR',
    '  node [shape=box, style=rounded, fontname="sans-serif"]',
    '  edge [fontname="sans-serif", fontsize=10]',
    '  start [shape=point, label=""]',
    '  any [label="any state", style="rounded,dashed"]',
    ...nodes,
    ...arrows,
    ...commands,
    '}',
  ].join('\n')
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
