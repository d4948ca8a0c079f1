// npm run tables: the tables of the pages that are made from the code, written where they stand, between their markers; and the JSON
// Schema of configuration files.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { commandTable } from './command-table.ts'
import { matrixTable } from './matrix/table.ts'
import { metricTable } from './metric-table.ts'
import { jsonSchema } from './options/json-schema.ts'
import { memberTable, optionTable } from './options/tables.ts'

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
  { page: 'docs/platforms.md', name: 'matrix', make: matrixTable },
  { page: 'docs/policy.md', name: 'options', make: optionTable },
  { page: 'docs/policy.md', name: 'members', make: memberTable },
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
  const schema = join(REPOSITORY, 'docs/breakers.schema.json')
  writeFileSync(schema, JSON.stringify(jsonSchema()))
  execFileSync(join(REPOSITORY, 'node_modules/.bin/biome'), ['format', '--write', schema], { cwd: REPOSITORY })
}
