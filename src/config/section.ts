// Section: where in a file the policies are: at its top, or under `circuit_breaker`, beside other configuration.
import { expectedInsteadOf } from '../core/edge/option-object.ts'
import type { Findings } from './findings.ts'
import { ALL_OPTIONS } from './option-table.ts'
import { camelCase } from './spelling.ts'
import type { MapEntry, Tree } from './tree.ts'

export interface Section {
  /** `default`, and the names and patterns. */
  readonly entries: readonly MapEntry[]
  /** What begins the paths in it: `''`, or `'circuit_breaker.'`. */
  readonly path: string
  readonly timeoutIsOpen: boolean
}

const EXPECTED = 'default, and names and patterns, each with a policy'
const NONE: Section = { entries: [], path: '', timeoutIsOpen: false }

export function sectionOf(tree: Tree, findings: Findings): Section {
  if (tree.kind !== 'map') {
    const isEmpty = tree.kind === 'scalar' && tree.value === null
    findings.mistake('', EXPECTED, isEmpty ? 'an empty file' : `a ${tree.kind === 'list' ? 'list' : 'value'}`, tree.at)
    return NONE
  }
  const [wrapper, second] = tree.entries.filter(({ key }) => camelCase(key) === 'circuitBreaker')
  if (second !== undefined) findings.mistake(second.key, 'one section of this name', 'another one', second.at)
  if (wrapper === undefined)
    return namedIn(
      tree.entries.filter(({ key }) => key !== '$schema'),
      '',
      findings,
    )
  for (const { key, at } of tree.entries) {
    if (key === wrapper.key || key === '$schema' || key.startsWith('x-')) continue
    findings.warning(key, `not read: what counts is under ${wrapper.key}`, at)
  }
  if (wrapper.value.kind === 'map') return namedIn(wrapper.value.entries, `${wrapper.key}.`, findings)
  findings.mistake(wrapper.key, EXPECTED, 'something else', wrapper.at)
  return NONE
}

function namedIn(entries: readonly MapEntry[], path: string, findings: Findings): Section {
  const names: MapEntry[] = []
  for (const entry of entries) {
    const { key, at, value } = entry
    if (value.kind === 'scalar' && value.value !== null && Object.hasOwn(ALL_OPTIONS, camelCase(key))) {
      findings.mistake(
        `${path}${key}`,
        `a name; options are in a policy, as in default: { ${key}: … }`,
        'an option',
        at,
      )
    } else names.push(entry)
  }
  for (const { key, at } of names.some(({ key }) => key === 'default') ? [] : names) {
    if (!expectedInsteadOf(key, ['default']).endsWith('?)')) continue
    findings.warning(`${path}${key}`, 'read as the name of an endpoint: did you mean default?', at)
  }
  return { entries: names, path, timeoutIsOpen: path !== '' }
}
