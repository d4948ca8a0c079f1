// PolicyReader: the options of one policy in a file, with their positions. The core checks the values, once the policy
// below is known.
import { expectedInsteadOf } from '../core/edge/option-object.ts'
import { printable } from '../core/options/index.ts'
import { type Environment, hasReference, substitute } from './environment.ts'
import type { Findings, Span } from './findings.ts'
import { ALL_OPTIONS, FILE_OPTIONS, FUNCTIONS, type Kind, type OptionKind, type OptionTable } from './option-table.ts'
import { camelCase, inStyleOf } from './spelling.ts'
import { type MapEntry, type MapTree, MOST_ENTRIES, type Tree } from './tree.ts'

export interface Position {
  readonly at: Span
  /** As in the file, for messages. */
  readonly path: string
  /** The value before substitution; `''` if nothing was substituted. */
  readonly from: string
}

/** A policy as it is written. */
export interface Written {
  /** By the names of the core. */
  readonly options: Readonly<Record<string, unknown>>
  /** The members of a failure rate that were given one by one, and `failureWindow`. */
  readonly single: Readonly<Record<string, unknown>>
  /** By path, as in `failureRate.window`. */
  readonly positions: ReadonlyMap<string, Position>
}

const OF_RATE = new Set(Object.keys(FILE_OPTIONS).filter((name) => name !== 'callTimeout'))
const NUMBER = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i
const NUMERIC = new Set<Kind>(['count', 'natural', 'slots', 'share', 'factor', 'jitter'])

export class PolicyReader {
  readonly #findings: Findings
  readonly #environment: Environment
  /** Under `circuit_breaker` the timeout is that of the open state. */
  readonly #timeoutIsOpen: boolean
  /** Only the first of them is reported. */
  #warnedOfTimeout = false
  #entries = 0
  /** Where keys were refused: by an alias, many names may share them. */
  readonly #refused = new Set<number>()

  constructor(findings: Findings, environment: Environment, timeoutIsOpen: boolean) {
    this.#findings = findings
    this.#environment = environment
    this.#timeoutIsOpen = timeoutIsOpen
  }

  read(tree: MapTree, path: string): Written {
    const positions = new Map<string, Position>()
    const given = this.#members(tree, ALL_OPTIONS, path, '', positions)
    this.#rename('callTimeout', 'timeout', given, positions)
    const single: Record<string, unknown> = {}
    const options: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(given)) {
      if (OF_RATE.has(name)) single[name] = value
      else options[name] = value
    }
    if (Object.hasOwn(options, 'failureWindow')) single['failureWindow'] = options['failureWindow']
    return { options, single, positions }
  }

  #members(tree: MapTree, table: OptionTable, path: string, where: string, positions: Map<string, Position>) {
    const values: Record<string, unknown> = {}
    this.#entries += tree.entries.length
    if (this.#entries > MOST_ENTRIES) throw this.#findings.tooMuch(MOST_ENTRIES, tree.at)
    for (const entry of tree.entries) {
      const written = `${path}.${entry.key}`
      const name = this.#optionOf(entry, written)
      const option = Object.hasOwn(table, name) ? table[name] : undefined
      if (option === undefined) this.#refuse(entry, table, written)
      else if (!Object.hasOwn(values, name)) {
        const key = `${where}${name}`
        const position = { at: valueSpan(entry), path: written, from: sourceOf(entry.value) }
        positions.set(key, position)
        values[name] = this.#valueOf(entry.value, option, position, key, positions)
      } else if (!entry.isMerged) {
        this.#findings.mistake(written, 'each option once, in one spelling', `${name} again`, entry.at)
      }
    }
    return values
  }

  #optionOf({ key, at }: MapEntry, path: string): string {
    const name = camelCase(key)
    if (name !== 'timeout' || !this.#timeoutIsOpen) return name
    if (!this.#warnedOfTimeout) {
      const message =
        'under circuit_breaker it is how long it stays open (open_timeout); that of a call is call_timeout'
      this.#findings.warning(path, message, at)
    }
    this.#warnedOfTimeout = true
    return 'openTimeout'
  }

  #refuse({ key, at }: MapEntry, table: OptionTable, path: string): void {
    if (this.#refused.has(at[0])) return
    this.#refused.add(at[0])
    const isFunction = table === ALL_OPTIONS && FUNCTIONS.includes(camelCase(key))
    const expected = isFunction ? 'no functions in a file: give it in the code, as policy' : expectedOption(key, table)
    this.#findings.mistake(path, expected, isFunction ? 'one' : 'an unknown key', at)
  }

  #valueOf(tree: Tree, option: OptionKind, position: Position, key: string, positions: Map<string, Position>): unknown {
    const { kind } = option
    const isTable = typeof kind === 'object' && 'members' in kind
    if (tree.kind === 'map') {
      if (isTable) return this.#members(tree, kind.members, position.path, `${key}.`, positions)
      return Object.fromEntries(tree.entries.map((entry) => [entry.key, null]))
    }
    if (tree.kind === 'list') return []
    const { value } = tree
    if (typeof value !== 'string') return value
    const text = hasReference(value) ? this.#substituted(value, option, position) : value
    return typeof kind === 'object' && 'oneOf' in kind && typeof text === 'string' ? camelCase(text) : text
  }

  /** A variable is text, whatever it contains: the option decides its type. */
  #substituted(value: string, { kind, nullable }: OptionKind, { path, at }: Position): unknown {
    const result = substitute(value, this.#environment)
    if ('missing' in result) {
      const name = printable(result.missing, 80)
      const expected = `the environment variable ${name}, or a default: \${${name}:-…}`
      this.#findings.mistake(path, expected, 'none of this name', at)
      return undefined
    }
    if ('malformed' in result) {
      this.#findings.mistake(
        path,
        `a variable as in \${NAME} or \${NAME:-default}`,
        printable(JSON.stringify(result.malformed), 80),
        at,
      )
      return undefined
    }
    const { text } = result
    if (nullable === true && text === 'null') return null
    if (NUMERIC.has(kind) && NUMBER.test(text)) return Number(text)
    return kind === 'flag' && /^(true|false)$/.test(text) ? text === 'true' : text
  }

  #rename(from: string, to: string, values: Record<string, unknown>, positions: Map<string, Position>): void {
    const position = positions.get(from)
    if (position === undefined) return
    if (Object.hasOwn(values, to)) {
      this.#findings.mistake(position.path, 'each option once, in one spelling', `${to} again`, position.at)
    }
    values[to] = values[from]
    positions.set(to, position)
    delete values[from]
  }
}

/** The nearest option; all options if none is near. */
function expectedOption(key: string, table: OptionTable): string {
  const expected = expectedInsteadOf(key, inStyleOf(key, Object.keys(table)))
  const [hint] = /\(did you mean .*\?\)$/.exec(expected) ?? []
  return hint === undefined ? expected : `an option ${hint}`
}

function sourceOf(tree: Tree): string {
  return tree.kind === 'scalar' && typeof tree.value === 'string' && hasReference(tree.value) ? tree.value : ''
}

/** An empty value has no position of its own. */
function valueSpan({ at, value }: MapEntry): Span {
  return value.at[1] > value.at[0] ? value.at : at
}
