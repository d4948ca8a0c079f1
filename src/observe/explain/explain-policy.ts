// ExplainPolicy: each setting of a policy, with its value and with what it means for this very policy.
import { OPTION_TEXTS } from '../../core/options/texts/index.ts'
import type { Policy } from '../../index.ts'
import { checkPolicy } from './check-policy.ts'

/** One setting of a policy in words. */
export interface ExplainedSetting {
  /** The option as users write it: `'openTimeout'`, not `'openTimeoutMs'`. */
  readonly setting: string
  /** Its value, for example `'30 s'`, `'50 % of the last 100 calls'` or `'none'`; a default looks the same. */
  readonly value: string
  /** What that means, as one sentence; it names the figures of the other settings that it works with. */
  readonly meaning: string
}

/**
 * Every setting of a resolved policy (`resolvePolicy`, `breaker.policy`) in words, in the order of the table in
 * docs/policy.md. For people: the texts may change between versions.
 *
 * ```ts
 * for (const { setting, value, meaning } of explainPolicy(breaker.policy)) console.log(setting, value, meaning)
 * ```
 * @throws ArgumentError (`INVALID_ARGUMENT`) for what is no resolved policy
 */
export function explainPolicy(policy: Policy): ExplainedSetting[] {
  checkPolicy('explainPolicy(policy)', policy)
  return Object.entries(OPTION_TEXTS).map(([setting, text]) => {
    const [value, meaning] = text.explain(policy)
    return { setting, value, meaning }
  })
}
