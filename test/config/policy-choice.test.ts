// A reload chooses policies as the registry does, and gives them whole.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choiceOf } from '../../src/config/policy-choice.ts'
import { createRegistry, type PolicyOptions, presets, resolvePolicy } from '../../src/index.ts'
import { optionsOf } from '../../src/options/index.ts'

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
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 4 })
const name = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 5 })

describe('the policies of a file', () => {
  it('are chosen for a name as the registry chooses them', () => {
    fc.assert(
      fc.property(policy, fc.dictionary(pattern, policy), fc.array(name), (shared, policies, names) => {
        const registry = createRegistry({ policy: shared, policies })
        const choice = choiceOf({ policy: shared, policies })
        for (const each of names) expect(choice(each)).toEqual(registry.breaker(each).policy)
      }),
    )
  })

  it('replace a policy whole, whatever they are configured over', () => {
    fc.assert(
      fc.property(policy, policy, (wanted, before) => {
        expect(resolvePolicy(optionsOf(resolvePolicy(wanted)), resolvePolicy(before))).toEqual(resolvePolicy(wanted))
      }),
    )
  })
})
