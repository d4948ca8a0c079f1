// Mistakes: what Valibot found, in the words of our errors.
import * as v from 'valibot'
import { printable } from '../rules/printable.ts'
import { describeValue, type Mistake } from './errors.ts'
import { UNKNOWN_KEY } from './option-schemas.ts'

/** To Valibot an array is an object without keys, and would pass for an empty one. */
export function safeParse<S extends v.GenericSchema>(schema: S, input: unknown): v.SafeParseResult<S> {
  return v.safeParse(schema, Array.isArray(input) ? null : input)
}

/** `where` begins each path. */
export function mistakesOf(issues: readonly v.BaseIssue<unknown>[], where: string): Mistake[] {
  return issues.map((issue) => {
    const path = [where, ...(issue.path ?? []).map((item) => printable(String(item.key)))].join('.')
    if (issue.type === UNKNOWN_KEY) return { path, expected: issue.message, received: 'an unknown key' }
    // Valibot tells an unknown key by "expected never", and a missing one by expecting the key itself, in quotes.
    if (issue.expected === 'never') return { path, expected: 'no such option', received: 'an unknown key' }
    if (issue.expected?.startsWith('"')) return { path, expected: 'it to be given', received: 'nothing' }
    return { path, expected: issue.message, received: describeValue(issue.input) }
  })
}
