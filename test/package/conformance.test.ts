// The committed page and the README's table are what a run gives: the kit judges every library anew, which takes some
// ten seconds, and a page that says anything else fails.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgedLines, installPeers, type Run, runAll, writePages } from '../../scripts/conformance/run.ts'
import { inRepository } from './sandbox.ts'

const PAGES = ['CONFORMANCE.md', 'README.md']
const LIMIT_MS = 300_000

describe('the conformance page', () => {
  let run: Run
  let copy: string
  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), 'switchgear-pages-'))
    installPeers('ignore')
    run = await runAll()
  }, LIMIT_MS)
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  /** What the check says of the pages once a line of one of them is another. */
  function afterForging(page: string, from: string | RegExp, to: string): string[] {
    for (const name of PAGES) copyFileSync(inRepository(name), join(copy, name))
    const file = join(copy, page)
    const text = readFileSync(file, 'utf8')
    const forged = text.replace(from, to)
    expect(forged).not.toBe(text)
    writeFileSync(file, forged)
    return forgedLines(run, copy)
  }

  it('is what a run gives, as is the table of the README (npm run conformance writes both)', () => {
    expect(forgedLines(run, inRepository('.'))).toEqual([])
  })

  it('stands on a run that put every requirement to every library and found every known defect', () => {
    expect(run.untested).toEqual([])
    expect(run.searches.filter(({ found }) => found === undefined).map(({ defect }) => defect.says)).toEqual([])
  })

  it('is noticed when it is forged: a verdict, a story, a version, a row of the README', () => {
    const forgeries = [
      afterForging('CONFORMANCE.md', '| **fails**', '| ok'),
      afterForging('CONFORMANCE.md', 'the event loop stalls for 30 s', 'the event loop stalls for 31 s'),
      afterForging('CONFORMANCE.md', /\| opossum \| \d+/, '| opossum | 9'),
      afterForging('README.md', '| ok | **fails**', '| **fails** | ok'),
      afterForging('README.md', /\| A late result[^\n]*\n/, ''),
    ]
    expect(forgeries.map(([line]) => line?.split(':')[0])).toEqual([...Array(3).fill(PAGES[0]), PAGES[1], PAGES[1]])
  })

  it('is mended by writing it anew', () => {
    afterForging('CONFORMANCE.md', '| **fails**', '| ok')
    writePages(run, copy)
    expect(forgedLines(run, copy)).toEqual([])
  })

  it('leaves no row in which a library fails out of the README, this package not excepted', () => {
    const rowsOf = (text: string) => text.split('\n').filter((line) => line.startsWith('| '))
    const readme = readFileSync(inRepository('README.md'), 'utf8')
    const shown = rowsOf(readme.slice(readme.indexOf('<!-- conformance -->'), readme.indexOf('<!-- /conformance -->')))
    const table = rowsOf(readFileSync(inRepository('CONFORMANCE.md'), 'utf8'))
    expect(table.filter((row) => row.includes('**fails**') && !shown.includes(row))).toEqual([])
  })
})
