// Slow: thousands of lives.
// Random lives of a fleet of three: the invariants hold after every step, and all find together again at the end.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SEED } from '../../property/seed.ts'
import { live } from './run.ts'
import { PRELUDES, steps, tell } from './steps.ts'

it('a fleet keeps its promises, whatever happens to processes, network and store (I1, I2, I4, I5, I7-I13)', async () => {
  let taken = 0
  const met = new Map<string, number>()
  const life = fc.record({
    processes: fc.constantFrom(2, 3),
    rampShares: fc.constantFrom([], [0.5]),
    prelude: fc.constantFrom(...PRELUDES),
    after: fc.array(steps(3), { minLength: 5, maxLength: 60, size: 'max' }),
  })
  const property = fc.asyncProperty(life, async ({ prelude, after, ...life }) => {
    const world = await live({ ...life, steps: [...prelude, ...after] })
    taken += world.steps
    for (const [what, times] of world.met) met.set(what, (met.get(what) ?? 0) + times)
  })
  const numRuns = Number(process.env['FLEET_RUNS'] ?? 150)
  const result = await fc.check(property, { numRuns, seed: SEED, interruptAfterTimeLimit: 600_000 })
  const [example] = result.counterexample ?? []
  const story =
    example === undefined
      ? []
      : [
          `${example.processes} processes, ramp ${example.rampShares}`,
          ...[...example.prelude, ...example.after].map(tell),
        ]
  const often = [...met].map(([what, times]) => `${what} ${times} times`).sort()
  console.log(`${result.numRuns} lives, ${taken} steps: ${often.join(', ')}`)
  expect(result.failed, `${story.join(' > ')}\n${result.errorInstance}`).toBe(false)
}, 660_000)
