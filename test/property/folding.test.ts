// The proof of folding. One property holds the runtime to a breaker by definition; the other has
// calls, permits, the unfolded machine and the pure layer agree in everything, windows and jitter included.
import fc from 'fast-check'
import { it } from 'vitest'
import type { PolicyOptions } from '../../src/index.ts'
import { agree, historiesOf, policiesWith, stepsWith } from './history.ts'
import { Oracle } from './oracle.ts'
import { RUNS, SEED } from './seed.ts'
import { runtime, value, watched } from './subjects.ts'

const LIMIT_MS = 60_000 + RUNS * 10

const subjectsOf = (policy: PolicyOptions) => ({
  calls: runtime(policy, 'calls', true),
  permits: runtime(policy, 'permits', true),
  unfolded: runtime(policy, 'permits', false),
  watched: watched(policy),
})

it(
  'every way to run a breaker does what the requirements say, on every history (R01-R09, R11b, R12, R13, R21, R22, R30)',
  async () => {
    const policies = policiesWith(false)
    const histories = historiesOf(stepsWith(policies))
    const property = fc.asyncProperty(policies, histories, (policy, history) =>
      agree(new Oracle(policy), { ...subjectsOf(policy), value: value(policy) }, history),
    )
    await fc.assert(property, { numRuns: RUNS, seed: SEED })
  },
  LIMIT_MS,
)

it(
  'calls, permits, the unfolded machine and the pure layer agree on every history (R09, R13, R21)',
  async () => {
    const policies = policiesWith(true)
    const histories = historiesOf(stepsWith(policies))
    const property = fc.asyncProperty(policies, histories, (policy, history) =>
      agree(value(policy), subjectsOf(policy), history),
    )
    await fc.assert(property, { numRuns: RUNS, seed: SEED })
  },
  LIMIT_MS,
)
