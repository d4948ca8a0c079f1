// The breaker's statechart as lines of text, read from the machine that runs: states with what they mean, and where
// each event leads from there. Left out: what changes nothing, and how a restarted breaker finds its state.
import { breakerMachine } from '../../../machines/breaker.machine.ts'

interface Transition {
  readonly eventType: string
  readonly guard?: unknown
  readonly target?: readonly { readonly key: string }[] | undefined
  readonly actions: readonly unknown[]
}

interface Node {
  readonly key: string
  readonly description?: string | undefined
  readonly transitions: ReadonlyMap<string, readonly Transition[]>
}

export function statechartLines(): string[] {
  const root = breakerMachine.root as unknown as Node
  const states = Object.values(breakerMachine.root.states) as unknown as Node[]
  const lines = states
    .filter(({ key }) => key !== 'starting')
    .flatMap((state) => [`${state.key}: ${state.description}`, ...transitionLines(state)])
  return [...lines, 'from every state:', ...transitionLines(root)]
}

function transitionLines(node: Node): string[] {
  return [...node.transitions.values()]
    .flat()
    .filter(({ target, eventType }) => target !== undefined && eventType !== '')
    .map(({ eventType, guard, target = [] }) => {
      const delay = /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1]
      const when = guard === undefined ? '' : ` [${(guard as { type?: string }).type ?? String(guard)}]`
      return `  ${delay === undefined ? eventType : `after ${delay}`}${when} -> ${target.map(({ key }) => key).join(', ')}`
    })
}
