// OptionSchemas: the kinds of value that options have, each with what is expected in words; and objects of them.
// Valibot, because it is tree-shaken to a few kilobytes and runs only here, never during a call.
import * as v from 'valibot'
import { DURATION_EXPECTED, type Duration, parseDuration } from './duration.ts'
import { expectedInsteadOf, isOptionObject, unknownKeys } from './option-object.ts'

const NATURAL_EXPECTED = 'a whole number of at least 0'
export const natural = v.pipe(
  v.number(NATURAL_EXPECTED),
  v.safeInteger(NATURAL_EXPECTED),
  v.minValue(0, NATURAL_EXPECTED),
)

const COUNT_EXPECTED = 'a whole number of at least 1'
export const count = v.pipe(v.number(COUNT_EXPECTED), v.safeInteger(COUNT_EXPECTED), v.minValue(1, COUNT_EXPECTED))

/** The capacity limit of a ring: its memory is allocated at once. */
export const MOST_SLOTS = 100_000
const SLOTS_EXPECTED = `a whole number from 1 to ${MOST_SLOTS}`
export const slots = v.pipe(count, v.maxValue(MOST_SLOTS, SLOTS_EXPECTED))

const SHARE_EXPECTED = 'a share above 0 and at most 1'
export const share = v.pipe(v.number(SHARE_EXPECTED), v.gtValue(0, SHARE_EXPECTED), v.maxValue(1, SHARE_EXPECTED))

export const durationMs = v.pipe(
  v.custom<Duration>((value) => parseDuration(value) !== undefined, DURATION_EXPECTED),
  v.transform((value) => parseDuration(value) as number),
)

const FACTOR_EXPECTED = 'a number of at least 1'
const JITTER_EXPECTED = 'a share of at least 0 and at most 1'
export const factor = v.pipe(v.number(FACTOR_EXPECTED), v.finite(FACTOR_EXPECTED), v.minValue(1, FACTOR_EXPECTED))
export const jitter = v.pipe(v.number(JITTER_EXPECTED), v.minValue(0, JITTER_EXPECTED), v.maxValue(1, JITTER_EXPECTED))

export const flag = v.boolean('true or false')

/** Marks the issue of a key that is no option; its message says which options there are. */
export const UNKNOWN_KEY = 'unknown key'

/** An object of these options and no others. Unlike Valibot's, it refuses promises and Maps, and reports every key. */
export function objectSchema<const E extends v.ObjectEntries>(entries: E, expected: string): v.ObjectSchema<E, string> {
  const schema = v.object(entries, expected)
  const names = Object.keys(entries)
  const run = schema['~run'].bind(schema)
  const checked: typeof run = (dataset, config) => {
    const input = dataset.value
    if (!isOptionObject(input)) return { typed: false, value: input, issues: [issueOf('options', expected, input)] }
    const result = run(dataset, config)
    const unknown = unknownKeys(input, names).map((key) => {
      const path = { type: 'object', origin: 'key', input, key, value: input[key] } as const
      return issueOf(UNKNOWN_KEY, expectedInsteadOf(key, names), input[key], [path])
    })
    // Without one, a check of the whole object is still to be made where a part is wrong.
    const [first, ...others] = unknown
    if (first === undefined) return result
    return { typed: false, value: result.value, issues: [...(result.issues ?? []), first, ...others] }
  }
  return Object.assign(schema, { '~run': checked })
}

function issueOf(type: string, message: string, input: unknown, path?: [v.ObjectPathItem]): v.BaseIssue<unknown> {
  const issue = { kind: 'schema', type, input, expected: null, received: '', message } as const
  return path === undefined ? issue : { ...issue, path }
}
