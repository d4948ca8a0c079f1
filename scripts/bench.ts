// npm run bench: what a call costs, as ratios to a bare async try/catch, interleaved in one process with the peers; and
// what many breakers and being watched cost. Exits with 1 when a budget is exceeded by us and not by the floor that is measured beside it.
// --json prints the figures, --rounds N measures longer, --calls leaves out the many breakers.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type Line, linesOfCalls, linesOfMany, linesOfRequests, linesOfStart, linesOfWatching } from './bench/lines.ts'
import { measurePaths } from './bench/measure.ts'
import { registry } from './bench/paths.ts'
import { versions } from './bench/peers.ts'

function readRounds(text: string): number {
  const rounds = Number(text)
  if (Number.isSafeInteger(rounds) && rounds >= 10) return rounds
  console.error(`--rounds: expected a whole number of at least 10, received ${text}`)
  process.exit(2)
}

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    calls: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '30' },
  },
})
const rounds = readRounds(args.rounds)
const lines = linesOfCalls(await measurePaths(rounds))
await registry.close()
if (!args.calls)
  lines.push(...linesOfStart(), ...(await linesOfMany()), ...(await linesOfWatching()), ...(await linesOfRequests()))

/** Over, where the machine alone is not. */
const isOver = ({ value, budget = Number.POSITIVE_INFINITY, floor = 0 }: Line): boolean =>
  value > budget && floor <= budget
const over = lines.filter(isOver)
const machine = `${cpus()[0]?.model.trim()}, Node ${process.version}, ${versions}`
if (args.json) console.log(JSON.stringify({ machine, rounds, lines, over: over.length }, null, 2))
else {
  console.log(`${machine}; medians of ${rounds} rounds, each path beside its base\n`)
  for (const line of lines) {
    const { path, value, unit, budget, floor, note } = line
    const shown = `${value.toFixed(unit === 'x' ? 2 : unit === 'bytes' || unit === 'MB' ? 0 : 1)} ${unit}`
    const excused = floor !== undefined && budget !== undefined && value > budget ? 'FLOOR' : '<='
    const verdict = budget === undefined ? '' : `${isOver(line) ? 'OVER' : excused} ${budget}`
    console.log(`${path.padEnd(44)}${shown.padStart(11)}  ${verdict.padEnd(11)}${note}`)
  }
}
process.exitCode = over.length > 0 ? 1 : 0
