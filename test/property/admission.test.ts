// Admission: of two breakers in one registry, under random policies and through random histories, every call is let in, has to
// wait, or is refused as the oracle says and as `admission()` said before; and nothing that was held is lost or doubled.
import fc from 'fast-check'
import { it } from 'vitest'
import { AdmissionRun } from './admission-run.ts'
import { histories, policies } from './admission-steps.ts'
import { RUNS, SEED } from './seed.ts'

it.each([
  { way: 'folded', folding: true, heard: false },
  { way: 'heard', folding: true, heard: true },
  { way: 'unfolded', folding: false, heard: true },
])(
  'what admission() says is what the next call gets, in all views, and no slot or permit is lost, $way (R19, R63)',
  async (way) => {
    const property = fc.asyncProperty(policies, histories, async (policy, steps) => {
      const run = new AdmissionRun(policy, way)
      try {
        for (const step of steps) await run.take(step)
        await run.finish()
      } finally {
        run.close()
      }
    })
    await fc.assert(property, { numRuns: RUNS, seed: SEED })
  },
  60_000 + RUNS * 10,
)
