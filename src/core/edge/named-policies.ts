// NamedPolicies: which policy a name gets: its own, that of the first pattern it matches, or the shared one.
// Resolved once, when the registry is made or configured as a whole; used whenever a breaker is made or configured.
import * as v from 'valibot'
import { defaultPolicy, type Policy } from '../rules/policy.ts'
import { ArgumentError, type Mistake, PolicyError, quote } from './errors.ts'
import { mistakesOf } from './mistakes.ts'
import { isPattern, patternOf } from './name-pattern.ts'
import { isOptionObject } from './option-object.ts'
import { objectSchema } from './option-schemas.ts'
import type { PolicyOptions } from './policy-options.ts'
import { resolvePolicy } from './resolve-policy.ts'

/** The policies of a registry: what `createRegistry` and `configureAll` take. */
export interface RegistryPolicies {
  /** The policy of every breaker, over the defaults. Default: the defaults. */
  readonly policy?: PolicyOptions | undefined
  /**
   * Policies by name or by pattern (`*` stands for any characters), over `policy`. A name beats a pattern; the first
   * pattern that matches wins. Default: none.
   */
  readonly policies?: Readonly<Record<string, PolicyOptions>> | undefined
}

/** The policy of a name. Throws ArgumentError for a name that is not a string. */
export type PolicyChoice = (name: string) => Policy

interface Pattern {
  readonly matches: (name: string) => boolean
  readonly policy: Policy
}

export const POLICIES_EXPECTED = 'an object of policies by name'

const schema = objectSchema(
  {
    policy: v.optional(v.unknown()),
    policies: v.optional(v.custom<object>(isOptionObject, POLICIES_EXPECTED)),
  },
  'an object: { policy, policies }',
)

/** @throws PolicyError (`INVALID_POLICY`) that lists every mistake */
export function resolvePolicies(given: RegistryPolicies): PolicyChoice {
  const result = v.safeParse(schema, given)
  const mistakes = result.success ? [] : mistakesOf(result.issues, 'options')
  const choice = choosePolicy(isOptionObject(given) ? given : {}, mistakes)
  if (mistakes.length > 0) throw new PolicyError('invalid policies of a registry', mistakes)
  return choice
}

/** Adds to `mistakes` what is wrong with the policies. If `policies` is no object, another check reports it. */
export function choosePolicy({ policy: shared, policies }: RegistryPolicies, mistakes: Mistake[]): PolicyChoice {
  const collect = (options: unknown, base: Policy, where: string): Policy => {
    try {
      return resolvePolicy(options as Parameters<typeof resolvePolicy>[0], base, where)
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error
      mistakes.push(...error.mistakes)
      return base
    }
  }
  const fallback = collect(shared, defaultPolicy(), 'policy')
  const exact = new Map<string, Policy>()
  const patterns: Pattern[] = []
  for (const [name, options] of Object.entries(isOptionObject(policies) ? policies : {})) {
    const policy = collect(options, fallback, `policies[${quote(name)}]`)
    if (isPattern(name)) patterns.push({ matches: patternOf(name), policy })
    else exact.set(name, policy)
  }
  return (name) => {
    if (typeof name !== 'string') throw new ArgumentError('name', 'a string', name)
    return exact.get(name) ?? patterns.find(({ matches }) => matches(name))?.policy ?? fallback
  }
}
