// The policies that the kit is tried with: between them they use every trigger, limit and way of counting time.
import type { PolicyOptions } from '../../src/index.ts'

export const POLICIES: readonly (readonly [title: string, policy: PolicyOptions])[] = [
  ['the default policy', {}],
  [
    'two probes at once, an open time from the last failure',
    { halfOpenMaxCalls: 2, halfOpenFailureThreshold: 2, openTimeoutFrom: 'lastFailure', failureThreshold: 2 },
  ],
  [
    'a recovery ramp',
    { failureThreshold: 1, successThreshold: 1, recoveryRamp: { duration: '10s', from: 0.4, steps: 2 } },
  ],
  ['cumulative failures within a window', { failureThreshold: 3, failureWindow: '10s', counting: 'cumulative' }],
  [
    'a failure rate over calls, with backoff',
    {
      failureThreshold: null,
      failureRate: { threshold: 0.5, minimumCalls: 2, window: { calls: 3 } },
      backoff: { factor: 2, max: '2m' },
    },
  ],
  [
    'a failure rate over time',
    {
      failureThreshold: null,
      failureRate: { threshold: 0.5, minimumCalls: 2, window: { time: '10s', buckets: 2 } },
      successThreshold: 1,
    },
  ],
]
