// PolicyForm: a policy in a form that changes it: as JSON, and with some of its settings changed.

import { policyOptionsOf } from '../../core/options/index.ts'
import { type Policy, type PolicyOptions, resolvePolicy } from '../../index.ts'

/** As `optionsOf`, without what is no JSON: the classifiers. */
export function jsonOptionsOf(policy: Policy): Readonly<Record<string, unknown>> {
  const { isFailure: _isFailure, ignore: _ignore, ...rest } = policyOptionsOf(policy)
  return rest
}

/**
 * The policy with some of its settings changed; what `changes` leaves out stays as it is.
 * @throws PolicyError (`INVALID_POLICY`)
 */
export function changedPolicy(policy: Policy, changes: PolicyOptions): Policy {
  return resolvePolicy(changes, policy)
}
