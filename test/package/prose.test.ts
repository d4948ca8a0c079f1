// The English of the pages, comments and messages: phrases that a native reader stumbles over do not come back.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'
import { describe, expect, it } from 'vitest'
import { PAGES, type Page, pageOf } from './readme.ts'
import { inRepository } from './sandbox.ts'

const WRITTEN = [...PAGES, ...['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map(pageOf)]

/** What is not written, what to write instead, and a sentence of the kind. */
const PHRASES: readonly (readonly [phrase: RegExp, instead: string, seen: string])[] = [
  [/\bwhat(ever)?\b[^.;|]{1,30}\b(came|comes?) (to|of)\b/i, 'the outcome', 'Slow calls count, whatever came of them.'],
  [/\b(is|are|was|were|be) told\b/i, 'is reported; you get', 'A timeout is told in place of a failure.'],
  [/\btells? of\b/i, 'reports, shows', 'The event `nested` tells of it.'],
  [/\b(that|it|what) (is|are) none\b/i, 'there is no …', 'An error event for options that are none.'],
  // "Who probes: calls, or checks" names a setting.
  [/(^|[.:] )Who (?!probes|refuses|decides)[a-z]+s\b/, 'a noun, or "you"', 'Who waits is served late.'],
  [/\b(is|are|was) asked (about|of|before|after|first)\b/i, 'runs, judges', 'A fallback is asked of a failure.'],
  [/\bof no account\b/i, 'has no effect', 'The probe that succeeds is of no account.'],
  [/\bmilliseconds' worth\b/i, 'a few milliseconds at a time', "It works off a few milliseconds' worth at a time."],
  [/\bcall(s|ed|ing)? (it|that|them) off\b/i, 'cancel', 'It counts neither way, as you called it off.'],
  [/\b(with|as) it comes\b/i, 'with its defaults', 'Jest, as it comes.'],
  [/\bmend(s|ed|ing)?\b/i, 'fix, repair', 'A defect is mended at its cause.'],
  [/\bhand(s|ed|ing)? in\b/i, 'pass', 'A clock that was handed in.'],
  [/\b(gives?|gave|given) back\b/i, 'return', 'The caller gives back a permit.'],
  [/\banew\b/i, 'again', 'A deleted breaker is made anew.'],
  [/\bfor want of\b/i, 'for lack of', 'It was refused for want of a slot.'],
  [/\bin the midst of\b/i, 'during, in the middle of', 'Never in the midst of a decision.'],
]

/** Without code: fenced blocks, and what is in backticks. */
function proseOf({ text }: Page): string {
  return text.replace(/^ *```[\s\S]*?^ *```$/gm, '').replace(/`[^`\n]*`/g, '`…`')
}

const SOURCES = ['src', 'machines'].flatMap((folder) =>
  readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('page-files.ts'))
    .map((file) => join(folder, file)),
)

/** The comments of a module and the texts in its strings, each in a line; without code in backticks. */
function proseIn(file: string, text: string): string {
  const { comments, program } = parseSync(file, text)
  const written = comments.map(({ type, value, start, end }) => {
    const goesOn = type === 'Line' && /^\s*\n[ \t]*\/\/[^\n]/.test(text.slice(end))
    const isAlone = /\n[ \t]*$|^$/.test(text.slice(0, start))
    return (
      value
        .replace(/^\*|\n\s*\*|\s+/g, ' ')
        .replace(/ +/g, ' ')
        .trim() + (goesOn && isAlone ? ' ' : '\n\n')
    )
  })
  return `${written.join('')}${stringsIn(program).join('\n\n')}`.replace(/`[^`\n]*`/g, '`…`')
}

function stringsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const { type, value } = node as { type?: string; value?: unknown }
  if (type === 'Literal' && typeof value === 'string') return [value]
  if (type === 'TemplateElement') return [(value as { raw: string }).raw]
  return Object.values(node).flatMap(stringsIn)
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

  it('of comments and messages has none either', () => {
    const found = SOURCES.flatMap((file) =>
      stumblesIn(proseIn(file, readFileSync(inRepository(file), 'utf8'))).map((stumble) => `${file}: ${stumble}`),
    )
    expect(SOURCES.length).toBeGreaterThan(300)
    expect(found.join('\n')).toBe('')
  })

  it.each([
    ['/**\n * A timeout is\n * told once.\n */\nconst a = 1', 1],
    ['// A timeout is\n// told once.\nconst a = 1', 1],
    ["const a = { b: ['a timeout is told'] }", 1],
    [`const a = \`a timeout \${1} is told\``, 1],
    ['// A timeout `is told`.\nconst told = 1', 0],
  ])('in %j is seen', (text, count) => {
    expect(stumblesIn(proseIn('module.ts', text))).toHaveLength(count)
  })

  it.each(PHRASES)('would be seen with %s', (_, instead, seen) => {
    expect(stumblesIn(seen)).toEqual([expect.stringMatching(instead)])
    expect(stumblesIn(seen.replace(/ (?=\S+$)/, '\n'))).toHaveLength(1)
  })
})
