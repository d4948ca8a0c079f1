// OptionKinds: which value each option of a policy may have, read from the schema that checks them: for whoever has to know before, or
// without, a check: the reader of files, and what is generated.
import type * as v from 'valibot'
import * as schemas from '../edge/option-schemas.ts'
import { policySchema } from '../edge/policy-schema.ts'

/** The kinds of plain values: those of the schema. */
export const PLAIN_KINDS = {
  count: schemas.count,
  natural: schemas.natural,
  slots: schemas.slots,
  share: schemas.share,
  factor: schemas.factor,
  jitter: schemas.jitter,
  duration: schemas.durationMs,
  flag: schemas.flag,
} as const

/** What a value may be. A file holds no functions. */
export type Kind =
  | keyof typeof PLAIN_KINDS
  | 'function'
  | { readonly oneOf: readonly string[] }
  | { readonly members: OptionTable; readonly required: readonly string[] }

export interface OptionKind {
  readonly kind: Kind
  /** Whether `null`, for "none", is a value. */
  readonly nullable?: true
  /** What it is when left out, where the schema says so. */
  readonly otherwise?: unknown
}
export type OptionTable = Readonly<Record<string, OptionKind>>

type Schema = v.GenericSchema & {
  readonly wrapped?: Schema
  readonly default?: unknown
  readonly options?: readonly string[]
  readonly entries?: Readonly<Record<string, Schema>>
}

/** By name, in the order of the documentation. */
export const OPTION_KINDS: OptionTable = tableOf(policySchema.entries)

function tableOf(entries: Readonly<Record<string, Schema>>): OptionTable {
  return Object.fromEntries(Object.entries(entries).map(([name, schema]) => [name, optionOf(name, schema)]))
}

function optionOf(name: string, { type, wrapped, default: otherwise, ...schema }: Schema): OptionKind {
  if (wrapped === undefined) return { kind: kindOf(name, { type, ...schema } as Schema) }
  return {
    kind: kindOf(name, wrapped),
    ...(type === 'nullish' && { nullable: true as const }),
    ...(otherwise !== undefined && { otherwise }),
  }
}

function kindOf(name: string, schema: Schema): Kind {
  const plain = Object.entries(PLAIN_KINDS).find(([, known]) => known['~run'] === schema['~run'])
  if (plain !== undefined) return plain[0] as keyof typeof PLAIN_KINDS
  if (schema.type === 'picklist') return { oneOf: schema.options ?? [] }
  if (schema.type === 'lazy') return 'function'
  if (schema.entries === undefined) throw new Error(`no kind of value is known for the option ${name}`)
  const { entries } = schema
  const required = Object.keys(entries).filter((member) => entries[member]?.wrapped === undefined)
  return { members: tableOf(entries), required }
}
