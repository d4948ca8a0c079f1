// npm run conformance: the kit on the circuit breakers of the ecosystem. Prints the table requirement x library and the
// shortest story of each failure, writes CONFORMANCE.md, and exits with 1 if a known defect was not found or a
// requirement was never put to the test. `--only a,b` judges some and writes nothing.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { documentOf } from './conformance/document.ts'
import type { Report } from './conformance/findings.ts'
import { searchKnown } from './conformance/known-defects.ts'
import { LIBRARIES } from './conformance/libraries.ts'
import { arePeersInstalled, PEERS_FOLDER } from './conformance/peer.ts'
import { REQUIREMENTS } from './conformance/requirements.ts'
import { judgeInChild } from './conformance/run-child.ts'
import { gridOf, knownLines, plainTable, storiesOf } from './conformance/table.ts'

const AT_ONCE = 2
const PAGE = new URL('../CONFORMANCE.md', import.meta.url)

function install(): void {
  if (arePeersInstalled()) return
  console.log('installing the peers …')
  const args = ['ci', '--prefix', PEERS_FOLDER, '--engine-strict=false', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', args, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: exit code ${status}`)
}

async function judgeAll(names: readonly string[] | undefined): Promise<Report[]> {
  const libraries = LIBRARIES.filter(({ name }) => names === undefined || names.includes(name))
  const reports: (Report | undefined)[] = libraries.map(() => undefined)
  let next = 0
  const work = async () => {
    for (let at = next++; at < libraries.length; at = next++) {
      const library = libraries[at]
      if (library !== undefined) reports[at] = await judgeInChild(library)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return reports.filter((report) => report !== undefined)
}

const only = process.argv[process.argv.indexOf('--only') + 1]?.split(',')
const names = process.argv.includes('--only') ? only : undefined
install()
const reports = await judgeAll(names)
const searches = searchKnown(reports)
const untested = reports.flatMap(({ library, cells }) =>
  REQUIREMENTS.filter(({ id }) => cells[id].verdict === 'not judged').map(({ title }) => `${library}: ${title}`),
)
console.log(plainTable(gridOf(reports)))
console.log(`\n${reports.flatMap(storiesOf).join('\n').replaceAll('**', '')}`)
console.log(`Known defects\n\n${knownLines(searches).join('\n')}`)
if (untested.length > 0) console.error(`\nNever put to the test:\n${untested.join('\n')}`)
if (names === undefined) writeFileSync(PAGE, documentOf(reports, searches))
if (untested.length > 0 || searches.some(({ found }) => found === undefined)) process.exitCode = 1
