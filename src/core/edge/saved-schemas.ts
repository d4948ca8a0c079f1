// SavedSchemas: the kinds of value that snapshots hold, each with what is expected in words.
import * as v from 'valibot'

/** A count above this might not change when one is added, and a generation that does not change lets late results in. */
const MOST = 2 ** 52
const COUNT_EXPECTED = 'a whole number from 0 to 2^52'
const MS_EXPECTED = 'a number of milliseconds, at least 0'
const SHARE_EXPECTED = 'a share from 0 to 1'

export const natural = v.pipe(
  v.number(COUNT_EXPECTED),
  v.safeInteger(COUNT_EXPECTED),
  v.minValue(0, COUNT_EXPECTED),
  v.maxValue(MOST, COUNT_EXPECTED),
)
export const ms = v.pipe(v.number(MS_EXPECTED), v.finite(MS_EXPECTED), v.minValue(0, MS_EXPECTED))
export const share = v.pipe(v.number(SHARE_EXPECTED), v.minValue(0, SHARE_EXPECTED), v.maxValue(1, SHARE_EXPECTED))
