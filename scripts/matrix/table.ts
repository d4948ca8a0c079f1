// MatrixTable: what the matrix tries, as docs/platforms.md has it.
import { COMBINATIONS, partsOf, rangeOf } from './combinations.ts'
import { NOT_TAKEN, PLANS } from './plans.ts'

export function matrixTable(): string {
  const rows = Object.entries(PLANS).map(([name, plan]) => {
    const range = rangeOf(name, plan)
    const parts = partsOf(range).map((part) => {
      const runtime = COMBINATIONS.find((combination) => combination.name === `${name} ${part}`)?.runtime
      return `\`${part}\` on ${runtime?.replace('node', 'Node')}`
    })
    return `| \`${name}\` | ${parts.join(', ')} |`
  })
  const others = Object.entries(NOT_TAKEN).map(([name, reason]) => `| ${name} | not taken: ${reason} |`)
  return ['| package | range and runtime |', '|---|---|', ...rows, ...others, ''].join('\n')
}
