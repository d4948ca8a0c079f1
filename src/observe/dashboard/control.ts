// Control: what a holder of the token may do to one endpoint: commands, and changes of its policy.

import { policyOptionsOf } from '../../core/options/index.ts'
import { type Breaker, type Policy, type PolicyOptions, parsePolicy, type Registry } from '../../index.ts'
import { explainPolicy, policyWarnings } from '../explain/index.ts'
import { changedPolicy } from './policy-form.ts'
import type { Command, ControlAnswer, PolicyAnswer } from './protocol.ts'
import { wireRow } from './wire-row.ts'

export function carryOut(breaker: Breaker, command: Command, message = 'from the dashboard'): ControlAnswer {
  breaker[command](message)
  return { row: wireRow(breaker.endpoint, breaker.stats()) }
}

/**
 * What the policy of a breaker would be with these settings, and what would change; nothing is applied.
 * @throws PolicyError (`INVALID_POLICY`)
 */
export function previewPolicy(breaker: Breaker, settings: unknown): PolicyAnswer {
  const before = breaker.policy
  return answer(before, changedPolicy(before, checked(settings)), false)
}

/**
 * As a preview, but applies it, by `registry.configure`, so that state and evidence stay.
 * @throws PolicyError (`INVALID_POLICY`), RegistryClosedError (`REGISTRY_CLOSED`)
 */
export function applyPolicy(registry: Registry, breaker: Breaker, settings: unknown): PolicyAnswer {
  const before = breaker.policy
  const after = changedPolicy(before, checked(settings))
  // All options: those left out would be the registry's again, and the classifiers with them.
  registry.configure(breaker.endpoint, policyOptionsOf(after))
  return answer(before, breaker.policy, true)
}

/** Durations need their unit or are milliseconds; the text '30' is refused. */
function checked(settings: unknown): PolicyOptions {
  return parsePolicy(settings)
}

function answer(before: Policy, after: Policy, applied: boolean): PolicyAnswer {
  const known = new Map(explainPolicy(before).map(({ setting, value, meaning }) => [setting, { value, meaning }]))
  const policy = explainPolicy(after)
  const changes = policy.flatMap((line) => {
    const old = known.get(line.setting)
    return old === undefined || old.value === line.value ? [] : [{ ...line, before: old.value }]
  })
  return { applied, policy, changes, warnings: policyWarnings(after) }
}
