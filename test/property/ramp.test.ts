// What a recovery ramp promises: at no moment are more calls admitted than the policy's shares add up to; and every way to
// run a breaker keeps to it, whatever else happens on the way.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Permit, PolicyOptions } from '../../src/index.ts'
import { loadMutant, type Mutant } from '../mutants/load.ts'
import { newHalfOpen } from '../support/registries.ts'
import { agree, historiesOf, policiesWith, type Step, stepsWith } from './history.ts'
import { Oracle } from './oracle.ts'
import { RUNS, SEED } from './seed.ts'
import { runtime, value, watched } from './subjects.ts'

const shares = fc.double({ min: 0.01, max: 1, noNaN: true })
const ramps = fc.record({
  duration: fc.integer({ min: 1, max: 500 }),
  from: shares,
  steps: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
})

/** By the words of the policy's documentation. */
function shareOf(
  { duration, from, steps }: { duration: number; from: number; steps?: number | undefined },
  ms: number,
) {
  const passed = Math.min(1, ms / duration)
  return from + (1 - from) * (steps === undefined ? passed : Math.floor(passed * steps) / steps)
}

describe('the share of calls that a ramp admits', () => {
  it('is at every moment what the policy says: of any calls in a row the sum of their shares, give or take one, also under a limit', () => {
    const arrivals = fc.array(
      fc.record({
        after: fc.integer({ min: 0, max: 40 }),
        calls: fc.integer({ min: 1, max: 9 }),
        ends: fc.boolean(),
      }),
      {
        minLength: 1,
        maxLength: 60,
        size: 'max',
      },
    )
    const limits = fc.option(fc.integer({ min: 1, max: 3 }))
    const property = fc.property(ramps, arrivals, limits, (ramp, moments, maxConcurrent) => {
      const { breaker, clock, registry } = newHalfOpen({ recoveryRamp: ramp, successThreshold: 1, maxConcurrent })
      breaker.recordSuccess()
      const held: Permit[] = []
      const begun = clock.now()
      // Of calls in a row from any to any: the sums since the start, at each of them.
      let most = 0
      let least = 0
      let sum = 0
      for (const { after, calls, ends } of moments) {
        clock.advance(after)
        if (breaker.state !== 'halfOpen') break
        if (ends) for (const permit of held.splice(0)) permit.success()
        for (let call = 0; call < calls; call++) {
          const { limited } = breaker.stats().calls
          const permit = breaker.tryAcquire()
          // The next one of the share comes in its stead.
          if (breaker.stats().calls.limited > limited) continue
          if (permit !== undefined) held.push(permit)
          sum += (permit === undefined ? 0 : 1) - shareOf(ramp, clock.now() - begun)
          most = Math.max(most, sum - least)
          least = Math.min(least, sum)
          expect(sum, 'since the start no more than the shares').toBeLessThanOrEqual(1e-6)
          expect(sum, 'nor a whole call less').toBeGreaterThan(-1 - 1e-6)
        }
      }
      expect(most, 'between any two calls at most one more than the shares').toBeLessThanOrEqual(1 + 1e-6)
      void registry.close()
    })
    fc.assert(property, { numRuns: RUNS, seed: SEED })
  })
})

/** Policies with a ramp, and histories that begin on it. */
const policies = fc
  .tuple(policiesWith(false), ramps)
  .map(([policy, recoveryRamp]): PolicyOptions => ({ ...policy, successThreshold: 1, recoveryRamp }))
const histories = historiesOf(stepsWith(null)).map((history): Step[] => [
  { do: 'command', command: 'trip' },
  { do: 'command', command: 'probe' },
  { do: 'record', result: 'succeed' },
  ...history,
])

it('every way to run a breaker comes back over the ramp as the oracle does (R01-R08, R11b, R30)', async () => {
  const property = fc.asyncProperty(policies, histories, (policy, history) =>
    agree(
      new Oracle(policy),
      {
        calls: runtime(policy, 'calls', true),
        permits: runtime(policy, 'permits', true),
        unfolded: runtime(policy, 'permits', false),
        watched: watched(policy),
        value: value(policy),
      },
      history,
    ),
  )
  await fc.assert(property, { numRuns: RUNS, seed: SEED })
}, 120_000)

const defects: Mutant[] = [
  {
    name: 'ramp: a call that is turned away is not counted',
    breaks: 'R03',
    file: 'src/core/rules/ramp.ts',
    find: 'credit: ramp.credit + shareAt(ramp, policy, at) }',
    replace: 'credit: ramp.credit }',
  },
  {
    name: 'ramp: what is left of a share is lost',
    breaks: 'R03',
    file: 'src/core/rules/ramp.ts',
    find: 'Math.max(0, ramp.credit + shareAt(ramp, policy, at) - 1)',
    replace: '0',
  },
  {
    name: 'ramp: it ends a moment too late',
    breaks: 'R05',
    file: 'src/core/rules/decide.ts',
    find: 'now >= ramp.endsAt',
    replace: 'now > ramp.endsAt',
  },
  {
    name: 'ramp: a crash begins it again',
    breaks: 'R30',
    file: 'machines/breaker.machine.ts',
    find: "startIn === 'halfOpen' && data.ramp !== null",
    replace: 'false',
  },
  {
    name: 'ramp: failures of the probes before it count on it',
    breaks: 'R04',
    file: 'src/core/rules/decide.ts',
    find: 'forgetProbes(current)\n  current.ramp = newRamp',
    replace: 'current.ramp = newRamp',
  },
]

describe('the property finds', () => {
  for (const defect of defects) {
    it(`${defect.name.replace('ramp: ', '')} (${defect.breaks})`, async () => {
      const create = await loadMutant(defect)
      const property = fc.asyncProperty(policies, histories, (policy, history) =>
        agree(new Oracle(policy), { mutant: runtime(policy, 'permits', true, create) }, history),
      )
      const { failed, numRuns } = await fc.check(property, { seed: 1, numRuns: 10_000, endOnFailure: true })
      expect(failed, `alive after ${numRuns} histories`).toBe(true)
    }, 60_000)
  }
})
