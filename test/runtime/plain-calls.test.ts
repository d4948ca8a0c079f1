// The property of folding (test/property) gives every policy a classifier, so that calls can be ignored; such a call goes
// the full way. Here nothing is ignored, and calls go the plain and the timed way.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRegistry, type PolicyOptions, type RegistryOptions } from '../../src/index.ts'
import { agree, historiesOf, policiesWith, type Step, stepsWith } from '../property/history.ts'
import { RUNS, SEED } from '../property/seed.ts'
import { runtime, value } from '../property/subjects.ts'

const policies = fc
  .record({ policy: policiesWith(true), latencySampling: fc.constantFrom(0, 1, 2), isPlain: fc.boolean() })
  .map(({ policy: { ignore: _, ...policy }, latencySampling, isPlain }): PolicyOptions => {
    const rates = isPlain ? { failureRate: null, slowCalls: null } : {}
    return { ...policy, ...rates, latencySampling }
  })

const histories = historiesOf(
  stepsWith(policies).map((step): Step => {
    if (step.do === 'settle' && step.result === 'ignore') return { ...step, result: 'fail' }
    // A sampled call knows how long it took, also if slow calls became evidence while it was on its way; a value does not.
    return step.do === 'configure' ? { ...step, policy: { ...step.policy, slowCalls: null } } : step
  }),
)

const eager = (options?: RegistryOptions) => createRegistry({ ...options, activation: 'eager' })

it(
  'calls that fold do what the pure layer does on every history, with actors at rest or not (R06, R09, R12, R13, R21)',
  async () => {
    const property = fc.asyncProperty(policies, histories, (policy, history) =>
      agree(
        value(policy),
        { calls: runtime(policy, 'calls', true), eager: runtime(policy, 'calls', true, eager) },
        history,
      ),
    )
    await fc.assert(property, { numRuns: RUNS, seed: SEED })
  },
  60_000 + RUNS * 10,
)

it('of such histories many make plain calls, and many timed ones (R12)', () => {
  const drawn = fc.sample(policies, { numRuns: 200, seed: 1 })
  const plain = drawn.filter(({ failureRate, slowCalls }) => !failureRate && !slowCalls).length
  expect(plain).toBeGreaterThan(20)
  expect(drawn.length - plain).toBeGreaterThan(20)
})
