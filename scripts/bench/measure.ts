// Measurement: by turns, each path right after its base, so that what the machine does beside us hits both alike.
import { bases, paths } from './paths.ts'
import { median, nanosecondsOf, WARM_UP_ROUNDS } from './turns.ts'

export interface Measured {
  readonly ns: number
  /** Median over the rounds of the path's time by its base's, both of the same round. */
  readonly ratio: number
  readonly baseNs: number
}

export async function measurePaths(rounds: number): Promise<Record<string, Measured>> {
  const entries = Object.entries(paths)
  const samples = new Map(entries.map(([name]) => [name, { ns: [], base: [] } as Record<'ns' | 'base', number[]>]))
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} of ${WARM_UP_ROUNDS + rounds} `)
    for (let turn = 0; turn < entries.length; turn++) {
      // Another order each round, and the base now before and now after: no path has always the same neighbours.
      const [name, [loop, base]] = entries[(turn * 5 + round) % entries.length] as (typeof entries)[number]
      const baseFirst = (round + turn) % 2 === 0
      const before = baseFirst ? await nanosecondsOf(bases[base]) : Number.NaN
      const ns = await nanosecondsOf(loop)
      const baseNs = baseFirst ? before : await nanosecondsOf(bases[base])
      if (round < WARM_UP_ROUNDS) continue
      samples.get(name)?.base.push(baseNs)
      samples.get(name)?.ns.push(ns)
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const measured = [...samples].map(([name, { ns, base }]): [string, Measured] => [
    name,
    {
      ns: median(ns),
      ratio: median(ns.map((value, index) => value / (base[index] as number))),
      baseNs: median(base),
    },
  ])
  return Object.fromEntries(measured)
}
