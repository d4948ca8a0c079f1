// Lengths: durations, shares and counts as this room writes them.

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** `'30 s'`, `'1.5 s'`, `'250 ms'`, `'10 min'`: in the largest unit that says it with at most two decimals. */
export function length(ms: number): string {
  for (const [unit, size] of UNITS) {
    const count = ms / size
    if (count >= 1 && Number(count.toFixed(2)) === count) return `${count} ${unit}`
  }
  return `${Number(ms.toFixed(2))} ms`
}

/** `'50 %'`; as many decimals as were written. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))} %`
}

/** `'1 call'`, `'5 calls'`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
