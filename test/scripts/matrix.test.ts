// The matrix tries what package.json lets people install.
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMBINATIONS, PEERS, partsOf } from '../../scripts/matrix/combinations.ts'
import { RUNTIMES } from '../../scripts/matrix/runtimes.ts'

describe('the matrix', () => {
  it.each(Object.entries(PEERS))(
    'tries the oldest and the newest version of each part of the range of %s',
    (name, range) => {
      const tried = COMBINATIONS.filter((combination) => combination.name.startsWith(`${name} `))
      expect(tried.map(({ packages }) => packages[name])).toEqual(
        partsOf(range).flatMap((part) => [part.slice(1), part]),
      )
    },
  )

  it('has a file for each smoke test, and runs the core on every runtime', () => {
    const missing = COMBINATIONS.filter(({ smoke }) => !existsSync(`scripts/matrix/smoke/${smoke}.ts`))
    expect(missing).toEqual([])
    const ofCore = COMBINATIONS.filter(({ smoke }) => smoke === 'core')
    expect(ofCore.map(({ runtime }) => runtime)).toEqual([...RUNTIMES])
  })

  it.each(['>=1.0.0', '^1.0.0 || 2', '1.x'])('takes no range of a shape that it could not try: %s', (range) => {
    expect(() => partsOf(range)).toThrow('ranges like ^1.2.3')
  })
})
