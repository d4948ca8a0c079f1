// JsonSchema: what a configuration file may hold as a JSON Schema, for the completion and the red lines of editors; from the schema
// that checks the options, and from their texts.
import { toJsonSchema } from '@valibot/to-json-schema'
import { FILE_OPTIONS, type Kind, OPTIONS, type OptionKind, type OptionTable } from '../../src/config/option-table.ts'
import { snakeCase } from '../../src/config/spelling.ts'
import { PLAIN_KINDS } from '../../src/core/options/option-kinds.ts'
import { OPTION_TEXTS } from '../../src/core/options/texts/index.ts'
import { defaultOf, type Text } from './words.ts'

type Schema = Readonly<Record<string, unknown>>

const VARIABLE: Schema = { type: 'string', pattern: String.raw`\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}` }
const DURATION = String.raw`^\d+(\.\d+)?\s*(ms|s|m|min|h|d)$`

/** Valibot knows of a duration only that it is checked. */
const DURATIONS: readonly Schema[] = [
  { type: 'string', pattern: DURATION, description: 'With its unit: 250ms, 1.5s, 5m, 1h, 2d.' },
  { type: 'number', exclusiveMinimum: 0, description: 'Milliseconds.' },
]

/** Of the names that only files have. */
const FILE_TEXTS: Readonly<Record<keyof typeof FILE_OPTIONS, string>> = {
  callTimeout: 'How long a call may take: the option timeout.',
  failureRateThreshold:
    'The threshold of the failure rate; its window is one of the three below, or else failure_window.',
  minimumCalls: 'The minimum of calls of the failure rate.',
  windowType: 'Whether the failure rate is taken over a time or over a number of calls.',
  windowDuration: 'The window of the failure rate as a time.',
  windowSize: 'The window of the failure rate as a number of calls.',
}
const FILE_NOTES: Readonly<Record<string, string>> = {
  timeout: 'Under circuit_breaker it is the open time: write call_timeout there.',
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
      policy: { type: 'object', ...membersOf({ ...OPTIONS, ...FILE_OPTIONS }, policyTexts(), '#/definitions/policy') },
      ...kindDefinitions(),
    },
  }
}

function policyTexts(): Readonly<Record<string, Text>> {
  const others = Object.entries(FILE_TEXTS).map(([name, about]) => [name, { about, members: null }])
  return { ...OPTION_TEXTS, ...Object.fromEntries(others) }
}

/** Both spellings of each option; `at` is where in the schema they are. */
function membersOf(table: OptionTable, texts: Readonly<Record<string, Text>>, at: string): Schema {
  const properties: Record<string, Schema> = {}
  for (const [name, option] of Object.entries(table)) {
    const text = texts[name]
    if (text === undefined) throw new Error(`no text for ${name}`)
    const here = `${at}/properties/${name}`
    properties[name] = schemaOf(name, option, text, here)
    if (snakeCase(name) !== name) properties[snakeCase(name)] = { $ref: here }
  }
  return { properties, additionalProperties: false }
}

function schemaOf(name: string, option: OptionKind, text: Text, at: string): Schema {
  const { kind, nullable } = option
  const none: readonly Schema[] = nullable === true ? [{ type: 'null' }] : []
  const otherwise = defaultOf(name, option, text)
  const sentences = [
    text.about,
    text.when,
    otherwise && `Default: ${otherwise}.`,
    at.split('/').length === 5 && FILE_NOTES[name],
  ]
  const description = plain(sentences.filter(Boolean).join(' '))
  return { description, anyOf: [...valuesOf(kind, text, at), ...none] }
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '')
}

function valuesOf(kind: Kind, text: Text, at: string): readonly Schema[] {
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
  return [
    {
      type: 'object',
      ...membersOf(members, text.members ?? {}, `${at}/anyOf/0`),
      ...(given.length === 0 ? {} : { allOf: given }),
    },
  ]
}

function kindDefinitions(): Schema {
  const kinds = Object.entries(PLAIN_KINDS).map(([kind, schema]) => {
    const { $schema: _, ...values } = toJsonSchema(schema, {
      typeMode: 'input',
      errorMode: 'ignore',
      target: 'draft-07',
    })
    return [kind, { anyOf: [...(kind === 'duration' ? DURATIONS : [values]), VARIABLE] }]
  })
  return Object.fromEntries(kinds)
}
