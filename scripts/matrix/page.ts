// Page: what the matrix tries, as the table of docs/platforms.md, where it is written between the markers.
import { readFileSync, writeFileSync } from 'node:fs'
import { COMBINATIONS, partsOf, rangeOf } from './combinations.ts'
import { NOT_TAKEN, PLANS } from './plans.ts'

const PAGE = new URL('../../docs/platforms.md', import.meta.url)
export const BETWEEN_MARKERS = /(?<=<!-- matrix -->\n).*?(?=<!-- \/matrix -->)/s

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

export function writePage(): void {
  const page = readFileSync(PAGE, 'utf8')
  writeFileSync(
    PAGE,
    page.replace(BETWEEN_MARKERS, () => matrixTable()),
  )
}
