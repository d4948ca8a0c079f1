import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { requirementsIn, testFiles } from '../support/titles.ts'

const REQUIREMENTS = [
  ...['R01', 'R02', 'R03', 'R04', 'R05', 'R06', 'R07', 'R08', 'R09'],
  ...['R10', 'R11', 'R11b', 'R12', 'R13'],
  ...['R20', 'R21', 'R22', 'R23', 'R24', 'R25'],
  ...['R30', 'R31', 'R32', 'R33'],
  ...['R40', 'R50'],
]

const files = testFiles(fileURLToPath(new URL('..', import.meta.url)))

describe('the requirements', () => {
  for (const requirement of REQUIREMENTS) {
    it(`${requirement} is named by the title of a test`, () => {
      const naming = files.filter(({ source }) => requirementsIn(source, REQUIREMENTS).includes(requirement))
      expect(naming.map(({ path }) => path)).not.toEqual([])
    })
  }

  it('are looked for in all test files, those in folders too', () => {
    const paths = files.map(({ path }) => path)
    expect(paths).toContain('package/requirements.test.ts')
    expect(paths).toContain('presets/nebula.test.ts')
    expect(paths.length).toBeGreaterThan(20)
  })

  it('are found in titles only, at their end, so that one without a test is missed', () => {
    const source = `
      // it says more about closing (R04)
      it('opens (R01)', () => {})
      it.each([1, 2])('opens %s times (R02, R03)', () => {})
      it(\`closes \${times} (R05-R07)\`, () => {})
      it('names R08 in the middle of it', () => {})
      expect('something (R09)').toBe('something (R09)')
    `
    expect(requirementsIn(source, REQUIREMENTS)).toEqual(['R01', 'R02', 'R03', 'R05', 'R06', 'R07'])
    expect(requirementsIn("it('knows it by name (R11b)', () => {})", REQUIREMENTS)).toEqual(['R11b'])
    expect(requirementsIn("it('knows none (R99)', () => {})", REQUIREMENTS)).toEqual([])
  })
})
