// OptionObject: which objects can be options, and the message about a key that is no option.
// A promise, a Map or a breaker has none of the options either, and would pass for "all defaults".
import { isThenable } from './describe-value.ts'
import { ArgumentError } from './errors.ts'
import { nearestName } from './nearest-name.ts'

/**
 * Whether `value` can hold options: a plain object (of any realm, also without prototype), a module, or an instance of a
 * class of the user. Not a promise, an object of the platform (array, Map, Date, AbortSignal, …), or a breaker.
 */
export function isOptionObject(value: unknown): value is Readonly<Record<string, unknown>> {
  try {
    if (isThenable(value)) return false
    // Throws for null, for undefined and for a revoked proxy.
    const prototype: unknown = Object.getPrototypeOf(value)
    // A module has no prototype, either.
    if (prototype === Object.prototype || prototype === null) return true
    // The platform's classes name themselves in their tag; `call` is what breakers and registries have in common.
    const tag = Object.prototype.toString.call(value)
    return tag === '[object Object]' && typeof (value as { call?: unknown }).call !== 'function'
  } catch {
    return false
  }
}

/** The keys that are not among `names`, also inherited ones, as far as a class declares them as fields. */
export function unknownKeys(options: object, names: readonly string[]): string[] {
  const unknown: string[] = []
  for (const key in options) if (!names.includes(key)) unknown.push(key)
  return unknown
}

/**
 * Checks that `options` can be options, and has no keys but `names`. Every function that takes options runs it.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function checkOptions(where: string, options: unknown, names: readonly string[]): void {
  if (!isOptionObject(options)) throw new ArgumentError(where, `an object: { ${names.join(', ')} }`, options)
  for (const key of unknownKeys(options, names)) {
    throw new ArgumentError(`${where}.${key}`, expectedInsteadOf(key, names), options[key])
  }
}

/** What was expected instead of `key`: the option that was probably meant, and all options. */
export function expectedInsteadOf(key: string, names: readonly string[]): string {
  const nearest = nearestName(key, names)
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`
  return `one of ${names.join(', ')}${hint}`
}
