// describeStore: the contract of a fleet's store as tests for any runner that has `describe` and `it`.
import { hasFunctions } from '../../core/options/index.ts'
import { ArgumentError } from '../../index.ts'
import type { TestRunner } from '../../testing/index.ts'
import { clocks } from './contract/clocks.ts'
import { commanding } from './contract/commanding.ts'
import { opening } from './contract/opening.ts'
import { probing } from './contract/probing.ts'
import { refusing } from './contract/refusing.ts'
import { surviving } from './contract/surviving.ts'
import { telling } from './contract/telling.ts'
import { type Clause, type StoreUnderTest, withFleet } from './fleet-under-test.ts'

const PARTS: Readonly<Record<string, (it: Clause) => void>> = {
  'decides to open': opening,
  probes: probing,
  tells: telling,
  'obeys operators': commanding,
  survives: surviving,
  'survives that its clock is set': clocks,
  refuses: refusing,
}

/**
 * Declares a test for each clause of the contract, under `describe(name)`. A failing test shows what was expected of the
 * store, what it did, and the requests up to there. `start` runs in each test and may return the same store each time or a
 * new one: each test is a fleet with a name of its own. The tests must run one after the other, because some of them set
 * the store's clock.
 * @throws ArgumentError (`INVALID_ARGUMENT`)
 */
export function describeStore(
  name: string,
  start: () => StoreUnderTest | PromiseLike<StoreUnderTest>,
  runner: TestRunner,
): void {
  if (typeof name !== 'string') throw new ArgumentError('name', 'a string', name)
  if (typeof start !== 'function') throw new ArgumentError('start', 'a function that gives a store under test', start)
  if (!hasFunctions(runner, 'describe', 'it')) {
    throw new ArgumentError('runner', "the test runner's describe and it", runner)
  }
  const { describe, it } = runner
  describe(name, () => {
    for (const [part, clauses] of Object.entries(PARTS)) {
      describe(part, () => clauses((title, check) => it(title, async () => withFleet(await start(), check))))
    }
  })
}
