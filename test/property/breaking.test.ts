// Proof that the property can fail: each of these defects, put into the sources, is found by it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadMutant, type Mutant } from '../mutants/load.ts'
import { agree, historiesOf, policiesWith, stepsWith } from './history.ts'
import { Oracle } from './oracle.ts'
import { runtime } from './subjects.ts'

const defects: Mutant[] = [
  {
    name: 'property: generation check broken',
    breaks: 'R06',
    file: 'src/core/rules/decide.ts',
    find: 'current.generation !== generation ||',
    replace: 'false ||',
  },
  {
    name: 'property: window never expires',
    breaks: 'R13',
    file: 'src/core/rules/window.ts',
    find: "if ('calls' in size || now < window.endsAt) return",
    replace: "if ('calls' in size || now < window.endsAt * 1e9) return",
  },
  {
    name: 'property: failure exactly one window old still counts',
    breaks: 'R12',
    file: 'src/core/rules/triggers/failures.ts',
    find: 'now >= oldest + windowMs',
    replace: 'now > oldest + windowMs',
  },
  {
    name: 'property: buckets of seven begin 9 ms late',
    breaks: 'R13',
    file: 'src/core/rules/buckets.ts',
    find: 'whole * buckets === offset ? whole : whole + 1',
    replace: 'whole * buckets === offset ? whole : whole + 9217',
  },
  {
    name: 'property: call exactly at the limit is slow',
    breaks: 'R12',
    file: 'src/core/rules/triggers/slow-calls.ts',
    find: 'durationMs > policy.slowCalls.slowerThanMs',
    replace: 'durationMs >= policy.slowCalls.slowerThanMs',
  },
  {
    name: 'property: window of calls holds one too many',
    breaks: 'R13',
    file: 'src/core/rules/window.ts',
    find: 'if (window.calls < capacity) window.calls++',
    replace: 'if (window.calls <= capacity) window.calls++',
  },
  {
    name: 'property: permit lost on ignore',
    breaks: 'R03',
    file: 'machines/breaker.machine.ts',
    find: "ignore: [{ guard: 'late' }, { actions: ['returnPermit', 'endLease'] }],",
    replace: "ignore: [{ guard: 'late' }, { actions: 'endLease' }],",
  },
  {
    name: 'property: threshold off by one',
    breaks: 'R12',
    file: 'src/core/rules/triggers/failures.ts',
    find: 'return evidence.consecutiveFailures >= threshold',
    replace: 'return evidence.consecutiveFailures > threshold',
  },
]

describe('the property finds', () => {
  for (const defect of defects) {
    it(`${defect.name.replace('property: ', '')} (${defect.breaks})`, async () => {
      const create = await loadMutant(defect)
      const histories = historiesOf(stepsWith(null))
      const property = fc.asyncProperty(policiesWith(false), histories, (policy, history) =>
        agree(new Oracle(policy), { mutant: runtime(policy, 'permits', true, create) }, history),
      )
      const { failed, numRuns } = await fc.check(property, { seed: 1, numRuns: 10_000, endOnFailure: true })
      expect(failed, `alive after ${numRuns} histories`).toBe(true)
    }, 60_000)
  }
})
