// Measurement: short turns, each path right after its base, so that what the machine does beside us hits both alike.
import { bases, type Loop, paths } from './paths.ts'

const CALLS_A_TURN = 1_000
const WARM_UP_ROUNDS = 30

export interface Measured {
  readonly ns: number
  /** Median over the rounds of the path's time by its base's, both of the same round. */
  readonly ratio: number
  readonly baseNs: number
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((left, right) => left - right)
  return sorted[sorted.length >> 1] as number
}

async function nanosecondsOf(loop: Loop): Promise<number> {
  const start = process.hrtime.bigint()
  await loop(CALLS_A_TURN)
  return Number(process.hrtime.bigint() - start) / CALLS_A_TURN
}

export async function measurePaths(rounds: number): Promise<Record<string, Measured>> {
  const samples = new Map(
    Object.keys(paths).map((name) => [name, { ns: [], base: [] } as Record<'ns' | 'base', number[]>]),
  )
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} of ${WARM_UP_ROUNDS + rounds} `)
    for (const [name, [loop, base]] of Object.entries(paths)) {
      const baseNs = await nanosecondsOf(bases[base])
      const ns = await nanosecondsOf(loop)
      if (round < WARM_UP_ROUNDS) continue
      samples.get(name)?.base.push(baseNs)
      samples.get(name)?.ns.push(ns)
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const entries = [...samples].map(([name, { ns, base }]): [string, Measured] => [
    name,
    {
      ns: median(ns),
      ratio: median(ns.map((value, index) => value / (base[index] as number))),
      baseNs: median(base),
    },
  ])
  return Object.fromEntries(entries)
}
