// What stands above the tests of a generated file: the comment with story, statechart and policy, the imports, the policy.
import { type PolicyOptions, resolvePolicy } from '../../core/edge/resolve-policy.ts'
import type { Mismatch } from '../exploring/check-path.ts'
import type { Path } from '../paths/paths.ts'
import { statechartLines } from './statechart-words.ts'
import { tellStory } from './story.ts'
import type { Dialect, Runner } from './test-dialect.ts'
import { dialectOf } from './test-dialect.ts'

type Language = 'ts' | 'js'

interface Header {
  readonly name: string
  readonly runner: Runner
  readonly policy: PolicyOptions
  readonly paths: readonly Path[]
  readonly mismatch: Mismatch | null
  /** Name of the test file. */
  readonly file: string
}

export function headerOf({ name, runner, policy, paths, mismatch, file }: Header): string[] {
  const oneLine = name.replace(/\s+/g, ' ')
  const taken = new Set(paths.flatMap(({ steps }) => steps.flatMap(({ taken }) => taken)))
  const about =
    mismatch === null
      ? [`${oneLine}: ${paths.length} generated tests, which take ${taken.size} transitions of the statechart below.`]
      : [`${oneLine}: a generated test of what went wrong.`, '', ...tellStory(mismatch).split('\n')]
  const resolved = Object.entries(resolvePolicy(policy))
  const settings = resolved.filter(([, value]) => value !== null && typeof value !== 'function')
  const functions = Object.entries(policy).filter(([, value]) => typeof value === 'function')
  const [abstraction = []] = paths.map((path) => path.abstraction ?? [])
  return [
    ...about,
    `Run it with: ${dialectOf(runner).command(file)}`,
    '',
    'The statechart:',
    ...statechartLines().map((line) => `  ${line}`),
    '',
    'The policy:',
    ...settings.map(([key, value]) => `  ${key}: ${literal(value)}`),
    ...functions.map(([key]) => `  ${key}: a function, which the driver has to add`),
    ...(abstraction.length === 0
      ? []
      : ['', 'What the search for these tests left out:', ...abstraction.map((line) => `  ${line}`)]),
  ].map((line) => (line === '' ? '//' : `// ${line}`))
}

interface Imports {
  readonly dialect: Dialect
  readonly driver: string
  readonly language: Language
  /** Whether any test checks anything. */
  readonly sees: boolean
}

/** In the order that sorters of imports agree on: Node's, packages by name, then one's own. */
export function importsOf({ dialect, driver, language, sees }: Imports): string[] {
  const names = ['createVirtualClock', 'type Subject', 'startDriver', 'type VirtualClock']
  const asked = names.filter((name) => language === 'ts' || !name.startsWith('type ')).join(', ')
  const runner = dialect.imports.map(({ from, names }) => ({ from, what: names === '' ? 'assert' : `{ ${names} }` }))
  const all = [
    ...runner.filter(({ what }) => sees || what !== 'assert'),
    ...(language === 'ts' ? [{ from: 'switchgear', what: 'type { PolicyOptions }' }] : []),
    { from: 'switchgear/testing', what: `{ ${asked} }` },
    { from: driver, what: '{ driver }' },
  ]
  const rank = (from: string) => (from.startsWith('node:') ? 0 : from.startsWith('.') ? 2 : 1)
  return all
    .toSorted((a, b) => rank(a.from) - rank(b.from) || (a.from < b.from ? -1 : 1))
    .map(({ from, what }) => `import ${what} from ${quote(from)}`)
}

export function policyOf(policy: PolicyOptions, language: Language): string[] {
  const declared = language === 'ts' ? 'const policy: PolicyOptions' : 'const policy'
  const given = Object.entries(policy).filter(([, value]) => value !== undefined && typeof value !== 'function')
  if (given.length === 0) return [`${declared} = {}`]
  return [`${declared} = {`, ...given.map(([key, value]) => `  ${key}: ${literal(value)},`), '}']
}

/** As in source: strings in single quotes, keys without, digits of large numbers in groups. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number') return String(value).replace(/^\d{5,}$/, (n) => n.replace(/\B(?=(\d{3})+$)/g, '_'))
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return `{ ${entries.map(([key, one]) => `${key}: ${literal(one)}`).join(', ')} }`
}

export function quote(text: string): string {
  if (text.includes("'") && !text.includes('"')) return JSON.stringify(text)
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
