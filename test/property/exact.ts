// The oracle's arithmetic: whole numbers of any size, so that nothing is ever rounded.

/** A decimal as it was written: digits, and how many of them stand behind the point. */
function decimalOf(written: number): { readonly digits: bigint; readonly scale: bigint } {
  const [whole = '0', fraction = ''] = String(written).split('.')
  return { digits: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) }
}

/** Whether `part` of `all` is at least the share `threshold`. */
export function isAtLeast(part: number, all: number, threshold: number): boolean {
  const { digits, scale } = decimalOf(threshold)
  return BigInt(part) * scale >= digits * BigInt(all)
}

/** A time in ms, or a fraction of one: some slices begin between two ms. */
export type Moment = number | { readonly digits: bigint; readonly scale: bigint }

/** The number of the slice that a time is in: the floor of time times slices by the time of the window. */
export function sliceOf(at: Moment, timeMs: number, slices: number): number {
  const { digits, scale } = typeof at === 'number' ? decimalOf(at) : at
  return Number((digits * BigInt(slices)) / (scale * BigInt(timeMs)))
}

/** When a slice begins. */
export function startOfSlice(slice: number, timeMs: number, slices: number): Moment {
  return { digits: BigInt(slice) * BigInt(timeMs), scale: BigInt(slices) }
}

/** So many calls of which so many are marked, spread evenly: of the first n of them, as near to the share as n can be. */
export function spread(calls: number, marked: number): boolean[] {
  const [all, some] = [BigInt(calls), BigInt(marked)]
  const upTo = (n: number) => (2n * BigInt(n) * some + all) / (2n * all)
  return Array.from({ length: calls }, (_, call) => upTo(call + 1) > upTo(call))
}

/** The smallest of `values` that at least the share `hundredths` of them does not exceed. */
export function percentileOf(values: readonly number[], hundredths: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  const rank = (BigInt(hundredths) * BigInt(values.length) + 99n) / 100n
  return sorted[Number(rank) - 1] ?? Number.NaN
}

/** Slices of a window, in expectations: whatever they are, this is what they hold together. */
export function addingUpTo(calls: number, marked: number): object {
  return {
    asymmetricMatch(slices: readonly (readonly [number, number])[]) {
      const sum = (place: 0 | 1) => slices.reduce((total, slice) => total + slice[place], 0)
      return sum(0) === calls && sum(1) === marked
    },
    toString: () => 'Slices',
    getExpectedType: () => 'slices',
    toAsymmetricMatcher: () => `Slices<${calls} calls, ${marked} marked>`,
  }
}
