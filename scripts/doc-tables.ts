// npm run tables: the tables of the pages that are made from the code, written where they stand, between their markers.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { commandTable } from './command-table.ts'
import { metricTable } from './metric-table.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')

interface DocTable {
  readonly page: string
  /** It stands between `<!-- name -->` and `<!-- /name -->`. */
  readonly name: string
  readonly make: () => string
}

export const DOC_TABLES: readonly DocTable[] = [
  { page: 'docs/operating.md', name: 'commands', make: commandTable },
  { page: 'docs/metrics.md', name: 'metrics', make: metricTable },
]

/** What is between the markers. */
export function betweenMarkers(name: string): RegExp {
  return new RegExp(`(?<=<!-- ${name} -->\\n).*?(?=<!-- /${name} -->)`, 's')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { page, name, make } of DOC_TABLES) {
    const path = join(REPOSITORY, page)
    writeFileSync(path, readFileSync(path, 'utf8').replace(betweenMarkers(name), make))
  }
}
