// ARCHITECTURE.md is true of the tree: what it names exists, and no room is left out. CONTRIBUTING.md likewise.
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ENTRIES } from '../../scripts/entries.ts'
import { anchorsOf, linksOf, pageOf } from './readme.ts'
import { inRepository } from './sandbox.ts'

const PAGES = [pageOf('ARCHITECTURE.md'), pageOf('CONTRIBUTING.md')]
const ROOMS = ['src', 'machines']

/** Everything in backticks that is written as a place of the repository: `src/…`, `docs/…`, `package.json`. */
function placesIn(markdown: string): string[] {
  const quoted = Array.from(markdown.matchAll(/`([^`\n]+)`/g), ([, words = '']) => words)
  return quoted.filter((words) => /^[\w.-]+(\/[\w.-]*)*$/.test(words) && /\/|\.(ts|json|md)$/.test(words))
}

/** A place named alone is in the last folder that was named before it, or in one around that. */
function missingIn(markdown: string): string[] {
  let folder = '.'
  return placesIn(markdown).filter((place) => {
    const found = around(folder).map((outer) => join(outer, place))
    const there = found.find((path) => existsSync(inRepository(path)))
    if (there?.endsWith('/')) folder = there
    return there === undefined
  })
}

/** The folder, and those that it is in: `src/core`, `src`, `.`. */
function around(folder: string): string[] {
  return folder === '.' ? ['.'] : [folder, ...around(dirname(folder))]
}

function foldersUnder(room: string): string[] {
  const entries = readdirSync(inRepository(room), { withFileTypes: true, recursive: true })
  const folders = entries.filter((entry) => entry.isDirectory())
  return folders.map(({ parentPath, name }) => join(parentPath, name).slice(inRepository('.').length + 1))
}

function unnamedIn(markdown: string, folders: readonly string[]): string[] {
  const named = placesIn(markdown)
  // One inside another is named within it: `model/` after `src/testing/`.
  return folders.filter((folder) => !named.includes(`${folder}/`) && !named.includes(`${folder.split('/').at(-1)}/`))
}

describe('ARCHITECTURE.md', () => {
  const [{ text } = { text: '' }] = PAGES

  it('names files and folders that exist', () => {
    expect(missingIn(text)).toEqual([])
    expect(placesIn(text).length).toBeGreaterThan(40)
  })

  it('names every folder of src/ and machines/', () => {
    const folders = [...ROOMS.flatMap(foldersUnder), 'machines']
    expect(folders).toContain('src/testing/model')
    expect(unnamedIn(text, folders)).toEqual([])
  })

  it('names every entry of the package, or the folder that it is the index of', () => {
    const named = placesIn(text)
    const unnamed = ENTRIES.filter(({ source }) => {
      const isInFolderOfItsOwn = source.endsWith('/index.ts') && dirname(source) !== 'src'
      return !named.includes(source) && !(isInFolderOfItsOwn && unnamedIn(text, [dirname(source)]).length === 0)
    })
    expect(unnamed).toEqual([])
  })

  it('is one page', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(100)
  })

  it('would be seen to be wrong', () => {
    const wrong =
      '`src/core/rules/` has `policy.ts` and `nothing.ts`; `src/cellar/cat.ts`; `row.path`, `npm test`, `a/b c`'
    expect(missingIn(wrong)).toEqual(['nothing.ts', 'src/cellar/cat.ts'])
    expect(unnamedIn(wrong, ['src/core/rules', 'src/core/edge', 'src/testing/model'])).toEqual([
      'src/core/edge',
      'src/testing/model',
    ])
  })
})

describe('CONTRIBUTING.md', () => {
  it.each(PAGES)('and its neighbour link to files and headings that exist: $path', ({ text }) => {
    const broken = linksOf(text).filter((link) => {
      const [file = '', anchor] = link.split('#')
      if (!existsSync(inRepository(file))) return true
      return anchor !== undefined && !anchorsOf(pageOf(file).text).includes(anchor)
    })
    expect(broken).toEqual([])
    expect(linksOf(text).length).toBeGreaterThan(0)
  })

  it('names the commands that there are', () => {
    const [, contributing = { text: '' }] = PAGES
    for (const name of ['npm test', 'npm run test:all', 'npm run bench', 'npm run mutate', 'npm run conformance']) {
      expect(contributing.text).toContain(`\`${name}\``)
    }
  })
})
