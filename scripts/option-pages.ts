// npm run options: writes what is generated from the schema of the options and from their texts: the tables of docs/policy.md, between
// their markers, and docs/breakers.schema.json, the JSON Schema of configuration files.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { jsonSchema } from './options/json-schema.ts'
import { memberTable, optionTable } from './options/tables.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')
const PAGE = resolve(REPOSITORY, 'docs/policy.md')
const SCHEMA = resolve(REPOSITORY, 'docs/breakers.schema.json')

/** The page with its tables as they have to be. */
export function policyPage(page = readFileSync(PAGE, 'utf8')): string {
  return page
    .replace(/(?<=<!-- options -->\n).*?(?=<!-- \/options -->)/s, optionTable)
    .replace(/(?<=<!-- members -->\n).*?(?=<!-- \/members -->)/s, memberTable)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(PAGE, policyPage())
  writeFileSync(SCHEMA, JSON.stringify(jsonSchema()))
  execFileSync(resolve(REPOSITORY, 'node_modules/.bin/biome'), ['format', '--write', SCHEMA], { cwd: REPOSITORY })
}
