// npm run bench: what a call costs, as ratios to a bare async try/catch, interleaved in one process with the peers.
// Budgets are DESIGN's; the exit code is 1 when one is exceeded. --json prints the figures, --rounds N measures longer.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ConsecutiveBreaker, circuitBreaker, handleAll, SamplingBreaker } from 'cockatiel'
import CircuitBreaker from 'opossum'

// The compiled package, as users run it: tsx would wrap every closure to keep its name.
const { createRegistry } = (await import(
  new URL('../dist/src/index.js', import.meta.url).href
)) as typeof import('../src/index.ts')

const { values: args } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '25' } },
})
const ROUNDS = Number(args.rounds)
if (!Number.isSafeInteger(ROUNDS) || ROUNDS < 3) {
  console.error(`--rounds: expected a whole number of at least 3, received ${args.rounds}`)
  process.exit(2)
}
const CALLS = 20_000
const WARM_UP_ROUNDS = 5

type Loop = () => Promise<void> | void
const fn = async () => 1
const failure = new Error('down')

async function bare(run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    throw error
  }
}

const registry = createRegistry()
const closed = registry.breaker('closed')
const windowed = registry.breaker('windowed', {
  failureRate: { threshold: 0.5, window: { time: '10s' } },
  slowCalls: { slowerThan: '1s', threshold: 0.5, window: { time: '10s' } },
})
const open = registry.breaker('open', { openTimeout: '1h' })
open.trip('bench')
const crowd = createRegistry()
const names = Array.from({ length: 10_000 }, (_, index) => `endpoint-${index}`)
for (const name of names) crowd.breaker(name)
// Visited out of order, as real traffic would.
const visits = names.map((_, index) => names[(index * 7919) % names.length] as string)
const unfolded = createRegistry({ folding: false }).breaker('unfolded')

const opossum = new CircuitBreaker(fn, { timeout: false, volumeThreshold: 10 })
const opossumOpen = new CircuitBreaker(fn, { timeout: false, resetTimeout: 3_600_000 })
opossumOpen.open()
const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: new ConsecutiveBreaker(5) })
const cockatielSampling = circuitBreaker(handleAll, {
  halfOpenAfter: 30_000,
  breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
})
const cockatielOpen = circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: new ConsecutiveBreaker(1) })
await cockatielOpen.execute(() => Promise.reject(failure)).catch(() => {})

const repeat =
  (call: () => Promise<unknown>): Loop =>
  async () => {
    for (let index = 0; index < CALLS; index++) await call()
  }
const repeatRejected =
  (call: () => Promise<unknown>): Loop =>
  async () => {
    for (let index = 0; index < CALLS; index++) {
      try {
        await call()
      } catch {}
    }
  }

const loops: Record<string, Loop> = {
  'bare wrapper': repeat(() => bare(fn)),
  'call, closed': repeat(() => closed.call(fn)),
  'call, closed, rate and slow-call windows': repeat(() => windowed.call(fn)),
  'registry.call, 10,000 names': async () => {
    for (let index = 0; index < CALLS; index++) await crowd.call(visits[index % visits.length] as string, fn)
  },
  'tryAcquire + success': () => {
    for (let index = 0; index < CALLS; index++) closed.tryAcquire()?.success()
  },
  'call, closed, unfolded': async () => {
    for (let index = 0; index < CALLS / 20; index++) await unfolded.call(fn)
  },
  'opossum, closed': repeat(() => opossum.fire()),
  'cockatiel, closed': repeat(() => cockatiel.execute(fn)),
  'cockatiel, closed, sampling': repeat(() => cockatielSampling.execute(fn)),
  'Promise.reject': repeatRejected(() => Promise.reject(failure)),
  'call, open (rejected)': repeatRejected(() => open.call(fn)),
  'opossum, open (rejected)': repeatRejected(() => opossumOpen.fire()),
  'cockatiel, open (rejected)': repeatRejected(() => cockatielOpen.execute(fn)),
}
const callsIn = (name: string) => (name === 'call, closed, unfolded' ? CALLS / 20 : CALLS)

function median(samples: number[]): number {
  const sorted = samples.toSorted((left, right) => left - right)
  return sorted[sorted.length >> 1] as number
}

async function measureCalls(): Promise<Record<string, number>> {
  const samples: Record<string, number[]> = {}
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} of ${WARM_UP_ROUNDS + ROUNDS} `)
    for (const [name, loop] of Object.entries(loops)) {
      const start = process.hrtime.bigint()
      await loop()
      const nanoseconds = Number(process.hrtime.bigint() - start) / callsIn(name)
      if (round >= WARM_UP_ROUNDS) (samples[name] ??= []).push(nanoseconds)
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  return Object.fromEntries(Object.entries(samples).map(([name, times]) => [name, median(times)]))
}

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Microseconds to spawn one more breaker when there are `existing`. */
async function measureSpawn(existing: number): Promise<number> {
  const samples: number[] = []
  const spawned = createRegistry()
  for (let index = 0; index < existing; index++) spawned.breaker(`breaker-${index}`)
  gc()
  for (let round = 0; round < 40; round++) {
    const start = process.hrtime.bigint()
    for (let index = 0; index < 50; index++) spawned.breaker(`more-${round}-${index}`)
    samples.push(Number(process.hrtime.bigint() - start) / 50 / 1000)
  }
  await spawned.close()
  return median(samples)
}

async function measureMemory(opened: boolean): Promise<number> {
  const count = 20_000
  const many = createRegistry({ policy: { openTimeout: '1h' } })
  const keys = Array.from({ length: count }, (_, index) => `breaker-${index}`)
  gc()
  const before = process.memoryUsage().heapUsed
  for (const key of keys) {
    const breaker = many.breaker(key)
    if (opened) breaker.trip('bench')
  }
  gc()
  const bytes = (process.memoryUsage().heapUsed - before) / count
  await many.close()
  return bytes
}

function measureTransition(): number {
  const samples: number[] = []
  for (let round = 0; round < 40; round++) {
    const start = process.hrtime.bigint()
    for (let index = 0; index < 50; index++) {
      closed.trip('bench')
      closed.reset()
    }
    samples.push(Number(process.hrtime.bigint() - start) / 100 / 1000)
  }
  return median(samples)
}

const times = await measureCalls()
const of = (name: string) => times[name] as number
const ratio = (name: string, base = 'bare wrapper') => of(name) / of(base)
const spawn = {
  1000: await measureSpawn(1_000),
  10000: await measureSpawn(10_000),
  100000: await measureSpawn(100_000),
}
const bytes = { closed: await measureMemory(false), open: await measureMemory(true) }
const transition = measureTransition()
await registry.close()

interface Line {
  readonly path: string
  readonly value: number
  readonly unit: 'x' | 'ns' | 'µs' | 'bytes'
  readonly budget?: number
  readonly note: string
}

const ns = (name: string) => `${of(name).toFixed(0)} ns`
const lines: Line[] = [
  { path: 'call, closed', value: ratio('call, closed'), unit: 'x', budget: 1.25, note: ns('call, closed') },
  {
    path: 'call, closed, against the faster peer',
    value: of('call, closed') / Math.min(of('opossum, closed'), of('cockatiel, closed')),
    unit: 'x',
    budget: 1,
    note: 'below 1 is faster',
  },
  {
    path: 'call, closed, rate and slow-call windows',
    value: ratio('call, closed, rate and slow-call windows'),
    unit: 'x',
    budget: 2.1,
    note: ns('call, closed, rate and slow-call windows'),
  },
  {
    path: 'rejected call, open',
    value: ratio('call, open (rejected)', 'Promise.reject'),
    unit: 'x',
    budget: 2,
    note: `${ns('call, open (rejected)')}; Promise.reject ${ns('Promise.reject')}`,
  },
  { path: 'tryAcquire() + success(), closed', value: of('tryAcquire + success'), unit: 'ns', budget: 60, note: '' },
  {
    path: 'registry.call, 10,000 names',
    value: ratio('registry.call, 10,000 names'),
    unit: 'x',
    budget: 2.2,
    note: ns('registry.call, 10,000 names'),
  },
  {
    path: 'spawn at 100,000 against 1,000',
    value: spawn[100_000] / spawn[1_000],
    unit: 'x',
    budget: 1.5,
    note: `${spawn[1_000].toFixed(1)}, ${spawn[10_000].toFixed(1)}, ${spawn[100_000].toFixed(1)} µs at 1,000, 10,000, 100,000`,
  },
  { path: 'memory per breaker, closed, actor spawned', value: bytes.closed, unit: 'bytes', budget: 4096, note: '' },
  { path: 'memory per breaker, open', value: bytes.open, unit: 'bytes', note: 'with its timer' },
  { path: 'transition', value: transition, unit: 'µs', note: 'trip or reset, row published' },
  {
    path: 'call, closed, unfolded',
    value: ratio('call, closed, unfolded'),
    unit: 'x',
    note: ns('call, closed, unfolded'),
  },
  ...['opossum, closed', 'cockatiel, closed', 'cockatiel, closed, sampling'].map(
    (path): Line => ({ path, value: ratio(path), unit: 'x', note: ns(path) }),
  ),
  ...['opossum, open (rejected)', 'cockatiel, open (rejected)'].map(
    (path): Line => ({ path, value: ratio(path, 'Promise.reject'), unit: 'x', note: ns(path) }),
  ),
]

const over = lines.filter(({ value, budget }) => budget !== undefined && value > budget)
const machine = `${cpus()[0]?.model.trim()}, Node ${process.version}`
if (args.json) {
  console.log(JSON.stringify({ machine, bareWrapperNs: of('bare wrapper'), lines, over: over.length }, null, 2))
} else {
  console.log(`${machine}; bare wrapper ${ns('bare wrapper')}; medians of ${ROUNDS} interleaved rounds\n`)
  for (const { path, value, unit, budget, note } of lines) {
    const shown = `${value.toFixed(unit === 'x' ? 2 : unit === 'bytes' ? 0 : 1)} ${unit}`
    const verdict = budget === undefined ? '' : value > budget ? `OVER ${budget}` : `<= ${budget}`
    console.log(`${path.padEnd(44)}${shown.padStart(12)}  ${verdict.padEnd(10)}${note}`)
  }
}
process.exitCode = over.length > 0 ? 1 : 0
