// describeBreaker: generated paths as the tests of any runner that has `describe` and `it`.
import { ArgumentError } from '../core/edge/errors.ts'
import type { PolicyOptions } from '../core/edge/resolve-policy.ts'
import { checkDriver, type Driver } from './driver.ts'
import { checkPath } from './exploring/check-path.ts'
import { shrink } from './exploring/shrink.ts'
import { checkOptions } from './model/given.ts'
import { ALL_STEPS } from './model/steps.ts'
import { generatePaths, PATH_OPTIONS, type PathOptions } from './paths/paths.ts'
import { tellStory } from './writing/story.ts'
import { uniqueTitles } from './writing/titles.ts'

/** Of vitest, Jest, mocha or node:test, as imported. */
export interface TestRunner {
  // Overloads and return values differ from runner to runner; only this way of calling them is used.
  /** Groups tests under a name. */
  readonly describe: (name: string, body: () => void) => unknown
  /** Declares one test, which fails when the promise is rejected. */
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

/** The test runner, and options of `generatePaths`. */
export interface DescribeOptions extends TestRunner, PathOptions {
  /** Whether a failing path is shortened before it is reported, which runs it a few more times. Default true. */
  readonly shrinks?: boolean
}

/**
 * Declares one test for each generated path, under `describe(name)`. A test fails with the story of what happened; the last
 * line says what differs. Steps that the driver does not have (commands, ignored calls) are not taken, and the driver gets
 * the policy without its `timeout`: the path decides how long a call takes.
 * @throws ArgumentError (`INVALID_ARGUMENT`), PolicyError (`INVALID_POLICY`)
 */
export function describeBreaker<P>(
  name: string,
  driver: Driver<P>,
  policy: PolicyOptions,
  given: DescribeOptions,
): void {
  if (typeof name !== 'string') throw new ArgumentError('name', 'a string', name)
  checkDriver(driver)
  checkOptions('options', given)
  const { describe, it, shrinks = true } = given
  if (typeof describe !== 'function') throw new ArgumentError('describe', "the test runner's describe", describe)
  if (typeof it !== 'function') throw new ArgumentError('it', "the test runner's it", it)
  const results = driver.canIgnore ? ALL_STEPS.results : ALL_STEPS.results.filter((result) => result !== 'ignore')
  // A runner may be spread into the options with all that it has.
  const options = Object.fromEntries(PATH_OPTIONS.filter((key) => key in given).map((key) => [key, given[key]]))
  const paths = generatePaths(policy, { commands: driver.commands, results, ...options })
  const titles = uniqueTitles(paths)
  describe(name, () => {
    for (const [index, path] of paths.entries()) {
      it(titles[index] ?? path.title, async () => {
        const mismatch = await checkPath(driver, path)
        if (mismatch === null) return
        throw new Error(`${driver.name}:\n${tellStory(shrinks ? await shrink(driver, mismatch) : mismatch)}`)
      })
    }
  })
}
