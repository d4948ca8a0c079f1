// JsonSchema: the option table as a JSON Schema, for the completion and the red lines of editors. scripts/config-schema.ts
// writes it to docs/breakers.schema.json.
import { ALL_OPTIONS, type FileOption, type Kind, type OptionTable } from './option-table.ts'
import { snakeCase } from './spelling.ts'

type Schema = Readonly<Record<string, unknown>>

const VARIABLE: Schema = { type: 'string', pattern: String.raw`\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}` }
const DURATION = String.raw`^\d+(\.\d+)?\s*(ms|s|m|min|h|d)$`

const KINDS: Readonly<Record<Extract<Kind, string>, readonly Schema[]>> = {
  count: [{ type: 'integer', minimum: 1 }],
  natural: [{ type: 'integer', minimum: 0 }],
  slots: [{ type: 'integer', minimum: 1, maximum: 100_000 }],
  share: [{ type: 'number', exclusiveMinimum: 0, maximum: 1 }],
  factor: [{ type: 'number', minimum: 1 }],
  jitter: [{ type: 'number', minimum: 0, maximum: 1 }],
  duration: [
    { type: 'string', pattern: DURATION, description: 'With its unit: 250ms, 1.5s, 5m, 1h, 2d.' },
    { type: 'number', exclusiveMinimum: 0, description: 'Milliseconds.' },
  ],
  flag: [{ type: 'boolean' }],
}

/** The schema of a file: draft 7, which the language servers of YAML and JSON know. */
export function jsonSchema(): Schema {
  const named = (description: string): Schema => ({ description, $ref: '#/definitions/policy' })
  const names = {
    properties: { default: named('The policy of every endpoint that none of the others is for.') },
    additionalProperties: named(
      'The policy of the endpoint of this name or, with *, of all that match; over the default.',
    ),
  }
  const section = { description: 'The policies, beside other sections.', type: 'object', ...names }
  const sections = ['circuit_breaker', 'circuitBreaker']
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Policies of circuit breakers (switchgear)',
    type: 'object',
    anyOf: [
      ...sections.map((name) => ({ required: [name], properties: { [name]: section } })),
      {
        not: { anyOf: sections.map((name) => ({ required: [name] })) },
        ...names,
        properties: { ...names.properties, $schema: { type: 'string' } },
      },
    ],
    definitions: {
      policy: { type: 'object', ...membersOf(ALL_OPTIONS, '#/definitions/policy') },
      ...kindDefinitions(),
    },
  }
}

/** Both spellings of each option; `at` is where in the schema they are. */
function membersOf(table: OptionTable, at: string): Schema {
  const properties: Record<string, Schema> = {}
  for (const [name, option] of Object.entries(table)) {
    const here = `${at}/properties/${name}`
    properties[name] = schemaOf(option, here)
    if (snakeCase(name) !== name) properties[snakeCase(name)] = { $ref: here }
  }
  return { properties, additionalProperties: false }
}

function schemaOf({ kind, nullable, about }: FileOption, at: string): Schema {
  const none: readonly Schema[] = nullable === true ? [{ type: 'null' }] : []
  return { description: about, anyOf: [...valuesOf(kind, at), ...none] }
}

function valuesOf(kind: Kind, at: string): readonly Schema[] {
  if (typeof kind === 'string') return [{ $ref: `#/definitions/${kind}` }]
  if ('oneOf' in kind) {
    const values = new Set(kind.oneOf.flatMap((value) => [value, snakeCase(value)]))
    return [{ enum: [...values] }, VARIABLE]
  }
  const { members, required } = kind
  const given = required.map((name) => {
    const spellings = new Set([name, snakeCase(name)])
    return { anyOf: [...spellings].map((key) => ({ required: [key] })) }
  })
  return [{ type: 'object', ...membersOf(members, `${at}/anyOf/0`), ...(given.length === 0 ? {} : { allOf: given }) }]
}

function kindDefinitions(): Schema {
  return Object.fromEntries(Object.entries(KINDS).map(([kind, values]) => [kind, { anyOf: [...values, VARIABLE] }]))
}
