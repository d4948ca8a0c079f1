// Public entry `switchgear/cockatiel`: a breaker as a policy of cockatiel 3.

export { type BreakerPolicyOptions, breakerPolicy, type CockatielBreaker } from './breaker-policy.ts'
export type { BreakerBrokenCircuitError } from './broken-circuit.ts'
export type { SavedBreaker } from './saved-breaker.ts'
