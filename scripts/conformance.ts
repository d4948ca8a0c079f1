// npm run conformance: the kit on the circuit breakers of the ecosystem. Prints the table requirement x library and the
// shortest story of each failure, writes CONFORMANCE.md, and exits with 1 if a known defect was not found or a
// requirement was never put to the test. `--only a,b` judges some and writes nothing.
import { fileURLToPath } from 'node:url'
import { installPeers, runAll, writePage } from './conformance/run.ts'
import { gridOf, knownLines, plainTable, storiesOf } from './conformance/table.ts'

const only = process.argv[process.argv.indexOf('--only') + 1]?.split(',')
const names = process.argv.includes('--only') ? only : undefined
installPeers()
const run = await runAll(names)
const { reports, searches, untested } = run
console.log(plainTable(gridOf(reports)))
console.log(`\n${reports.flatMap(storiesOf).join('\n').replaceAll('**', '')}`)
console.log(`Known defects\n\n${knownLines(searches).join('\n')}`)
if (untested.length > 0) console.error(`\nNever put to the test:\n${untested.join('\n')}`)
if (names === undefined) writePage(run, fileURLToPath(new URL('..', import.meta.url)))
if (untested.length > 0 || searches.some(({ found }) => found === undefined)) process.exitCode = 1
