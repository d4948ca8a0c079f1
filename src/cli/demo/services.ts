// Services: the five that the demo starts, and the policy that each one's breaker gets.
import type { PolicyOptions } from '../../index.ts'
import { isFailedCall } from './http-call.ts'
import type { Behaviour } from './service.ts'

export interface ServicePlan {
  readonly behaviour: Behaviour
  readonly policy: PolicyOptions
}

const USUAL_TIMEOUT = '1s'
const LONGEST_OPEN_MS = 2000

/** Under every policy here, and under the user's own: JSON can't say what a failure is, and fetch throws on none. */
export function underlyingPolicy(): PolicyOptions {
  return { timeout: USUAL_TIMEOUT, isFailure: isFailedCall, latencySampling: 1 }
}

/** For the user's own endpoints, when they bring no policy. */
export function usualPolicy(durationMs: number): PolicyOptions {
  return {
    ...underlyingPolicy(),
    failureThreshold: 5,
    failureRate: { threshold: 0.5, minimumCalls: 10, window: { calls: 20 } },
    // Shorter in a short run, or it would end before the first probe.
    openTimeout: Math.min(LONGEST_OPEN_MS, durationMs / 7),
  }
}

export function servicePlans(durationMs: number): ServicePlan[] {
  const { openTimeout } = usualPolicy(durationMs)
  const policy: PolicyOptions = { ...underlyingPolicy(), openTimeout }
  return [
    { behaviour: 'healthy', policy },
    {
      behaviour: 'flaky',
      // Never five in a row: only a rate sees it.
      policy: { ...policy, failureRate: { threshold: 0.25, minimumCalls: 15, window: { calls: 30 } } },
    },
    { behaviour: 'killed', policy },
    {
      behaviour: 'hanging',
      // Each failure costs a caller the whole timeout, so it takes fewer of them to be sure.
      policy: { ...policy, failureThreshold: 3 },
    },
    {
      behaviour: 'slowing',
      policy: {
        ...policy,
        slowCalls: { slowerThan: '250ms', threshold: 0.5, minimumCalls: 10, window: { calls: 20 } },
      },
    },
  ]
}
