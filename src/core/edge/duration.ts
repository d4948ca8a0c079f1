// Duration: how users may write a length of time, and its milliseconds.
const UNITS = { ms: 1, s: 1e3, m: 6e4, min: 6e4, h: 36e5, d: 864e5 } as const
const PATTERN = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)$/

/**
 * A length of time above 0: milliseconds, or a string with its unit: `'250ms'`, `'1.5s'`, `'5m'` (or `'5min'`), `'1h'`,
 * `'2d'`, with or without a space. Every option that is a time takes both.
 */
export type Duration = number | `${number}${'' | ' '}${keyof typeof UNITS}`

export const DURATION_EXPECTED = "a duration above 0: milliseconds or a string such as '30s'"

/** Milliseconds, or `undefined` when `value` is not a duration above 0. */
export function parseDuration(value: unknown): number | undefined {
  let ms = Number.NaN
  if (typeof value === 'number') ms = value
  if (typeof value === 'string') {
    const match = PATTERN.exec(value)
    if (match) ms = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]
  }
  return ms > 0 && ms <= Number.MAX_SAFE_INTEGER ? ms : undefined
}
