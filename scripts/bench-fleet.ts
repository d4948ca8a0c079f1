// npm run bench:fleet: what a fleet costs its calls, as ratios in one process, and its store, and how fast it is, in 4 processes
// with 10 members each. Exits with 1 when a budget is exceeded, and not by the machine alone. --json prints the figures,
// --rounds N measures calls longer, --calls leaves out the processes; so does a machine without Redis.
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { redisServer } from '../test/support/needs.ts'
import { measureCalls } from './bench/fleet-calls.ts'
import { commandsAtRest, measureFleet, timeOfPoll, timeOfRuling } from './bench/fleet-store.ts'

interface Line {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly budget?: number
  /** What two equal paths are apart on this machine: a budget below it proves nothing. */
  readonly floor?: number
}

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    calls: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '40' },
  },
})
const rounds = Number(args.rounds)
if (!(Number.isSafeInteger(rounds) && rounds >= 10)) {
  console.error(`--rounds: expected a whole number of at least 10, received ${args.rounds}`)
  process.exit(2)
}

async function linesOfCalls(): Promise<Line[]> {
  const { closed, closedFloor, rejected, rejectedByFleet } = await measureCalls(rounds)
  return [
    { what: 'closed call, joined by not joined', value: closed, unit: 'x', budget: 1.05, floor: closedFloor },
    { what: 'the same path twice, in one registry', value: closedFloor, unit: 'x' },
    { what: 'rejected call, joined by not joined', value: rejected, unit: 'x', budget: 1.05, floor: closedFloor },
    { what: 'rejected by the fleet, by rejected by itself', value: rejectedByFleet, unit: 'x' },
  ]
}

async function linesOfProcesses(): Promise<Line[]> {
  const [one, thousand] = [await commandsAtRest(1), await commandsAtRest(1_000)]
  const figures = await measureFleet(9)
  const { commandsPerMember, cpuMsPerMember, lastOpenMs, worstOpenMs, firstMs, lastProcessMs, pingMs, probes, openMs } =
    figures
  return [
    { what: 'commands a second at rest, 1 endpoint', value: one, unit: '/s', budget: 1.5 },
    { what: 'commands a second at rest, 1,000 endpoints', value: thousand, unit: '/s', budget: 1.5 },
    { what: 'commands a second, each of 40 that call', value: commandsPerMember, unit: '/s', budget: 1.5 },
    { what: "server's time a second, each of 40", value: cpuMsPerMember, unit: 'ms' },
    { what: "server's time for a poll, of 100 that poll at once", value: await timeOfPoll(), unit: 'µs' },
    { what: 'from the report that opens to the last of 40', value: lastOpenMs, unit: 'ms', budget: 10, floor: pingMs },
    { what: "a member's own time for it, warm", value: await timeOfRuling(), unit: 'µs' },
    { what: 'the longest of these', value: worstOpenMs, unit: 'ms' },
    { what: 'from the report to the first', value: firstMs, unit: 'ms' },
    {
      what: 'from the report to the last of the 4 processes',
      value: lastProcessMs,
      unit: 'ms',
      budget: 10,
      floor: pingMs,
    },
    { what: 'an empty message to the last of 4, and back', value: pingMs, unit: 'ms' },
    {
      what: `probes of 40 in 10 s, open for ${openMs / 1_000} s`,
      value: probes,
      unit: '',
      budget: Math.ceil(10_000 / openMs) + 1,
    },
  ]
}

const lines = await linesOfCalls()
if (redisServer.path === null) console.error(`without processes: ${redisServer.missing}`)
else if (!args.calls) lines.push(...(await linesOfProcesses()))

const isOver = ({ value, budget = Number.POSITIVE_INFINITY, floor = 0 }: Line) => value > budget && floor <= budget
const over = lines.filter(isOver)
const load = `load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`
const machine = `${cpus()[0]?.model.trim()}, ${load}, Node ${process.version}`
if (args.json) console.log(JSON.stringify({ machine, rounds, lines, over: over.length }, null, 2))
else {
  console.log(`${machine}; medians of ${rounds} rounds of calls, of 9 outages\n`)
  for (const line of lines) {
    const verdict = line.budget === undefined ? '' : `${isOver(line) ? 'OVER' : '<='} ${line.budget}`
    console.log(`${line.what.padEnd(52)}${`${line.value.toFixed(2)} ${line.unit}`.padStart(10)}  ${verdict}`)
  }
}
process.exitCode = over.length > 0 ? 1 : 0
