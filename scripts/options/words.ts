// Words: what the pages of options say of each.

import { policyOptionsOf } from '../../src/core/options/index.ts'
import type { OptionKind } from '../../src/core/options/option-kinds.ts'
import { resolvePolicy } from '../../src/index.ts'

export interface Text {
  readonly about: string
  readonly when?: string
  readonly see?: string
  readonly otherwise?: string
  readonly members: Readonly<Record<string, Text>> | null
}

const DEFAULTS = new Map<string, unknown>(Object.entries(policyOptionsOf(resolvePolicy())))

/** As users would write it; `none` for `null`, `undefined` where it has to be given. */
export function defaultOf(name: string, { kind, otherwise }: OptionKind, text: Text): string | undefined {
  if (text.when === undefined) return text.otherwise ?? (otherwise === undefined ? undefined : written(otherwise))
  const value = DEFAULTS.get(name)
  if (value === null) return 'none'
  return written(kind === 'duration' ? `${Number(value) / 1_000}s` : value)
}

function written(value: unknown): string {
  return `\`${typeof value === 'string' ? `'${value}'` : String(value)}\``
}
