// Page: what the matrix tries, as the table of docs/platforms.md, where it is written between the markers.
import { readFileSync, writeFileSync } from 'node:fs'
import { COMBINATIONS, rangeOf } from './combinations.ts'
import { NOT_TAKEN, PLANS } from './plans.ts'

const PAGE = new URL('../../docs/platforms.md', import.meta.url)
export const BETWEEN_MARKERS = /(?<=<!-- matrix -->\n).*?(?=<!-- \/matrix -->)/s

export function matrixTable(): string {
  const rows = Object.entries(PLANS).map(([name, plan]) => {
    const own = COMBINATIONS.filter((combination) => combination.name.startsWith(`${name} `))
    const versions = own.map((combination) => combination.packages[name])
    const runtimes = [...new Set(own.map(({ runtime }) => runtime.replace('node', 'Node')))]
    return `| \`${name}\` | \`${rangeOf(name, plan).replaceAll(' || ', '`, `')}\` | ${versions.join(', ')} | ${runtimes.join(', ')} |`
  })
  const not = Object.entries(NOT_TAKEN).map(([name, reason]) => `| \`${name}\` | ${reason} |`)
  return [
    '| package | range | tried with | on |',
    '|---|---|---|---|',
    ...rows,
    '',
    '| not taken | why |',
    '|---|---|',
    ...not,
    '',
  ].join('\n')
}

export function writePage(): void {
  const page = readFileSync(PAGE, 'utf8')
  writeFileSync(PAGE, page.replace(BETWEEN_MARKERS, () => matrixTable()))
}
