// A breaker as a policy of cockatiel, which opens by the second failure, and calls through it.
import { type BreakerPolicyOptions, breakerPolicy, type CockatielBreaker } from '../../../src/compat/cockatiel/index.ts'
import { newRegistry } from '../../support/registries.ts'

export function newPolicy(options: BreakerPolicyOptions = {}) {
  const { registry, clock } = newRegistry({ policy: { failureThreshold: 2, openTimeout: '10s', successThreshold: 1 } })
  return { registry, clock, policy: breakerPolicy(registry, 'search', options) }
}
export const down = new Error('down')
export const fail = () => Promise.reject(down)
export const outcome = (call: Promise<unknown>) => call.catch((error: unknown) => error)

export async function open(policy: CockatielBreaker) {
  await outcome(policy.execute(fail))
  await outcome(policy.execute(fail))
}
