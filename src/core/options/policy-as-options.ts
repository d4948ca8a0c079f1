// PolicyAsOptions: a resolved policy written as options again.
import type { Policy, PolicyOptions } from '../../index.ts'

/** Options that resolve to this very policy, whatever policy they are applied over; functions included. */
export function policyOptionsOf(policy: Policy): PolicyOptions {
  return Object.fromEntries(Object.entries(policy).map(([name, value]) => [optionNamed(name), asOption(value)]))
}

/** A member that is `null` is one that was left out; an option that is `null` turns off what an outer policy has on. */
function asOption(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([name, member]) => [optionNamed(name), asOption(member)]))
}

/** A Policy has its durations in ms, by names that say so. */
function optionNamed(name: string): string {
  return name.replace(/Ms$/, '')
}
