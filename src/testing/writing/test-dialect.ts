// Dialects: how each test runner is imported, and how it says what must be so.
import { ArgumentError } from '../../core/edge/errors.ts'

/** Test runners that files can be written for. */
export type Runner = 'vitest' | 'jest' | 'node' | 'mocha'

export interface Dialect {
  /** Specifier and names; the first one has what the checks use. */
  readonly imports: readonly { readonly from: string; readonly names: string }[]
  /** The function that declares a test. */
  readonly test: 'test' | 'it'
  /** The name that checks begin with. */
  readonly global: string
  /** `about` is called if it is not so, where the runner does not show the line itself. */
  isEqual(actual: string, expected: string, about: string): string
  isDefined(actual: string): string
  isUndefined(actual: string): string
  /** How to run the file. */
  readonly command: (file: string) => string
}

const EXPECT = {
  test: 'test',
  global: 'expect(',
  isEqual: (actual: string, expected: string) => `expect(${actual}).toBe(${expected})`,
  isDefined: (actual: string) => `expect(${actual}).toBeDefined()`,
  isUndefined: (actual: string) => `expect(${actual}).toBeUndefined()`,
} as const

const ASSERT = {
  global: 'assert.',
  isEqual: (actual: string, expected: string, about: string) => `assert.equal(${actual}, ${expected}, '${about}')`,
  isDefined: (actual: string) => `assert.notEqual(${actual}, undefined)`,
  isUndefined: (actual: string) => `assert.equal(${actual}, undefined)`,
} as const

const NODE_ASSERT = { from: 'node:assert/strict', names: '' }

const NAMES = 'afterEach, beforeEach, describe, expect, test'

const DIALECTS: Readonly<Record<Runner, Dialect>> = {
  vitest: { ...EXPECT, imports: [{ from: 'vitest', names: NAMES }], command: (file) => `npx vitest run ${file}` },
  jest: {
    ...EXPECT,
    imports: [{ from: '@jest/globals', names: NAMES }],
    command: (file) => `NODE_OPTIONS=--experimental-vm-modules npx jest ${file}`,
  },
  node: {
    ...ASSERT,
    test: 'test',
    imports: [{ from: 'node:test', names: 'afterEach, beforeEach, describe, test' }, NODE_ASSERT],
    command: (file) => (isJavaScript(file) ? `node --test ${file}` : `node --import tsx --test ${file}`),
  },
  mocha: {
    ...ASSERT,
    test: 'it',
    imports: [{ from: 'mocha', names: 'afterEach, beforeEach, describe, it' }, NODE_ASSERT],
    command: (file) => (isJavaScript(file) ? `npx mocha ${file}` : `NODE_OPTIONS=--import=tsx npx mocha ${file}`),
  },
}

function isJavaScript(file: string): boolean {
  return /\.m?js$/.test(file)
}

export const RUNNERS = Object.keys(DIALECTS) as readonly Runner[]

/** @throws ArgumentError (`INVALID_ARGUMENT`) when there is no such runner. */
export function dialectOf(runner: Runner): Dialect {
  if (!RUNNERS.includes(runner)) throw new ArgumentError('runner', RUNNERS.join(', '), runner)
  return DIALECTS[runner]
}
