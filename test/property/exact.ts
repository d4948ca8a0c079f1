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

/** A time in ms, or a fraction of one: some buckets begin between two ms. */
export type Moment = number | { readonly digits: bigint; readonly scale: bigint }

/** The number of the bucket that a time is in: the floor of time times buckets by the time of the window. */
export function bucketOf(at: Moment, timeMs: number, buckets: number): number {
  const { digits, scale } = typeof at === 'number' ? decimalOf(at) : at
  return Number((digits * BigInt(buckets)) / (scale * BigInt(timeMs)))
}

/** When a bucket begins. */
export function startOfBucket(bucket: number, timeMs: number, buckets: number): Moment {
  return { digits: BigInt(bucket) * BigInt(timeMs), scale: BigInt(buckets) }
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

/** Buckets of a window, in expectations: whatever they are, this is what they hold together. */
export function addingUpTo(calls: number, marked: number): object {
  return {
    asymmetricMatch(buckets: readonly (readonly [number, number])[]) {
      const sum = (column: 0 | 1) => buckets.reduce((total, bucket) => total + bucket[column], 0)
      return sum(0) === calls && sum(1) === marked
    },
    toString: () => 'Buckets',
    getExpectedType: () => 'buckets',
    toAsymmetricMatcher: () => `Buckets<${calls} calls, ${marked} marked>`,
  }
}
