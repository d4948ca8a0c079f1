// Broken fleets: the model must notice each, and the test tells what has. A sound fleet is found nothing wrong with.
import { afterAll, describe, expect, it } from 'vitest'
import { loadMutantOf } from '../../mutants/load.ts'
import { hunt, type Prey } from './hunt.ts'
import { mutants } from './mutants.ts'
import * as actual from './subject.ts'

const caught = new Map<string, string>()

describe('the model catches a fleet where', () => {
  it.each(mutants)('$name ($breaks)', async (mutant) => {
    const prey = await loadMutantOf<Prey>('test/fleet/model/subject.ts', { ...mutant, name: `fleet: ${mutant.name}` })
    const found = await hunt(prey, 60)
    if (found !== null) caught.set(mutant.name, found)
    expect(found, 'it lives').not.toBeNull()
  })

  afterAll(() => {
    console.log(
      [
        `${caught.size} of ${mutants.length} broken fleets caught`,
        ...[...caught].map(([name, by]) => `${name}\n     ${by}`),
      ].join('\n'),
    )
  })
})

it('the model finds nothing wrong with a sound fleet', async () => {
  expect(await hunt(actual, 20)).toBeNull()
})
