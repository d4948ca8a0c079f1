// Turns: how long a loop takes by itself, and the median of such.

/** Runs a path so many times. */
export type Loop = (calls: number) => Promise<void> | void

const CALLS_A_TURN = 20_000
const CALLS_TO_SETTLE = 1_000
export const WARM_UP_ROUNDS = 4

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((left, right) => left - right)
  return sorted[sorted.length >> 1] as number
}

export async function nanosecondsOf(loop: Loop): Promise<number> {
  // Whatever ran before has left its garbage and its code in the caches: not ours to pay for.
  await loop(CALLS_TO_SETTLE)
  const start = process.hrtime.bigint()
  await loop(CALLS_A_TURN)
  return Number(process.hrtime.bigint() - start) / CALLS_A_TURN
}

/** The median of a loop's time by its base's, both of the same round, the base now before and now after. */
export async function ratioOf(loop: Loop, base: Loop, rounds: number): Promise<number> {
  const ratios: number[] = []
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const before = round % 2 === 0 ? await nanosecondsOf(base) : Number.NaN
    const ns = await nanosecondsOf(loop)
    const baseNs = round % 2 === 0 ? before : await nanosecondsOf(base)
    if (round >= WARM_UP_ROUNDS) ratios.push(ns / baseNs)
  }
  return median(ratios)
}
