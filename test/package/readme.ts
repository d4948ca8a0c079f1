// The pages as data: README and docs/, their fenced blocks, what each sample is said to print, and where they link to.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRepository } from './sandbox.ts'

export interface Page {
  /** From the root of the repository, as in `docs/calls.md`. */
  readonly path: string
  readonly text: string
}

export function pageOf(path: string): Page {
  return { path, text: readFileSync(inRepository(path), 'utf8') }
}

const docs = readdirSync(inRepository('docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => pageOf(join('docs', file)))

/** Every page that is packed and written by hand. */
export const PAGES: readonly Page[] = [pageOf('README.md'), ...docs]

export interface Block {
  readonly language: string
  readonly text: string
  readonly line: number
  /** The text between the end of this block and the next. */
  readonly followedBy: string
}

const RUNNERS = ['node', 'commonjs', 'vitest', 'jest', 'node:test'] as const
/** What runs a sample: `node`, as an ES module, or what its fence names, as in ```` ```ts vitest ````. */
export type Runner = (typeof RUNNERS)[number]

export interface Sample {
  readonly title: string
  /** Named for page and line; in `commonjs/` where it is no ES module. */
  readonly file: string
  readonly code: string
  readonly runner: Runner
  /** From `// → …` comments, or from the `text` block right below the sample; nothing of a test, which asserts. */
  readonly output: string
}

export function blocksOf(markdown: string): Block[] {
  const fences = [...markdown.matchAll(/^ *(?:```|~~~)(.*)$/gm)]
  if (fences.length % 2 !== 0) throw new Error('a fence is not closed')
  return fences.flatMap((fence, index) => {
    const end = fences[index + 1]
    if (index % 2 !== 0 || end === undefined) return []
    return {
      language: (fence[1] ?? '').trim(),
      text: markdown.slice(fence.index + fence[0].length + 1, end.index),
      line: markdown.slice(0, fence.index).split('\n').length,
      followedBy: markdown.slice(end.index + end[0].length, fences[index + 2]?.index),
    }
  })
}

export function samplesOf({ path, text: markdown }: Page): Sample[] {
  const blocks = blocksOf(markdown)
  const page = path.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase()
  return blocks.flatMap((block, index) => {
    const { language, text, line, followedBy } = block
    const [ending = '', named = 'node'] = language.split(' ')
    if (ending !== 'ts' && ending !== 'js') return []
    const title = `${path}, line ${line}`
    const runner = RUNNERS.find((name) => name === named)
    if (runner === undefined) throw new Error(`${title} is of a runner that is not known: ${named}`)
    const comments = [...text.matchAll(/\/\/ → (.*)$/gm)].map(([, output]) => `${output}\n`).join('')
    const below = blocks[index + 1]
    const isShownBelow = below?.language === 'text' && followedBy.trim() === ''
    const output = isShownBelow ? below.text : comments
    const isTest = runner !== 'node' && runner !== 'commonjs'
    if (isTest && !/\b(expect|assert\.\w+|describeBreaker|describeStore)\(/.test(text))
      throw new Error(`${title} asserts nothing`)
    if (!isTest && output === '') throw new Error(`${title} shows no output`)
    if (isShownBelow && comments !== '') throw new Error(`${title} shows its output twice`)
    // Jest as it comes is CommonJS, too.
    const folder = runner === 'jest' || runner === 'commonjs' ? 'commonjs/' : ''
    const file = `${folder}${page}-${line}${isTest ? '.test' : ''}.${ending}`
    return { title, file, code: text, runner, output }
  })
}

/** `file#heading` of every link to a place in the repository. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^ *```[\s\S]*?^ *```$/gm, '').replace(/`[^`\n]*`/g, '')
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

/** What a link may name in the page after `#`: its headings, as GitHub writes them. */
export function anchorsOf(markdown: string): string[] {
  const headings = markdown.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/^#+ (.+)$/gm)
  return Array.from(headings, ([, words = '']) =>
    words
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
