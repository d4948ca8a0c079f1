// The committed page is what a run gives: the kit judges every library anew, which takes some ten seconds, and a page that
// says anything else fails.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forgedLine, installPeers, type Run, runAll, writePage } from '../../scripts/conformance/run.ts'
import { inRepository } from './sandbox.ts'

const PAGE = 'CONFORMANCE.md'
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

  /** What the check says of the page once a line of it is another. */
  function afterForging(from: string | RegExp, to: string): string | undefined {
    const file = join(copy, PAGE)
    copyFileSync(inRepository(PAGE), file)
    const text = readFileSync(file, 'utf8')
    const forged = text.replace(from, to)
    expect(forged).not.toBe(text)
    writeFileSync(file, forged)
    return forgedLine(run, copy)
  }

  it('is what a run gives (npm run conformance writes it)', () => {
    expect(forgedLine(run, inRepository('.'))).toBe(undefined)
  })

  it('stands on a run that put every requirement to every library and found every known defect', () => {
    expect(run.untested).toEqual([])
    expect(run.searches.filter(({ found }) => found === undefined).map(({ defect }) => defect.says)).toEqual([])
  })

  it.each([
    ['a verdict', '| **fails**', '| ok'],
    ['a story', 'the event loop stalls for 30 s', 'the event loop stalls for 31 s'],
    ['a version', /\| opossum \| \d+/, '| opossum | 9'],
  ])('is noticed when it is forged: %s', (_, from, to) => {
    expect(afterForging(from, to)).toMatch(/^line \d+ is .*, a run gives /)
  })

  it('is mended by writing it anew', () => {
    afterForging('| **fails**', '| ok')
    writePage(run, copy)
    expect(forgedLine(run, copy)).toBe(undefined)
  })
})
