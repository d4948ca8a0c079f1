// A process of its own for one library, so that its global clock and its leftovers are its own: judges it and prints
// the report as JSON. `node child.ts <name>`.
import { installGlobalClock } from './global-clock.ts'

installGlobalClock()

const { judge } = await import('./judge.ts')
const { LIBRARIES } = await import('./libraries.ts')
const { versionOf } = await import('./peer.ts')

// What a library throws at nobody would end a real process; here it is judged by what it leaves behind.
process.on('unhandledRejection', () => {})
process.on('uncaughtException', () => {})

const library = LIBRARIES.find(({ name }) => name === process.argv[2])
if (library === undefined) throw new Error(`no library of that name: ${process.argv[2]}`)
const findings = await judge(library).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
const report = {
  library: library.name,
  version: versionOf(library.packageName),
  node: process.versions.node,
  configuredAs: library.configuredAs,
  callTimeout: library.callTimeout,
  cells: findings.cells(library),
}
process.stdout.write(JSON.stringify(report), () => process.exit(0))
