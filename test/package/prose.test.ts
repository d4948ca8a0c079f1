// The English of the pages: phrases that a native reader stumbles over do not come back.
import { describe, expect, it } from 'vitest'
import { PAGES, type Page, pageOf } from './readme.ts'

const WRITTEN = [...PAGES, ...['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map(pageOf)]

/** What is not written, what to write instead, and a sentence of the kind. */
const PHRASES: readonly (readonly [phrase: RegExp, instead: string, seen: string])[] = [
  [/\bwhat(ever)?\b[^.;|]{1,30}\b(came|comes?) (to|of)\b/i, 'the outcome', 'Slow calls count, whatever came of them.'],
  [/\b(is|are|was|were|be) told\b/i, 'is reported; you get', 'A timeout is told in place of a failure.'],
  [/\btells? of\b/i, 'reports, shows', 'The event `nested` tells of it.'],
  [/\b(that|it|what) (is|are) none\b/i, 'there is no …', 'An error event for options that are none.'],
  [/(^|[.:] )Who [a-z]+s\b/, 'a noun, or "you"', 'Who waits is served late.'],
  [/\b(is|are|was) asked (about|of|before|after|first)\b/i, 'runs, judges', 'A fallback is asked of a failure.'],
  [/\bfor (the )?want of (a threshold|room|place)\b/i, 'for lack of', 'Requests go unguarded for want of place.'],
  [/\bof no account\b/i, 'has no effect', 'The probe that succeeds is of no account.'],
  [/\bmilliseconds' worth\b/i, 'a few milliseconds at a time', "It works off a few milliseconds' worth at a time."],
  [/\bcall(s|ed|ing)? (it|that|them) off\b/i, 'cancel', 'It counts neither way, as you called it off.'],
  [/\b(with|as) it comes\b/i, 'with its defaults', 'Jest, as it comes.'],
  [/\bgives? back the function\b/i, 'returns', 'It gives back the function that ends it.'],
  [/\bmend(s|ed|ing)?\b/i, 'fix, repair', 'A defect is mended at its cause.'],
  [/\bin the midst of\b/i, 'during, in the middle of', 'Never in the midst of a decision.'],
]

/** Without code: fenced blocks, and what is in backticks. */
function proseOf({ text }: Page): string {
  return text.replace(/^ *```[\s\S]*?^ *```$/gm, '').replace(/`[^`\n]*`/g, '`…`')
}

/** Each phrase of the list in this prose, with what to write; a sentence may go on in the next line. */
function stumblesIn(prose: string): string[] {
  const lines = prose.replace(/([^\n|])\n(?=[^\n|#-])/g, '$1 ').split('\n')
  return lines.flatMap((line) =>
    PHRASES.flatMap(([phrase, instead]) => {
      const [found] = phrase.exec(line) ?? []
      return found === undefined ? [] : `"${found.trim()}": write ${instead}`
    }),
  )
}

describe('the prose', () => {
  it.each(WRITTEN)('of $path has no phrase that a reader stumbles over', (page) => {
    expect(stumblesIn(proseOf(page))).toEqual([])
  })

  it.each(PHRASES)('would be seen with %s', (_, instead, seen) => {
    expect(stumblesIn(seen)).toEqual([expect.stringMatching(instead)])
    expect(stumblesIn(seen.replace(/ (?=\S+$)/, '\n'))).toHaveLength(1)
  })
})
