// npm run diagram: writes the breaker's statechart into the pages as Mermaid diagrams: into the README as an overview in
// words, into docs/pure.md whole, as `switchgear graph` prints it. Both are read from the machine that runs.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyStateMachine } from 'xstate'
import { breakerMachine } from '../machines/index.ts'
import { chartOf, type Edge } from '../src/cli/graph/edges.ts'
import { mermaidOf } from '../src/cli/graph/mermaid.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')

/** What moves a breaker from state to state, by the guard or else the event of the transition, for who never saw a guard. */
const WORDS: Readonly<Record<string, string>> = {
  triggerFires: 'a trigger fires',
  openTimeElapsed: 'the open time ends',
  'after openTime': 'the open time ends',
  probe: 'probe()',
  rampFollows: 'enough probes succeed, with a recovery ramp',
  lastSuccessNeeded: 'enough probes succeed',
  lastFailureAllowed: 'too many fail',
  'after rampTime': 'the ramp ends',
  rampOver: 'the ramp ends',
  enable: 'enable()',
}

/** Changes of state alone, each in words. @throws when the machine has a transition without words. */
export function overviewOf(machine: AnyStateMachine): string {
  const { start, edges, anywhere } = chartOf(machine)
  const moves = new Map<string, Set<string>>()
  for (const edge of edges.filter(({ from, to }) => from !== to)) {
    const way = `  ${edge.from} --> ${edge.to}`
    moves.set(way, (moves.get(way) ?? new Set()).add(wordsOf(edge)))
  }
  return [
    'stateDiagram-v2',
    ...start.map(({ to }) => `  [*] --> ${to}`),
    ...Array.from(moves, ([way, words]) => `${way} : ${[...words].join(', or ')}`),
    ...anywhere.map(({ to, event }) => `  note right of ${to} : ${event}(), from any state`),
  ].join('\n')
}

function wordsOf({ from, to, event, guard }: Edge): string {
  const words = WORDS[guard] ?? WORDS[event]
  if (words === undefined) throw new Error(`no words for ${event} [${guard}] from ${from} to ${to}: see WORDS`)
  return words
}

/** Each page with its diagram, as it has to be. */
export const DIAGRAMS: Readonly<Record<string, string>> = {
  'README.md': overviewOf(breakerMachine),
  'docs/pure.md': mermaidOf(breakerMachine),
}

/** The page with this diagram between its markers. */
export function withDiagram(page: string, diagram: string): string {
  const marked = /<!-- diagram -->[\s\S]*?<!-- \/diagram -->/
  if (!marked.test(page)) throw new Error('the page has no <!-- diagram --> … <!-- /diagram -->')
  return page.replace(marked, () => `<!-- diagram -->\n\`\`\`mermaid\n${diagram}\n\`\`\`\n<!-- /diagram -->`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [page, diagram] of Object.entries(DIAGRAMS)) {
    const file = join(REPOSITORY, page)
    writeFileSync(file, withDiagram(readFileSync(file, 'utf8'), diagram))
    console.log(`${page} has the diagram of the machine`)
  }
}
