// The table that files are read by, and the JSON Schema made of it, say of every option what the core says.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { jsonSchema } from '../../scripts/options/json-schema.ts'
import { parsePolicies } from '../../src/config/index.ts'
import { OPTIONS, type OptionKind, type OptionTable } from '../../src/config/option-table.ts'
import { snakeCase } from '../../src/config/spelling.ts'
import { policySchema } from '../../src/core/edge/policy-schema.ts'
import { isBreakerError, parsePolicy } from '../../src/index.ts'
import { NONE, SAMPLES, wholeOf } from './samples.ts'

interface AjvLike {
  compile(schema: object): (value: unknown) => boolean
}
const { default: Ajv }: { default: new (options: object) => AjvLike } = createRequire(import.meta.url)('ajv')
const isValid = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(jsonSchema())

interface Case {
  readonly path: string
  readonly policy: Readonly<Record<string, unknown>>
  readonly isRight: boolean
}

/** A policy for each value of each option, and of each member with the others as they may be. */
function casesOf(table: OptionTable, path: string, wrap: (values: object) => Case['policy']): Case[] {
  return Object.entries(table).flatMap(([name, option]) => {
    const of = (value: unknown, isRight: boolean) => ({
      path: `${path}${name}`,
      policy: wrap({ [name]: value }),
      isRight,
    })
    const { right, wrong } = samplesOf(option)
    const { kind } = option
    const inner =
      typeof kind === 'object' && 'members' in kind
        ? casesOf(kind.members, `${path}${name}.`, (values) =>
            wrap({ [name]: { ...wholeOf(kind.members, values), ...values } }),
          )
        : []
    const missing =
      typeof kind === 'object' && 'members' in kind
        ? kind.required.map((member) => of({ ...wholeOf(kind.members, {}), [member]: undefined }, false))
        : []
    return [...right.map((value) => of(value, true)), ...wrong.map((value) => of(value, false)), ...inner, ...missing]
  })
}

function samplesOf({ kind, nullable }: OptionKind): { right: unknown[]; wrong: unknown[] } {
  const none = nullable === true ? NONE : { right: [], wrong: [null] }
  const own =
    typeof kind === 'string'
      ? SAMPLES[kind as keyof typeof SAMPLES]
      : 'oneOf' in kind
        ? { right: [...kind.oneOf], wrong: ['other', 1, [], {}] }
        : { right: [wholeOf(kind.members, {})], wrong: ['x', 1, { other: 1 }] }
  return { right: [...own.right, ...none.right], wrong: [...own.wrong, ...none.wrong] }
}

/** A queue needs a limit, in the same policy or in the one it goes over. */
const CASES = casesOf(OPTIONS, '', (values) =>
  'maxQueued' in values ? { maxConcurrent: 1, ...values } : (values as Case['policy']),
)

function isAccepted(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (isBreakerError(error, 'INVALID_POLICY')) return false
    throw error
  }
}

/** Of JSON, where what is undefined is left out. */
const copyOf = (policy: object) => JSON.parse(JSON.stringify(policy))

function inSnakeCase(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [snakeCase(key), inSnakeCase(member)]))
}

describe('the table of options', () => {
  it('has every option of the core but the functions', () => {
    const names = Object.keys(policySchema.entries).filter((name) => !['isFailure', 'ignore'].includes(name))
    expect(Object.keys(OPTIONS)).toEqual(names)
  })

  it.each([
    ['failureRate', ['threshold', 'minimumCalls', 'window']],
    ['slowCalls', ['slowerThan', 'threshold', 'minimumCalls', 'window']],
    ['backoff', ['factor', 'max', 'jitter']],
  ])('has every member of %s that the core names', (name, members) => {
    const kind = OPTIONS[name]?.kind as { members: OptionTable }
    expect(Object.keys(kind.members)).toEqual(members)
    // What the core says of a member that is none names all there are.
    const message = (() => {
      try {
        return parsePolicy({ [name]: { zzzzzzzz: 1 } })
      } catch (error) {
        return String(error)
      }
    })()
    expect(message).toContain(`one of ${members.join(', ')}, received an unknown key`)
  })

  it('gives enough cases to prove something', () => {
    expect(CASES.length).toBeGreaterThan(200)
    expect(CASES.filter(({ isRight }) => isRight).length).toBeGreaterThan(60)
  })

  it('says of every value what the core says, and so do files and the schema, in both spellings', () => {
    for (const { path, policy, isRight } of CASES) {
      const camel = copyOf(policy)
      const snake = inSnakeCase(camel)
      const text = (of: unknown) => JSON.stringify({ a: of })
      const verdicts = {
        core: isAccepted(() => parsePolicy(camel)),
        file: isAccepted(() => parsePolicies(text(camel))),
        snakeFile: isAccepted(() => parsePolicies(text(snake))),
        schema: isValid({ a: camel }),
        snakeSchema: isValid({ circuit_breaker: { default: snake } }),
      }
      const all = { core: isRight, file: isRight, snakeFile: isRight, schema: isRight, snakeSchema: isRight }
      expect(verdicts, `${path}: ${JSON.stringify(policy)}`).toEqual(all)
    }
  })
})

describe('the JSON Schema', () => {
  it('is the one of the package (npm run tables)', () => {
    const file = resolve(import.meta.dirname, '../../docs/breakers.schema.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(jsonSchema())
  })

  it('accepts the example file, variables and sections beside', () => {
    expect(isValid(parse(readFileSync(resolve(import.meta.dirname, 'example.yaml'), 'utf8')))).toBe(true)
    expect(
      isValid({ $schema: 'x', default: { open_timeout: `\${T:-3s}`, failureThreshold: `\${N}` }, 'db-*': {} }),
    ).toBe(true)
    expect(isValid({ server: { port: 80 }, circuit_breaker: { default: {} } })).toBe(true)
  })

  it('refuses what files may not say', () => {
    expect(isValid({ default: { failure_treshold: 5 } })).toBe(false)
    expect(isValid({ default: { openTimeout: '30' } })).toBe(false)
    expect(isValid({ openTimeout: '30s' })).toBe(false)
    expect(isValid({ circuit_breaker: { default: { zzz: 1 } } })).toBe(false)
  })
})
