// Broken breakers, one requirement broken in each: the kit must catch every one, and the test tells what caught it.
import { afterAll, describe, expect, it } from 'vitest'
import { createRegistry } from '../../src/index.ts'
import { type Catch, hunt, type Prey } from './hunt.ts'
import { loadMutant } from './load.ts'
import { mutants } from './mutants.ts'
import * as policies from './policies.ts'

const caught = new Map<Prey, Catch>()

function tell({ name, breaks }: Prey, { by, driver, title, story, difference }: Catch): string {
  const path = by === 'exploration' ? ['exploration', title].filter(Boolean).join(': ') : `generated path "${title}"`
  return [
    `${breaks} ${name}`,
    `     caught by: ${path} (${driver})`,
    `     in short: ${story.join(' > ')}`,
    `     ${difference}`,
  ].join('\n')
}

describe('the kit catches a breaker where', () => {
  for (const mutant of mutants) {
    it(`${mutant.name} (${mutant.breaks})`, async () => {
      const create = await loadMutant({ ...mutant, name: `kit: ${mutant.name}` })
      const found = await hunt(create, mutant.policy, mutant.exploration)
      if (found !== null) caught.set(mutant, found)
      expect(found, 'it lives').not.toBeNull()
    }, 60_000)
  }

  afterAll(() => {
    const kinds = [...caught.values()].filter(({ by }) => by === 'generated path').length
    const summary = `${caught.size} of ${mutants.length} mutants caught, ${kinds} of them by generated paths`
    console.log([summary, ...[...caught].map(([mutant, found]) => tell(mutant, found))].join('\n'))
  })
})

describe('the kit finds nothing wrong with a sound breaker', () => {
  for (const [name, policy] of Object.entries(policies)) {
    it(`under the policy ${name} (R01-R09, R12, R13, R22, R25, R30)`, async () => {
      expect(await hunt(createRegistry, policy, { depth: 2 })).toBeNull()
    }, 60_000)
  }
})
