// Given: the arguments of the kit, checked before use: a forgotten await or a misspelt option would otherwise show as a
// test that proves nothing, or as a TypeError from somewhere inside.
import { ArgumentError } from '../../core/edge/errors.ts'

/**
 * Refuses what is not an object of options, and names that are not among `known`.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkOptions(where: string, options: unknown, known?: readonly string[]): void {
  if (!isTable(options)) throw new ArgumentError(where, `an object of options${hintFor(options)}`, options)
  const unknown = known && Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new ArgumentError(where, `options named ${known?.join(', ')}`, unknown)
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) unless it is an object with these methods. */
export function checkMethods(where: string, value: unknown, methods: readonly string[]): void {
  if (!isTable(value)) throw new ArgumentError(where, `an object with ${methods.join(', ')}${hintFor(value)}`, value)
  for (const name of methods) {
    if (typeof value[name] !== 'function') throw new ArgumentError(`${where}.${name}`, 'a function', value[name])
  }
}

/** @throws ArgumentError (`INVALID_ARGUMENT`) unless these are paths from generatePaths. */
export function checkPaths(where: string, paths: unknown): void {
  const expected = 'paths of generatePaths'
  if (!Array.isArray(paths)) throw new ArgumentError(where, `a list of ${expected}${hintFor(paths)}`, paths)
  for (const [index, path] of paths.entries()) checkGeneratedPath(`${where}[${index}]`, path)
}

export function checkGeneratedPath(where: string, path: unknown): void {
  if (!isTable(path) || !Array.isArray((path as { steps?: unknown }).steps)) {
    throw new ArgumentError(where, `a path of generatePaths${hintFor(path)}`, path)
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  const isOther = Array.isArray(value) || value instanceof Map || value instanceof Set || value instanceof Date
  return typeof value === 'object' && value !== null && !isOther && !isPromise(value)
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function hintFor(value: unknown): string {
  return isPromise(value) ? ' (is an await missing?)' : ''
}
