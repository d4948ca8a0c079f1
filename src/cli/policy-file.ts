// PolicyFile: a policy read from a file of JSON, and whether a file is one, or has the policies of many endpoints.
import { readFileSync } from 'node:fs'
import { isBreakerError, type Mistake, type Policy, parsePolicy, resolvePolicy } from '../index.ts'
import { COULD_NOT, Failure, WRONG_ARGUMENTS } from './exit.ts'
import { safeText } from './terminal/index.ts'

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
}

/** The policy, or what is wrong with it. @throws Failure if there is no JSON to be read */
export function readPolicyFile(file: string): { policy: Policy } | { mistakes: readonly Mistake[] } {
  const value = readJson(file)
  try {
    return { policy: resolvePolicy(parsePolicy(value)) }
  } catch (error) {
    if (isBreakerError(error, 'INVALID_POLICY')) return { mistakes: error.mistakes }
    throw error
  }
}

/** @throws Failure with every mistake */
export function policyOf(file: string): Policy {
  const read = readPolicyFile(file)
  if ('policy' in read) return read.policy
  throw new Failure(`${file}:\n${mistakeLines(read.mistakes).join('\n')}`)
}

export function mistakeLines(mistakes: readonly Mistake[]): string[] {
  return mistakes.map(({ path, expected, received }) =>
    safeText(`  ${path}: expected ${expected}, received ${received}`),
  )
}

/**
 * Whether it is a configuration file, of `switchgear/config`: YAML, or JSON of policies by name. Of a policy, a key is an
 * option.
 */
export function isConfigText(file: string, text: string): boolean {
  if (/\.ya?ml$/i.test(file)) return true
  const value = jsonOr(text, null)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const members = Object.entries(value)
  const options = Object.keys(resolvePolicy()).map((name) => name.replace(/Ms$/, ''))
  const isNamed = ([key, member]: [string, unknown]) => !options.includes(key) && Object(member) === member
  return members.length > 0 && members.every(isNamed)
}

function jsonOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return otherwise
  }
}

/** @throws Failure */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new Failure(`${file}: ${WHY[code] ?? message}`, WRONG_ARGUMENTS)
  }
}

function readJson(file: string): unknown {
  const text = readText(file)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Failure(`${file} is not JSON: ${(error as Error).message}`, COULD_NOT)
  }
}
