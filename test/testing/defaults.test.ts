// What the kit finds with no option given: the defects that generated tests are for.
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../src/testing/generate/arguments.ts'
import { checkPath, describeBreaker, generatePaths, type Path } from '../../src/testing/index.ts'
import { type Defect, otherDriver } from './other-breaker.ts'

const settings = { failureThreshold: 2, openTimeout: 10_000, probeTimeout: 30_000 }
const THRESHOLDS = [1, 2, 3]
const DEFECTS: readonly Defect[] = ['counts a late success', 'never half-opens after a stall']

/** The tests that describeBreaker declares, as a runner gets them. */
function declared(defect: Defect | null, successThreshold: number): (() => Promise<void>)[] {
  const policy = { ...settings, successThreshold }
  const tests: (() => Promise<void>)[] = []
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (_: string, body: () => Promise<void>) => tests.push(body),
  }
  describeBreaker('other', otherDriver(policy, defect), policy, { ...runner, shrinks: false })
  return tests
}

async function failures(tests: readonly (() => Promise<void>)[]): Promise<number> {
  const results = await Promise.allSettled(tests.map((test) => test()))
  return results.filter(({ status }) => status === 'rejected').length
}

/** The paths that switchgear-generate writes down. */
function written(successThreshold: number): Path[] {
  const { coverage, maxLength, steps } = parseArguments([]) ?? {}
  const options = { ...steps, ...(coverage && { coverage }), ...(maxLength && { maxLength }) }
  return generatePaths({ ...settings, successThreshold }, options)
}

describe.each(THRESHOLDS)('with successThreshold %i and no options, a breaker', (successThreshold) => {
  it('that is sound passes all tests of describeBreaker and switchgear-generate (R70)', async () => {
    expect(await failures(declared(null, successThreshold))).toBe(0)
    const sound = otherDriver({ ...settings, successThreshold }, null)
    for (const path of written(successThreshold)) expect(await checkPath(sound, path)).toBeNull()
  })

  it.each(DEFECTS)('that %s fails some of describeBreaker (R70)', async (defect) => {
    expect(await failures(declared(defect, successThreshold))).toBeGreaterThan(0)
  })

  it.each(DEFECTS)('that %s fails some of switchgear-generate (R70)', async (defect) => {
    const broken = otherDriver({ ...settings, successThreshold }, defect)
    const found = await Promise.all(written(successThreshold).map((path) => checkPath(broken, path)))
    expect(found.filter((mismatch) => mismatch !== null)).not.toEqual([])
  })
})
