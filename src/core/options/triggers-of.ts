// TriggersOf: the triggers of a policy, for views.
import type { Policy } from '../../index.ts'
import { TRIGGERS } from '../rules/triggers/index.ts'
import type { Needs } from '../rules/triggers/trigger.ts'

export type { Needs } from '../rules/triggers/trigger.ts'

/** The options that turn a trigger on. */
export const TRIGGER_OPTIONS: readonly string[] = Object.values(TRIGGERS).map(({ OPTION }) => OPTION)

/** What makes each trigger of the policy fire, by the option that turns it on. */
export function triggersOf(policy: Policy): ReadonlyMap<string, Needs> {
  const found = new Map<string, Needs>()
  for (const { OPTION, needs: needsOf } of Object.values(TRIGGERS)) {
    const needs = needsOf(policy)
    if (needs !== null) found.set(OPTION, needs)
  }
  return found
}
