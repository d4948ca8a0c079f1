// Letting: what a breaker lets through in the state it is in.
import type { Generation } from './decide.ts'
import type { Policy } from './policy.ts'
import type { BreakerState } from './states.ts'

/** Every call; so many probes at a time; a share of calls; none. */
export type Letting = 'all' | 'probe' | 'share' | 'no'

export function lettingOf(state: BreakerState, { ramp }: Pick<Generation, 'ramp'>, { probes }: Policy): Letting {
  if (state === 'closed' || state === 'disabled') return 'all'
  if (state !== 'halfOpen') return 'no'
  if (ramp !== null) return 'share'
  return probes === 'calls' ? 'probe' : 'no'
}
