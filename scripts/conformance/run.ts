// A run: the peers installed if need be, every library judged in a process of its own, and whether the committed page is
// what came out.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentOf } from './document.ts'
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

const PAGE = 'CONFORMANCE.md'

export function writePage({ reports, searches }: Run, folder: string): void {
  writeFileSync(join(folder, PAGE), documentOf(reports, searches))
}

/** Where the page in the folder is not what this run gives: its first line that differs, or nothing. */
export function forgedLine({ reports, searches }: Run, folder: string): string | undefined {
  const found = readFileSync(join(folder, PAGE), 'utf8')
  const given = documentOf(reports, searches)
  if (found === given) return undefined
  const lines = found.split('\n')
  const expected = given.split('\n')
  const differs = expected.findIndex((line, index) => line !== lines[index])
  const at = differs === -1 ? expected.length : differs
  return `line ${at + 1} is "${lines[at] ?? ''}", a run gives "${expected[at] ?? ''}"`
}
