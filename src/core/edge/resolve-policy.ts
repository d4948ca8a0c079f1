// resolvePolicy: from what users write to a Policy. Validates once, reports every mistake together, changes nothing.
import * as v from 'valibot'
import { defaultPolicy, type Policy } from '../rules/policy.ts'
import { describeValue, type Mistake, PolicyError } from './errors.ts'
import { mistakesOf } from './mistakes.ts'
import { isOptionObject } from './option-object.ts'
import { MOST_SLOTS } from './option-schemas.ts'
import type { PolicyOptions } from './policy-options.ts'
import { type GivenPolicy, policySchema } from './policy-schema.ts'

export { mistakesOf, safeParse } from './mistakes.ts'
export type { PolicyOptions } from './policy-options.ts'

/**
 * The frozen policy that `options` describe, over `base` (default: the default policy). The options are not changed.
 * @throws PolicyError (`INVALID_POLICY`) that lists every mistake; `where` (default `'policy'`) begins their paths.
 */
export function resolvePolicy(options: PolicyOptions = {}, base: Policy = defaultPolicy(), where = 'policy'): Policy {
  checkBase(base)
  const { given, mistakes } = checked(options, where)
  // Without a limit nothing waits, however many may wait under that of `base`.
  const queue = given.maxConcurrent === null ? { maxQueued: 0 } : null
  const policy = frozenCopy({ ...base, ...queue, ...renamed(given) })
  mistakes.push(...contradictions(policy, given, where))
  if (mistakes.length > 0) throw new PolicyError(`invalid ${where}`, mistakes)
  return policy
}

/**
 * Checks policy options that come from outside the program: a configuration file, the environment, a request. Takes any
 * `value` and returns it with its type. Options that are left out get their defaults where the policy is used.
 *
 * ```ts
 * createRegistry({ policy: parsePolicy(JSON.parse(text)) })
 * createRegistry({ policy: parsePolicy({ openTimeout: process.env.OPEN_TIMEOUT ?? '10s' }) })
 * ```
 *
 * A duration needs its unit: the text `'30'` is refused, because it may mean anything. Numbers must be numbers, so from the
 * environment it is `failureThreshold: Number(process.env.FAILURES ?? 5)`.
 * @throws PolicyError (`INVALID_POLICY`) that lists every mistake; `where` (default `'policy'`) begins their paths.
 */
export function parsePolicy(value: unknown, where = 'policy'): PolicyOptions {
  const { given, mistakes } = checked(value, where)
  mistakes.push(...contradictions(renamed(given), given, where))
  if (mistakes.length > 0) throw new PolicyError(`invalid ${where}`, mistakes)
  return value as PolicyOptions
}

/** The options that are right, and the mistakes in the rest. */
function checked(options: unknown, where: string): { given: GivenPolicy; mistakes: Mistake[] } {
  const result = v.safeParse(policySchema, options)
  if (result.success) return { given: result.output, mistakes: [] }
  const wrong = new Set(result.issues.map(({ path }) => path?.[0].key))
  const sound = isOptionObject(options)
    ? Object.keys(policySchema.entries).flatMap((key) => (wrong.has(key) ? [] : [[key, options[key]] as const]))
    : []
  const rest = v.safeParse(policySchema, Object.fromEntries(sound))
  return { given: rest.success ? rest.output : {}, mistakes: mistakesOf(result.issues, where) }
}

/** By the names of a Policy, where durations end in `Ms`; without what was left out. */
function renamed(given: GivenPolicy): Partial<Policy> {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([key, value]) => [key in defaultPolicy() ? key : `${key}Ms`, value]))
}

/** Options that are right one by one and make no sense together. `policy` is what they resolve to, as far as it is known. */
function contradictions(policy: Partial<Policy>, given: GivenPolicy, where: string): Mistake[] {
  const { failureThreshold: threshold, failureWindowMs: windowMs = null, openTimeoutMs = 0, backoff = null } = policy
  const mistakes: Mistake[] = []
  if (threshold === null && windowMs !== null) {
    const expected = 'failureThreshold beside it, or it counts for nothing'
    mistakes.push({ path: `${where}.failureWindow`, expected, received: 'failureThreshold: null' })
  }
  if ((threshold ?? 0) > MOST_SLOTS && windowMs !== null) {
    const expected = `at most ${MOST_SLOTS} beside failureWindow, which remembers as many failures`
    mistakes.push({ path: `${where}.failureThreshold`, expected, received: describeValue(threshold) })
  }
  if (backoff !== null && backoff.maxMs < openTimeoutMs) {
    // At the option that was given: the other may come from the policy below this one.
    const [path, expected, received] = given.backoff
      ? ['backoff.max', `at least the openTimeout of ${openTimeoutMs} ms`, backoff.maxMs]
      : ['openTimeout', `at most the backoff.max of ${backoff.maxMs} ms`, openTimeoutMs]
    mistakes.push({ path: `${where}.${path}`, expected, received: `${received} ms` })
  }
  if (policy.maxConcurrent === null && (given.maxQueued ?? 0) > 0) {
    const expected = 'maxConcurrent beside it, or there is nothing to wait for'
    mistakes.push({ path: `${where}.maxQueued`, expected, received: 'maxConcurrent: null' })
  }
  return mistakes
}

/** A promise or PolicyOptions for a base would be spread into a policy without rules. */
function checkBase(base: unknown): asserts base is Policy {
  if (isOptionObject(base) && Object.keys(defaultPolicy()).every((key) => key in base)) return
  // `map` passes an index as well.
  const hint = typeof base === 'number' ? '; in a map, write (options) => resolvePolicy(options)' : ''
  const expected = `a policy that resolvePolicy made${hint}`
  throw new PolicyError('invalid base', [{ path: 'base', expected, received: describeValue(base) }])
}

/** All the way down; what the user passed is neither kept nor frozen. */
function frozenCopy<T extends object>(value: T): T {
  const members = Object.entries(value).map(([key, member]: [string, unknown]) => {
    return [key, typeof member === 'object' && member !== null ? frozenCopy(member) : member]
  })
  return Object.freeze(Object.fromEntries(members))
}
