// A run: the peers installed if need be, every library judged in a process of its own, and whether the committed page
// and the README's table are what came out.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentOf, readmeWith } from './document.ts'
import type { Report } from './findings.ts'
import { type Search, searchKnown } from './known-defects.ts'
import { LIBRARIES } from './libraries.ts'
import { arePeersInstalled, PEERS_FOLDER } from './peer.ts'
import { REQUIREMENTS } from './requirements.ts'
import { judgeInChild } from './run-child.ts'

/** One more than the cores that can be counted on: each process waits a while for its loader. */
const AT_ONCE = 3

const LONG: readonly string[] = ['@fastify/circuit-breaker', 'Effect CircuitBreaker', 'switchgear']

export interface Run {
  readonly reports: readonly Report[]
  readonly searches: readonly Search[]
  /** `library: requirement` of what was never put to the test. */
  readonly untested: readonly string[]
}

export function installPeers(stdio: 'inherit' | 'ignore' = 'inherit'): void {
  if (arePeersInstalled()) return
  const args = ['ci', '--prefix', PEERS_FOLDER, '--engine-strict=false', '--prefer-offline', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', args, { stdio })
  if (status !== 0) throw new Error(`the libraries to compare can't be installed: npm ${args.join(' ')}`)
}

export async function runAll(names?: readonly string[]): Promise<Run> {
  const libraries = LIBRARIES.filter(({ name }) => names === undefined || names.includes(name))
  const reports: (Report | undefined)[] = libraries.map(() => undefined)
  // The longest first, so that none of them is left to run alone.
  const isLong = (at: number) => Number(LONG.includes(libraries[at]?.name ?? ''))
  const order = [...libraries.keys()].sort((left, right) => isLong(right) - isLong(left))
  const work = async () => {
    for (let at = order.shift(); at !== undefined; at = order.shift()) {
      const library = libraries[at]
      if (library !== undefined) reports[at] = await judgeInChild(library)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const done = reports.filter((report) => report !== undefined)
  const untested = done.flatMap(({ library, cells }) =>
    REQUIREMENTS.filter(({ id }) => cells[id].verdict === 'not judged').map(({ title }) => `${library}: ${title}`),
  )
  return { reports: done, searches: searchKnown(done), untested }
}

const NAMES = ['CONFORMANCE.md', 'README.md'] as const

/** What the two pages of the folder would be after this run. */
function pagesAfter({ reports, searches }: Run, folder: string): Record<(typeof NAMES)[number], string> {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  return { 'CONFORMANCE.md': documentOf(reports, searches), 'README.md': readmeWith(readme, reports) }
}

export function writePages(run: Run, folder: string): void {
  const pages = pagesAfter(run, folder)
  for (const name of NAMES) writeFileSync(join(folder, name), pages[name])
}

/** The lines of the pages in the folder that this run would have written otherwise, as `page: line`. */
export function forgedLines(run: Run, folder: string): string[] {
  const pages = pagesAfter(run, folder)
  return NAMES.flatMap((name) => {
    const found = readFileSync(join(folder, name), 'utf8').split('\n')
    const expected = pages[name].split('\n')
    if (found.join('\n') === expected.join('\n')) return []
    const differs = expected.findIndex((line, index) => line !== found[index])
    const at = differs === -1 ? expected.length : differs
    return `${name}:${at + 1}: is "${found[at] ?? ''}", a run gives "${expected[at] ?? ''}"`
  })
}
