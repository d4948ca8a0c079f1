// npx tsx scripts/config-schema.ts: writes docs/breakers.schema.json, the JSON Schema of configuration files, from the table
// of options that files are read by.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { jsonSchema } from '../src/config/json-schema.ts'

const REPOSITORY = resolve(import.meta.dirname, '..')
const file = resolve(REPOSITORY, 'docs/breakers.schema.json')
writeFileSync(file, JSON.stringify(jsonSchema()))
execFileSync(resolve(REPOSITORY, 'node_modules/.bin/biome'), ['format', '--write', file], { cwd: REPOSITORY })
