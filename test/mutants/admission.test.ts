// The random histories of admission notice each of these: a property that finds nothing proves nothing.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AdmissionRun } from '../property/admission-run.ts'
import { histories, policies } from '../property/admission-steps.ts'
import { ofAdmission } from './admission.ts'
import { loadMutant } from './load.ts'

const ways = fc.record({ folding: fc.boolean(), heard: fc.boolean() })

describe('the histories of admission find that', () => {
  it.each(ofAdmission.map((mutant) => [mutant.name.replace('admission: ', ''), mutant] as const))(
    '%s (R19)',
    async (_, mutant) => {
      const create = await loadMutant(mutant)
      const property = fc.asyncProperty(policies, histories, ways, async (policy, steps, way) => {
        const run = new AdmissionRun(policy, way, create)
        try {
          for (const step of steps) await run.take(step)
          await run.finish()
        } finally {
          run.close()
        }
      })
      const { failed, numRuns } = await fc.check(property, { seed: 1, numRuns: 400, endOnFailure: true })
      expect(failed, `alive after ${numRuns} histories`).toBe(true)
    },
    120_000,
  )
})
