// npm run diagram: the breaker's statechart as a Mermaid state diagram, for the README. `switchgear graph` prints the same.
import { pathToFileURL } from 'node:url'
import { breakerMachine } from '../machines/index.ts'
import { mermaidOf } from '../src/cli/graph/mermaid.ts'

export const diagramOf = mermaidOf

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(diagramOf(breakerMachine))
