// The command graph: the statechart that runs, in a format of the user's choice.
import { breakerMachine } from '../../../machines/index.ts'
import { DONE, print } from '../exit.ts'
import { definitionOf, statelyOf } from '../graph/definition.ts'
import { dotOf } from '../graph/dot.ts'
import type { Format } from '../graph/formats.ts'
import { limitsOf, NO_LIMITS } from '../graph/limits.ts'
import { mermaidOf } from '../graph/mermaid.ts'
import { policyOf } from '../policy-file.ts'

export async function graph(format: Format, policyFile: string | undefined): Promise<number> {
  const policy = policyFile === undefined ? null : policyOf(policyFile)
  const limits = policy === null ? NO_LIMITS : limitsOf(policy)
  const texts: Record<Format, () => string> = {
    mermaid: () => mermaidOf(breakerMachine, limits),
    dot: () => dotOf(breakerMachine, limits),
    json: () => JSON.stringify(definitionOf(breakerMachine, policy), null, 2),
    stately: () => statelyOf(breakerMachine, policy),
  }
  await print(`${texts[format]()}\n`)
  return DONE
}
