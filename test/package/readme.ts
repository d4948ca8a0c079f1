// The README as data: its fenced blocks, and what each sample is said to print.
import { readFileSync } from 'node:fs'
import { inRepository } from './sandbox.ts'

export const README = readFileSync(inRepository('README.md'), 'utf8')

export interface Block {
  readonly language: string
  readonly text: string
  readonly line: number
  /** The text between the end of this block and the next. */
  readonly followedBy: string
}

export interface Sample {
  readonly title: string
  readonly file: string
  readonly code: string
  /** From `// → …` comments, or from the `text` block right below the sample. */
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

export function samplesOf(markdown: string): Sample[] {
  const blocks = blocksOf(markdown)
  return blocks.flatMap((block, index) => {
    const { language, text, line, followedBy } = block
    if (language !== 'ts' && language !== 'js') return []
    const comments = [...text.matchAll(/\/\/ → (.*)$/gm)].map(([, output]) => `${output}\n`).join('')
    const below = blocks[index + 1]
    const isShownBelow = below?.language === 'text' && followedBy.trim() === ''
    const output = isShownBelow ? below.text : comments
    const title = `the ${language} sample at line ${line}`
    if (output === '') throw new Error(`${title} shows no output`)
    if (isShownBelow && comments !== '') throw new Error(`${title} shows its output twice`)
    return { title, file: `sample-${line}.${language}`, code: text, output }
  })
}
