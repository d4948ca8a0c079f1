// npm run bench: what a call costs, as ratios to a bare async try/catch, interleaved in one process with the peers.
// Budgets are DESIGN's; the exit code is 1 when one is exceeded. --json prints the figures, --rounds N measures longer.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type Measured, measurePaths } from './bench/measure.ts'
import { registry } from './bench/paths.ts'
import { measureMemory, measureSpawn, measureTransition } from './bench/scale.ts'

interface Line {
  readonly path: string
  readonly value: number
  readonly unit: 'x' | 'ns' | 'µs' | 'bytes'
  readonly budget?: number
  readonly note: string
}

function readRounds(text: string): number {
  const rounds = Number(text)
  if (Number.isSafeInteger(rounds) && rounds >= 10) return rounds
  console.error(`--rounds: expected a whole number of at least 10, received ${text}`)
  process.exit(2)
}

const { values: args } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '30' } },
})
const rounds = readRounds(args.rounds)

const measured = await measurePaths(rounds)
const of = (path: string) => measured[path] as Measured
const spawn = {
  small: await measureSpawn(1_000),
  medium: await measureSpawn(10_000),
  large: await measureSpawn(100_000),
}
const closedBytes = await measureMemory(false)
const openBytes = await measureMemory(true)
const transition = await measureTransition()
await registry.close()

const ratio = (path: string, budget?: number): Line => ({
  path,
  value: of(path).ratio,
  unit: 'x',
  ...(budget !== undefined && { budget }),
  note: `${of(path).ns.toFixed(0)} ns; base ${of(path).baseNs.toFixed(0)} ns`,
})
const fasterPeer = Math.min(of('opossum, closed').ratio, of('cockatiel, closed').ratio)
const spawnNote = `${spawn.small.toFixed(1)}, ${spawn.medium.toFixed(1)}, ${spawn.large.toFixed(1)} µs at 1,000, 10,000, 100,000`

const lines: Line[] = [
  ratio('call, closed', 1.25),
  {
    path: 'call, closed, against the faster peer',
    value: of('call, closed').ratio / fasterPeer,
    unit: 'x',
    budget: 1,
    note: 'below 1 is faster',
  },
  ratio('call, closed, rate and slow-call windows', 2.1),
  ratio('bare wrapper with two clock reads'),
  ratio('rejected call, open', 2),
  {
    path: 'tryAcquire() + success(), closed',
    value: of('tryAcquire() + success(), closed').ns,
    unit: 'ns',
    budget: 60,
    note: '',
  },
  ratio('registry.call, 10,000 names', 2.2),
  ratio('registry.call, 10,000 names, shuffled'),
  ratio('Map.get and the bare wrapper, 10,000 names'),
  { path: 'spawn at 100,000 against 1,000', value: spawn.large / spawn.small, unit: 'x', budget: 1.5, note: spawnNote },
  { path: 'memory, closed, actor spawned', value: closedBytes, unit: 'bytes', budget: 4096, note: 'per breaker' },
  { path: 'memory, open', value: openBytes, unit: 'bytes', note: 'per breaker, its timer too' },
  { path: 'transition', value: transition, unit: 'µs', note: 'trip or reset, row published' },
  ratio('call, closed, unfolded'),
  ...['opossum, closed', 'cockatiel, closed', 'cockatiel, closed, sampling'].map((path) => ratio(path)),
  ...['opossum, rejected', 'cockatiel, rejected'].map((path) => ratio(path)),
]

const over = lines.filter(({ value, budget }) => budget !== undefined && value > budget)
const machine = `${cpus()[0]?.model.trim()}, Node ${process.version}`
if (args.json) console.log(JSON.stringify({ machine, rounds, lines, over: over.length }, null, 2))
else {
  console.log(`${machine}; medians of ${rounds} rounds, each path beside its base\n`)
  for (const { path, value, unit, budget, note } of lines) {
    const shown = `${value.toFixed(unit === 'x' ? 2 : unit === 'bytes' ? 0 : 1)} ${unit}`
    const verdict = budget === undefined ? '' : value > budget ? `OVER ${budget}` : `<= ${budget}`
    console.log(`${path.padEnd(42)}${shown.padStart(11)}  ${verdict.padEnd(11)}${note}`)
  }
}
process.exitCode = over.length > 0 ? 1 : 0
