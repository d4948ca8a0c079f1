// PolicyChoice: which policy a name gets by a version of a file, as the registry chooses: its own, that of the first pattern
// it matches, or the default.
import { choosePolicy } from '../edge/named-policies.ts'
import { type Mistake, type Policy, PolicyError } from '../index.ts'
import type { CodePolicies } from './parse-policies.ts'

export type PolicyChoice = (name: string) => Policy

/** @throws PolicyError (`INVALID_POLICY`) */
export function choiceOf({ policy, policies = {} }: CodePolicies): PolicyChoice {
  const mistakes: Mistake[] = []
  const choice = choosePolicy(policy, policies, mistakes)
  if (mistakes.length > 0) throw new PolicyError('invalid policies', mistakes)
  return choice
}
