// A policy written as options again is that very policy.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { policyOptionsOf } from '../../../src/core/options/index.ts'
import { type PolicyOptions, presets, resolvePolicy } from '../../../src/index.ts'

const policy: fc.Arbitrary<PolicyOptions> = fc.oneof(
  fc.constantFrom<PolicyOptions>(
    ...Object.values(presets),
    { failureThreshold: null, failureWindow: null, failureRate: { threshold: 0.5, window: { calls: 20 } } },
    { slowCalls: { slowerThan: '2s', threshold: 1, minimumCalls: 3, window: { time: '1m', buckets: 7 } } },
    { backoff: { factor: 3, max: '1h', jitter: 0.2 }, ignore: () => false },
  ),
  fc.record(
    {
      failureThreshold: fc.constantFrom(1, 7),
      openTimeout: fc.constantFrom<PolicyOptions['openTimeout']>('10s', 250),
      timeout: fc.constantFrom<PolicyOptions['timeout']>('1s', null),
      captureStack: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
)
it('options of a policy come to that policy, whatever they are given over', () => {
  fc.assert(
    fc.property(policy, policy, (wanted, before) => {
      expect(resolvePolicy(policyOptionsOf(resolvePolicy(wanted)), resolvePolicy(before))).toEqual(
        resolvePolicy(wanted),
      )
    }),
  )
})
