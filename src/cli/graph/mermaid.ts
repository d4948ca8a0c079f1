// Mermaid: the statechart as a Mermaid state diagram, as it stands in the README.
import type { AnyStateMachine } from 'xstate'
import { chartOf, labelled } from './edges.ts'
import { type Limits, NO_LIMITS, withLimits } from './limits.ts'

export function mermaidOf(machine: AnyStateMachine, limits: Limits = NO_LIMITS): string {
  const { start, edges, anywhere } = withLimits(chartOf(machine), limits)
  const lines = labelled([...start, ...edges]).map(({ from, to, labels }) => {
    const label = labels.join(' or ')
    return `  ${from ?? '[*]'} --> ${to}${label && ` : ${label}`}`
  })
  return [
    'stateDiagram-v2',
    ...lines,
    ...anywhere.map(({ to, event }) => `  note right of ${to} : ${event}, from any state`),
    ...Object.entries(limits.states).map(([state, text]) => `  note left of ${state} : ${noteOf(text)}`),
  ].join('\n')
}

/** A colon or a semicolon would end it. */
function noteOf(text: string): string {
  return text.replace(/[:;]/g, ',').replace(/\.$/, '').replaceAll('. ', '<br/>')
}
