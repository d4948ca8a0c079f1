// npx tsx scripts/config-schema.ts: writes docs/breakers.schema.json, the JSON Schema of configuration files, from the table
// of options that files are read by.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { jsonSchema } from '../src/config/json-schema.ts'

/** Where the schema is. */
export const SCHEMA_FILE = resolve(import.meta.dirname, '../docs/breakers.schema.json')

/** Its text. */
export function schemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(SCHEMA_FILE, schemaText())
