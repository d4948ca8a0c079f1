// The property of folding (test/property) gives every policy a classifier, so that calls can be ignored; such a call goes
// the full way. Here nothing is ignored, and calls go the plain and the timed way.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRegistry, type PolicyOptions, type RegistryOptions } from '../../../src/index.ts'
import { agree, historiesOf, policiesWith, type Step, stepsWith } from '../../property/history.ts'
import { RUNS, SEED } from '../../property/seed.ts'
import { runtime, value } from '../../property/subjects.ts'

const policiesSampling = (...every: readonly number[]) =>
  fc
    .record({ policy: policiesWith(true), latencySampling: fc.constantFrom(...every), isPlain: fc.boolean() })
    .map(({ policy: { ignore: _, ...policy }, latencySampling, isPlain }): PolicyOptions => {
      const rates = isPlain ? { failureRate: null, slowCalls: null } : {}
      return { ...policy, ...rates, latencySampling }
    })

const historiesFrom = (configure: fc.Arbitrary<PolicyOptions> | null) =>
  historiesOf(
    stepsWith(configure).map(
      (step): Step => (step.do === 'settle' && step.result === 'ignore' ? { ...step, result: 'fail' } : step),
    ),
  )

// How long a call took is known if it was sampled, also to a policy that came later and asks for it; the pure layer has
// no samples. So policies change where there are none.
const sampled = fc.tuple(policiesSampling(0, 1, 2), historiesFrom(null))
const configured = fc.tuple(policiesSampling(0), historiesFrom(policiesSampling(0)))
const lives = fc.oneof(sampled, configured)

const eager = (options?: RegistryOptions) => createRegistry({ ...options, activation: 'eager' })

it(
  'calls that fold do what the pure layer does on every history, with actors at rest or not (R06, R09, R12, R13, R21)',
  async () => {
    const property = fc.asyncProperty(lives, ([policy, history]) =>
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
  const drawn = fc.sample(policiesSampling(0), { numRuns: 200, seed: 1 })
  const plain = drawn.filter(({ failureRate, slowCalls }) => !failureRate && !slowCalls).length
  expect(plain).toBeGreaterThan(20)
  expect(drawn.length - plain).toBeGreaterThan(20)
})
