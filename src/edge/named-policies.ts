// NamedPolicies: which policy a name gets: its own, that of the first pattern it matches, or the shared one.
// Resolved once, when the registry is made; asked whenever a breaker is made or configured.
import { defaultPolicy, type Policy } from '../rules/policy.ts'
import { ArgumentError, type Mistake, PolicyError, quote } from './errors.ts'
import { isPattern, patternOf } from './name-pattern.ts'
import { resolvePolicy } from './resolve-policy.ts'

interface Pattern {
  readonly matches: (name: string) => boolean
  readonly policy: Policy
}

/** Adds to `mistakes` what is wrong with the policies. What it gives throws ArgumentError for a name that is no string. */
export function choosePolicy(shared: unknown, byName: object, mistakes: Mistake[]): (name: string) => Policy {
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
  for (const [name, options] of Object.entries(byName)) {
    const policy = collect(options, fallback, `policies[${quote(name)}]`)
    if (isPattern(name)) patterns.push({ matches: patternOf(name), policy })
    else exact.set(name, policy)
  }
  return (name) => {
    if (typeof name !== 'string') throw new ArgumentError('name', 'a string', name)
    return exact.get(name) ?? patterns.find(({ matches }) => matches(name))?.policy ?? fallback
  }
}
