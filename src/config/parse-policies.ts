// ParsePolicies: the text of a file as the policies of a registry: the default, and the policies of names and patterns over
// it.

import { checkOptions, hasFunctions, printable } from '../core/options/index.ts'
import {
  ArgumentError,
  isBreakerError,
  type Policy,
  type PolicyOptions,
  type RegistryPolicies,
  resolvePolicy,
} from '../index.ts'
import type { ConfigWarning } from './config-error.ts'
import type { Environment } from './environment.ts'
import { withFailureRate } from './failure-rate.ts'
import type { Findings, Span } from './findings.ts'
import { PolicyReader, type Position, type Written } from './policy-reader.ts'
import { MOST_BYTES, tooLarge } from './read-text.ts'
import { sectionOf } from './section.ts'
import { inStyleOf } from './spelling.ts'
import { type MapEntry, type Tree, treeOf } from './tree.ts'

/** The content of a file: `policy` and `policies` are options of `createRegistry`. */
export interface FilePolicies {
  /** The policy under `default`; `{}` if there is none. */
  readonly policy: PolicyOptions
  /** The policies of names and patterns, in the order of the file. */
  readonly policies: Readonly<Record<string, PolicyOptions>>
  /** What is no mistake, but may not be what you meant. */
  readonly warnings: readonly ConfigWarning[]
}

/** The options of `parsePolicies`. All are optional. */
export interface ParseOptions {
  /** The name of the text in messages. Default `'policies'`. */
  readonly file?: string | undefined
  /** The environment for `${NAME}`. Default `process.env`. */
  readonly env?: Environment | undefined
}

/**
 * The policies in a text, YAML or JSON.
 * @throws ConfigError (`INVALID_POLICY`) with every mistake and its position; ArgumentError (`INVALID_ARGUMENT`)
 */
export function parsePolicies(text: string, options: ParseOptions = {}): FilePolicies {
  if (typeof text !== 'string') throw new ArgumentError('parsePolicies(text)', 'the text of a file', text)
  checkOptions('options', options, ['file', 'env'] satisfies (keyof ParseOptions)[])
  const { file = 'policies' } = options
  if (typeof file !== 'string') throw new ArgumentError('options.file', 'the name of a file', file)
  return policiesOver({}, text, file, checkEnvironment(options.env))
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) */
export function checkEnvironment(env: unknown): Environment {
  if (env === undefined) return process.env
  if (typeof env === 'object' && env !== null && !hasFunctions(env, 'then')) return env as Environment
  throw new ArgumentError('options.env', 'an object of texts by name, such as process.env', env)
}

/** As `parsePolicies`, over the policies of the code. @throws ConfigError */
export function policiesOver(code: RegistryPolicies, text: string, file: string, env: Environment): FilePolicies {
  if (text.length > MOST_BYTES) throw tooLarge(file, text.length)
  const { tree, findings } = treeOf(file, text.replace(/^\ufeff/, ''))
  findings.end()
  const policies = new Compiler(findings, env, code).compile(tree as Tree)
  findings.end()
  return { ...policies, warnings: findings.warnings }
}

class Compiler {
  readonly #findings: Findings
  readonly #environment: Environment
  readonly #code: RegistryPolicies

  constructor(findings: Findings, environment: Environment, code: RegistryPolicies) {
    this.#findings = findings
    this.#environment = environment
    this.#code = code
  }

  compile(tree: Tree): { policy: PolicyOptions; policies: Record<string, PolicyOptions> } {
    const { entries, path, timeoutIsOpen } = sectionOf(tree, this.#findings)
    const reader = new PolicyReader(this.#findings, this.#environment, timeoutIsOpen)
    const named = entries.flatMap((entry) => {
      const written = this.#written(entry, `${path}${entry.key}`, reader)
      return written === null ? [] : [{ ...entry, path: `${path}${entry.key}`, written }]
    })
    const shared = named.find(({ key }) => key === 'default')
    const base = shared && { ...shared, written: withFailureRate(shared.written, null, this.#findings) }
    const policy = { ...this.#code.policy, ...base?.written.options }
    const resolved = base === undefined ? resolvePolicy(policy) : this.#check(policy, undefined, base)
    const policies: [string, PolicyOptions][] = []
    for (const entry of named) {
      if (entry.key === 'default') continue
      const written = withFailureRate(entry.written, base?.written ?? null, this.#findings)
      const options = { ...this.#ofCode(entry.key), ...written.options }
      this.#check(options, resolved, { ...entry, written })
      policies.push([entry.key, options])
    }
    const names = new Set(policies.map(([name]) => name))
    const others = Object.entries(this.#code.policies ?? {}).filter(([name]) => !names.has(name))
    // From entries, so that a name may be `__proto__`.
    return { policy, policies: Object.fromEntries([...policies, ...others]) }
  }

  #ofCode(name: string): PolicyOptions | undefined {
    const { policies = {} } = this.#code
    return Object.hasOwn(policies, name) ? policies[name] : undefined
  }

  #written({ value, at }: MapEntry, path: string, reader: PolicyReader): Written | null {
    if (value.kind !== 'map') {
      const received =
        value.kind === 'list' ? 'a list' : value.value === null ? 'nothing' : printable(`${value.value}`, 80)
      this.#findings.mistake(path, 'a policy: options and their values, or {}', received, at)
      return null
    }
    return reader.read(value, path)
  }

  /** What the core finds wrong, at the positions in the file. */
  #check(options: PolicyOptions, base: Policy | undefined, of: { path: string; at: Span; written: Written }): Policy {
    try {
      return resolvePolicy(options, base, 'policy')
    } catch (error) {
      if (!isBreakerError(error, 'INVALID_POLICY')) throw error
      for (const { path, expected, received } of error.mistakes) {
        const position = positionOf(path.replace(/^policy\.?/, ''), of)
        const source = position.from === '' ? '' : ` of ${printable(position.from, 80)}`
        this.#findings.mistake(position.path, expected, `${received}${source}`, position.at)
      }
      return base ?? resolvePolicy()
    }
  }
}

/** The position of the option, or of the nearest thing around it in the file. */
function positionOf(option: string, of: { path: string; at: Span; written: Written }): Position {
  for (let path = option; path !== ''; path = path.slice(0, Math.max(path.lastIndexOf('.'), 0))) {
    const position = of.written.positions.get(path)
    if (position === undefined) continue
    if (path === option) return position
    const rest = option.slice(path.length + 1)
    const [style = rest] = inStyleOf(position.path, [rest])
    return { ...position, path: `${position.path}.${style}`, from: '' }
  }
  return { at: of.at, path: option === '' ? of.path : `${of.path}.${option}`, from: '' }
}
