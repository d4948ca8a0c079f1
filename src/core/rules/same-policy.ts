// SamePolicy: whether two policies are equal, so that one written again at each call is not taken for another. Read by the
// registry when a policy is given for a breaker that has one, or for all.
import type { Policy } from './policy.ts'

/**
 * Whether two policies have the same rules. Functions are the same when they are one, or written alike: an arrow
 * function in the options is a new one at each call. Whatever such a function closes over is not seen.
 */
export function samePolicy(a: Policy, b: Policy): boolean {
  return isSame(a, b, isWrittenAlike)
}

/** As `samePolicy`, with functions the same only when they are one: whether nothing changes when `b` takes the place of `a`. */
export function saysTheSame(a: Policy, b: Policy): boolean {
  return isSame(a, b, () => false)
}

function isSame(a: unknown, b: unknown, areAlike: (a: object, b: object) => boolean): boolean {
  if (Object.is(a, b)) return true
  if (typeof a === 'function' && typeof b === 'function') return areAlike(a, b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && isSame(memberOf(a, key), memberOf(b, key), areAlike))
}

function memberOf(value: object, key: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[key]
}

const sourceOf = Function.prototype.toString

/** The source of a bound or built-in function is `[native code]`, whatever it does. */
function isWrittenAlike(a: object, b: object): boolean {
  const source = sourceOf.call(a)
  return source === sourceOf.call(b) && !/\{\s*\[native code\]\s*\}$/.test(source)
}
