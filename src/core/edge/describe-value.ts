// DescribeValue: any value of the user in a few printable words, for error messages.
import { printable } from '../rules/printable.ts'

const MOST_CHARACTERS = 80
const MOST_KEYS = 8

/** Text in quotes and in one line, cut after 80 characters: it can neither forge nor fill a log. */
export function quote(text: string): string {
  // Cut before it is quoted, or the closing quote would go; what JSON leaves unescaped is escaped after.
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
  return printable(JSON.stringify(short), Number.POSITIVE_INFINITY)
}

/** A value of the user in a few words. Never throws, whatever its getters and traps do. */
export function describeValue(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return typeof value
  try {
    return describeObject(value)
  } catch {
    return 'an object that cannot be read'
  }
}

/** Whether `await` would wait for it. */
export function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return 'an array'
  if (isThenable(value)) return 'a promise (did you forget await?)'
  const kind: unknown = Object.getPrototypeOf(value)?.constructor?.name
  if (typeof kind === 'string' && kind !== 'Object') return `a value of class ${printable(kind, MOST_CHARACTERS)}`
  const keys = Object.keys(value)
  if (keys.length === 0) return '{}'
  const shown = keys.slice(0, MOST_KEYS).map((key) => printable(key, MOST_CHARACTERS))
  return `{ ${shown.join(', ')}${keys.length > MOST_KEYS ? ', …' : ''} }`
}
