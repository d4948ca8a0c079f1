// The command line of switchgear-generate: what is asked for, with every mistake told in one line.
import { parseArgs } from 'node:util'
import { ArgumentError } from '../../core/edge/errors.ts'
import { nearestName } from '../../core/edge/nearest-name.ts'
import type { CallResult, Command } from '../driver.ts'
import { ALL_STEPS } from '../model/steps.ts'
import type { Coverage } from '../paths/goals.ts'
import { RUNNERS, type Runner } from '../writing/test-dialect.ts'

export const helpFor = (name: string) => `Usage: ${name} [options]

Writes a test file for a service of yours that is guarded by a circuit breaker: each test is a path through the
statechart of switchgear, driven through a driver that you fill in once. Without --out it goes to standard output.

  --policy <file.json>     the breaker's policy; default: switchgear's
  --runner <name>          ${RUNNERS.join(', ')}; default: node
  --coverage <what>        states, transitions, transitionPairs or simple; default: transitionPairs
  --max-length <n>         steps in one test, at most; default: 30
  --max-in-flight <n>      calls in flight at once, at most; default: 2
  --commands <list>        what an operator does to it: all, none, or some of ${ALL_STEPS.commands.join(',')}; default: none
  --results <list>         how calls end, of ${ALL_STEPS.results.join(',')}; default: succeed,fail
  --exact                  look at every state of a large policy, however long it takes
  --no-stalls              without stalls of the event loop
  --name <text>            title of the tests; default: the name of the file
  --driver <specifier>     what the test file imports its driver from; default: ./breaker-driver.js,
                           or ./breaker-driver.mjs for a file .mjs or .mts
  --no-driver              do not write a driver to fill in where there is none
  --out <file>             .ts, .mts, .js or .mjs (plain JavaScript); the driver to fill in is put beside it
  --force                  overwrite the file
  --help                   this text
`

export interface Arguments {
  readonly policyFile: string | undefined
  readonly runner: Runner
  readonly coverage: Coverage
  readonly maxLength: number
  readonly steps: {
    readonly maxInFlight: number
    readonly commands: readonly Command[]
    readonly results: readonly CallResult[]
    readonly stalls: boolean
  }
  readonly name: string | undefined
  readonly driver: string
  readonly writesDriver: boolean
  readonly out: string | undefined
  readonly force: boolean
  readonly exact: boolean
}

const OPTIONS = {
  policy: { type: 'string' },
  runner: { type: 'string', default: 'node' },
  coverage: { type: 'string', default: 'transitionPairs' },
  'max-length': { type: 'string', default: '30' },
  'max-in-flight': { type: 'string', default: '2' },
  commands: { type: 'string', default: 'none' },
  results: { type: 'string', default: 'succeed,fail' },
  exact: { type: 'boolean', default: false },
  'no-stalls': { type: 'boolean', default: false },
  name: { type: 'string' },
  driver: { type: 'string' },
  'no-driver': { type: 'boolean', default: false },
  out: { type: 'string' },
  force: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/**
 * `null` when help is asked for.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for an unknown option or nonsense in a known one, TypeError of node:util for
 * an option without its value
 */
export function parseArguments(args: readonly string[]): Arguments | null {
  checkNames(args)
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.help) return null
  if (values.out !== undefined && !/\.m?[jt]s$/.test(values.out)) {
    throw new ArgumentError('--out', 'a file ending in .ts, .mts, .js or .mjs', values.out)
  }
  return {
    policyFile: values.policy,
    runner: values.runner as Runner,
    coverage: values.coverage as Coverage,
    maxLength: Number(values['max-length']),
    steps: {
      maxInFlight: Number(values['max-in-flight']),
      commands: listOf('--commands', values.commands, ALL_STEPS.commands),
      results: listOf('--results', values.results, ALL_STEPS.results),
      stalls: !values['no-stalls'],
    },
    name: values.name,
    driver: values.driver ?? (/\.m[jt]s$/.test(values.out ?? '') ? './breaker-driver.mjs' : './breaker-driver.js'),
    writesDriver: !values['no-driver'],
    out: values.out,
    force: values.force,
    exact: values.exact,
  }
}

function listOf<T extends string>(option: string, text: string, all: readonly T[]): readonly T[] {
  if (text === 'all') return all
  const names = text === 'none' ? [] : text.split(',')
  const unknown = names.find((name) => !all.includes(name as T))
  if (unknown !== undefined) throw new ArgumentError(option, `all, none, or a list of ${all.join(',')}`, unknown)
  return names as T[]
}

/** Node tells an unknown option at length and without the name that was meant. */
function checkNames(args: readonly string[]): void {
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(OPTIONS, token.name)) continue
    const names = Object.keys(OPTIONS)
    const nearest = nearestName(token.name, names)
    const expected = nearest === undefined ? `--${names.join(', --')}` : `--${nearest}, or another option of --help`
    throw new ArgumentError('options', expected, token.rawName)
  }
}
