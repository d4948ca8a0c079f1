// toTestFile: generated paths as the source of a test file that a person can read, keep and change.
import { ArgumentError } from '../../core/edge/errors.ts'
import type { Mismatch } from '../exploring/check-path.ts'
import type { Path } from '../paths/paths.ts'
import { type Dialect, dialectOf, type Runner } from './test-dialect.ts'
import { headerOf, importsOf, policyOf, quote } from './test-header.ts'
import { statementsOf } from './test-steps.ts'
import { uniqueTitles } from './titles.ts'

/** Options of `toTestFile`. */
export interface TestFileOptions {
  /** The test runner that the file is for: `'vitest'`, `'jest'`, `'node'` (`node:test`) or `'mocha'`. */
  readonly runner: Runner
  /** The title of the group of tests, and the name of the service in the header. */
  readonly name: string
  /** What the file imports `driver` from, such as `./breaker-driver.js`. */
  readonly driver: string
  /** Default `'ts'`; `'js'` has no types. */
  readonly language?: 'ts' | 'js'
  /** Name of the file, for the line that says how to run it. Default `<this file>` with the ending of the language. */
  readonly file?: string
}

/**
 * The text of a test file: one test for each path, or one test that reproduces a mismatch and also checks the counts that
 * the driver can `observe`. It needs the driver and `switchgear/testing`, and has its own virtual clock.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function toTestFile(found: readonly Path[] | Mismatch, options: TestFileOptions): string {
  const { runner, name, driver, language = 'ts', file = `<this file>.${language}` } = options
  const dialect = dialectOf(runner)
  if (language !== 'ts' && language !== 'js') throw new ArgumentError('language', 'ts, js', language)
  for (const [key, value] of Object.entries({ name, driver, file })) {
    if (typeof value !== 'string' || value === '') throw new ArgumentError(key, 'a string that is not empty', value)
  }
  const mismatch = 'path' in found ? found : null
  const paths = 'path' in found ? [upTo(found)] : found
  const [first] = paths
  if (first === undefined) throw new ArgumentError('paths', 'at least one path', paths)
  if (paths.some(({ policy }) => JSON.stringify(policy) !== JSON.stringify(first.policy))) {
    throw new ArgumentError('paths', 'paths of one policy', 'several')
  }
  const titles = uniqueTitles(paths)
  const tests = paths.map((path, index) => testOf(titles[index] ?? path.title, path, dialect, mismatch !== null))
  const body = [...fixtureOf(paths, language === 'ts'), ...tests.flatMap((test) => ['', ...test])]
  const lines = [
    ...headerOf({ name, runner, policy: first.policy, paths, mismatch, file }),
    ...importsOf({ dialect, driver, language, sees: tests.some((test) => test.join('').includes(dialect.global)) }),
    '',
    ...policyOf(first.policy, language),
    '',
    `describe(${quote(name)}, () => {`,
    ...body.map((line) => (line === '' ? '' : `  ${line}`)),
    '})',
  ]
  return `${lines.join('\n')}\n`
}

function upTo({ path, steps }: Mismatch): Path {
  return { ...path, steps: path.steps.slice(0, steps) }
}

function fixtureOf(paths: readonly Path[], isTyped: boolean): string[] {
  const passes = paths.some(({ steps }) => steps.some(({ step }) => step.type === 'pass'))
  return [
    isTyped ? 'let clock: VirtualClock' : 'let clock',
    isTyped ? 'let breaker: Subject<unknown>' : 'let breaker',
    '',
    'beforeEach(async () => {',
    '  clock = createVirtualClock()',
    '  breaker = await startDriver(driver, policy, clock)',
    '})',
    'afterEach(async () => {',
    '  await breaker.stop?.()',
    '})',
    ...(passes ? ['', ...passOf(isTyped)] : []),
  ]
}

function passOf(isTyped: boolean): string[] {
  return [
    `async function pass(ms${isTyped ? ': number' : ''}) {`,
    '  clock.advance(ms)',
    '  await breaker.tick?.()',
    '}',
  ]
}

function testOf(title: string, path: Path, dialect: Dialect, observes: boolean): string[] {
  const statements = statementsOf(path, dialect, observes)
  return [`${dialect.test}(${quote(title)}, async () => {`, ...statements.map((line) => `  ${line}`), '})']
}
