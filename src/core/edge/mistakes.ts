// Mistakes: what Valibot found, in the words of our errors.
import * as v from 'valibot'
import { printable } from '../rules/printable.ts'
import { describeValue, type Mistake } from './errors.ts'
import { UNKNOWN_KEY } from './option-schemas.ts'

/** For Valibot's own objects: to it, an array is one without keys. */
export function safeParse<S extends v.GenericSchema>(schema: S, input: unknown): v.SafeParseResult<S> {
  return v.safeParse(schema, Array.isArray(input) ? null : input)
}

/**
 * `where` begins each path. Each mistake appears once, though several checks may find it: 0.5 is neither whole nor at least
 * 1.
 */
export function mistakesOf(issues: readonly v.BaseIssue<unknown>[], where: string): Mistake[] {
  const mistakes = new Map<string, Mistake>()
  for (const issue of issues) {
    const path = [where, ...(issue.path ?? []).map((item) => printable(String(item.key)))].join('.')
    const mistake = { path, ...mistakeOf(issue) }
    mistakes.set(JSON.stringify(mistake), mistake)
  }
  return [...mistakes.values()]
}

function mistakeOf(issue: v.BaseIssue<unknown>): Omit<Mistake, 'path'> {
  if (issue.type === UNKNOWN_KEY) return { expected: issue.message, received: 'an unknown key' }
  // Valibot reports an unknown key as "expected never", and a missing one by expecting the key itself, in quotes.
  if (issue.expected === 'never') return { expected: 'no such option', received: 'an unknown key' }
  if (issue.expected?.startsWith('"')) return { expected: 'it to be given', received: 'nothing' }
  return { expected: expectedBy(issue), received: describeValue(issue.input) }
}

const IN_WORDS: Readonly<Record<string, string>> = { Object: 'an object', Array: 'an array', string: 'a string' }

/** In our words, if the schema has no message of its own. */
function expectedBy({ message, expected }: v.BaseIssue<unknown>): string {
  const isValibots = expected !== null && message.startsWith(`Invalid type: Expected ${expected} but received`)
  return isValibots ? (IN_WORDS[expected] ?? expected) : message
}
