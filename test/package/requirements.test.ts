// docs/requirements.md and the tests know the same numbers: each that stands there is named by a test, and each that is named
// anywhere stands there.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesUnder, numbersIn, requirementsIn } from '../support/titles.ts'

const inRepository = (path: string) => join(import.meta.dirname, '../..', path)
const text = readFileSync(inRepository('docs/requirements.md'), 'utf8')
const ROWS = [...text.matchAll(/^\| ([A-Z]\d+[a-z]?) \| (.+) \| (.+) \|$/gm)].map(
  ([, number = '', what = '', source = '']) => {
    return { number, what, source }
  },
)
const ALL = ROWS.map(({ number }) => number)

/** The contract of stores is told in the package, for others run it, too. */
const FOLDERS = ['test', 'src/fleet/testing/contract'] as const
const tests = FOLDERS.flatMap((folder) => filesUnder(inRepository(folder), folder === 'test' ? '.test.ts' : '.ts'))
const everything = ['test', 'src', 'machines', 'scripts', 'docs'].flatMap((folder) =>
  filesUnder(inRepository(folder), '.ts', '.tsx', '.md').map(({ path, source }) => ({
    path: `${folder}/${path}`,
    source,
  })),
)

/** What is written like a requirement: `R07`, `R11b`, `I4`. */
const written = (source: string) => source.match(/(?<![\w/\\])(?:R\d\d[a-z]?|I\d{1,2})(?![\w/])/g) ?? []

/** What is named and not told, with the first place that names it. */
function dangling(files: typeof everything, numbersOf: (source: string) => readonly string[]): string[] {
  const unknown = files.flatMap(({ path, source }) => {
    return numbersOf(source).flatMap((part) => {
      const ends = ALL.includes(part) ? [] : part.split(/(?<=\d[a-z]?)-/)
      return ends.filter((number) => !ALL.includes(number)).map((number) => `${number}: ${path}`)
    })
  })
  return [...new Set(unknown)]
}

describe('the requirements', () => {
  it.each(ALL)('%s is named by the title of a test', (number) => {
    const naming = tests.filter(({ source }) => requirementsIn(source, ALL).includes(number))
    expect(naming.map(({ path }) => path)).not.toEqual([])
  })

  it('that the title of a test names stand in docs/requirements.md, whatever letter they have', () => {
    expect(dangling(tests, numbersIn)).toEqual([])
  })

  it('that are named in sources, scripts and documents stand there, too', () => {
    const others = everything.filter(
      ({ path }) => !path.endsWith('page-files.ts') && path !== 'test/package/requirements.test.ts',
    )
    expect(dangling(others, written)).toEqual([])
    expect(others.filter(({ source }) => written(source).length > 0).length).toBeGreaterThan(100)
  })

  it('are each one sentence, with a source, and have one number', () => {
    expect(new Set(ALL).size).toBe(ALL.length)
    expect(ALL.length).toBeGreaterThan(60)
    const wrong = ROWS.filter(({ what, source }) => !/^[^a-z].*\.$|^`.*\.$/.test(what) || source.trim() === '')
    expect(wrong).toEqual([])
  })

  it('are looked for in all test files, those in folders too', () => {
    const paths = tests.map(({ path }) => path)
    expect(paths).toContain('package/requirements.test.ts')
    expect(paths).toContain('presets/nebula.test.ts')
    expect(paths).toContain('probing.ts')
  })

  it('are found in titles only, at their end, so that one without a test is missed', () => {
    const source = `
      // it says more about closing (R04)
      it('opens (R01)', () => {})
      it.each([1, 2])('opens %s times (R02, R03)', () => {})
      it(\`closes \${times} (R05-R07)\`, () => {})
      it('names R08 in the middle of it', () => {})
      expect('something (R09)').toBe('something (R09)')
      it('probes (I4)', async () => {})
    `
    expect(requirementsIn(source, ALL)).toEqual(['R01', 'R02', 'R03', 'R05', 'R06', 'R07', 'I4'])
    expect(requirementsIn("it('knows it by name (R11b)', () => {})", ALL)).toEqual(['R11b'])
    expect(requirementsIn("it('knows none (R99)', () => {})", ALL)).toEqual([])
  })

  it('that stand nowhere are found, in titles and in prose', () => {
    const file = (source: string) => [{ path: 'a.ts', source }]
    expect(dangling(file("it('knows none (R99, K3)', () => {})"), numbersIn)).toEqual(['R99: a.ts', 'K3: a.ts'])
    expect(dangling(file("it('ends nowhere (R01-R98)', () => {})"), numbersIn)).toEqual(['R98: a.ts'])
    expect(dangling(file("it('is a size (8 KB)', () => {})"), numbersIn)).toEqual([])
    expect(dangling(file('/** So that none is late (R98), see I99; not `I/O`, nor R2D2 */'), written)).toEqual([
      'R98: a.ts',
      'I99: a.ts',
    ])
  })
})
