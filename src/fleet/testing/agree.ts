// Agree: how the contract compares what a store did with what was expected of it, without a test runner's own assertions.
import { inspect, isDeepStrictEqual } from 'node:util'

/** In place of a figure that need not be exact. */
export interface Between {
  readonly least: number
  readonly most: number
}

export const between = (least: number, most: number): Between => ({ least, most })
const isBetween = (value: unknown): value is Between => Object.keys(Object(value)).join(' ') === 'least most'

/**
 * Compares the members that are expected; others may be there. Lists have as many items as expected.
 * @throws Error that says where they differ
 */
export function agree(what: string, actual: unknown, expected: unknown): void {
  const difference = differenceOf(actual, expected, '')
  if (difference !== null) throw new Error(`${what}: ${difference}`)
}

function differenceOf(actual: unknown, expected: unknown, path: string): string | null {
  if (isBetween(expected)) {
    const { least, most } = expected
    const isWithin = typeof actual === 'number' && actual >= least && actual <= most
    return isWithin ? null : differs(path, `a number from ${least} to ${most}`, actual)
  }
  if (typeof expected !== 'object' || expected === null) {
    return isDeepStrictEqual(actual, expected) ? null : differs(path, shown(expected), actual)
  }
  if (Array.isArray(expected) && !(Array.isArray(actual) && actual.length === expected.length)) {
    return differs(path, `a list of ${expected.length}${expected.length === 0 ? '' : `, ${shown(expected)}`}`, actual)
  }
  if (typeof actual !== 'object' || actual === null) return differs(path, shown(expected), actual)
  for (const [key, value] of Object.entries(expected)) {
    const inner = Array.isArray(expected) ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`
    const difference = differenceOf((actual as Record<string, unknown>)[key], value, inner)
    if (difference !== null) return difference
  }
  return null
}

const shown = (value: unknown) =>
  inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 })

function differs(path: string, expected: string, actual: unknown): string {
  return `expected ${path === '' ? '' : `${path} to be `}${expected}, received ${shown(actual)}`
}

/** The message must have all of these words in it. */
export interface Refusal {
  readonly code: string
  readonly names?: string
}

/** @throws Error unless it throws, or rejects, with that code and a message that names what is wrong */
export async function refuses(what: string, ask: () => unknown, { code, names = '' }: Refusal): Promise<void> {
  let answer: unknown
  try {
    answer = await ask()
  } catch (error) {
    const { code: found, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown }
    if (found === code && String(message).includes(names)) return
    const expected = names === '' ? code : `${code} whose message names ${names}`
    throw new Error(`${what}: expected an error of the code ${expected}, received ${String(found)}: ${String(message)}`)
  }
  throw new Error(`${what}: expected an error of the code ${code}, received ${shown(answer)}`)
}

/** @throws Error when the promise is not settled in time, which is real time */
export async function within<T>(ms: number, promise: PromiseLike<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms / 1_000} s`)), ms)
  })
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
