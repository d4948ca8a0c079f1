// PolicyChoice: which policy a name gets by a version of a file, as the registry chooses: its own, that of the first pattern
// it matches, or the default.
import { matchNames, type Policy, resolvePolicy } from '../index.ts'
import type { CodePolicies } from './parse-policies.ts'

export type PolicyChoice = (name: string) => Policy

export function choiceOf({ policy, policies = {} }: CodePolicies): PolicyChoice {
  const fallback = resolvePolicy(policy)
  const resolved = Object.entries(policies).map(([name, options]) => [name, resolvePolicy(options, fallback)] as const)
  const isPattern = ([name]: readonly [string, Policy]) => name.includes('*')
  const exact = new Map(resolved.filter((entry) => !isPattern(entry)))
  const patterns = resolved.filter(isPattern).map(([name, policy]) => ({ matches: matchNames([name]), policy }))
  return (name) => exact.get(name) ?? patterns.find(({ matches }) => matches(name))?.policy ?? fallback
}
