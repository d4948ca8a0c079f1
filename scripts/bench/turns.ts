// Turns: how long a loop takes by itself, and the median of such.

/** Runs a path so many times. */
export type Loop = (calls: number) => Promise<void> | void

export const repeat =
  (call: () => Promise<unknown>): Loop =>
  async (calls) => {
    for (let index = 0; index < calls; index++) await call()
  }

export const repeatRejected =
  (call: () => Promise<unknown>): Loop =>
  async (calls) => {
    for (let index = 0; index < calls; index++) {
      try {
        await call()
      } catch {}
    }
  }

const CALLS_A_TURN = 20_000
export const WARM_UP_ROUNDS = 4

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((left, right) => left - right)
  return sorted[sorted.length >> 1] as number
}

export async function nanosecondsOf(loop: Loop, calls = CALLS_A_TURN): Promise<number> {
  // Whatever ran before has left its garbage and its code in the caches: not ours to pay for.
  await loop(calls / 20)
  const start = process.hrtime.bigint()
  await loop(calls)
  return Number(process.hrtime.bigint() - start) / calls
}

/** Less than a millisecond: most turns of a busy machine are then not interrupted, and the median knows nothing of the others. */
const CALLS_A_SHORT_TURN = 2_000
const SHORT_TURNS = 20

/** The median of a loop's time by its base's, in turns right after each other, the base now before and now after. */
export async function ratioOf(loop: Loop, base: Loop, rounds: number): Promise<number> {
  const ratios: number[] = []
  for (let turn = 0; turn < (WARM_UP_ROUNDS + rounds) * SHORT_TURNS; turn++) {
    const before = turn % 2 === 0 ? await nanosecondsOf(base, CALLS_A_SHORT_TURN) : Number.NaN
    const ns = await nanosecondsOf(loop, CALLS_A_SHORT_TURN)
    const baseNs = turn % 2 === 0 ? before : await nanosecondsOf(base, CALLS_A_SHORT_TURN)
    if (turn >= WARM_UP_ROUNDS * SHORT_TURNS) ratios.push(ns / baseNs)
  }
  return median(ratios)
}
