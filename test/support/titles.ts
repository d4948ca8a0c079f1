// Which requirements the titles of test files name: "… (R06)", "… (R02, R05)", also "(R01-R12)".
import { readdirSync, readFileSync } from 'node:fs'

const TITLE = /^\s*(?:it|test)(?:\.\w+)*(?:\(|\([^'"`]*\)\()\s*(['"`])(.*)\1/gm
const NAMED = /\(((?:R\d\d[a-z]?(?:, | |-)?)+)\)$/

/** In the order of R01 R02 …; ranges stand for all that lie between. */
export function requirementsIn(source: string, all: readonly string[]): string[] {
  const named = new Set<string>()
  for (const [, , title] of source.matchAll(TITLE)) {
    const [, list = ''] = NAMED.exec(title ?? '') ?? []
    for (const part of list.split(/, | /)) {
      const [first = '', last = first] = part.split('-')
      if (first === '') continue
      for (const requirement of all.slice(all.indexOf(first), all.indexOf(last) + 1)) named.add(requirement)
    }
  }
  return all.filter((requirement) => named.has(requirement))
}

/** The text of every test file under a folder. */
export function testFiles(folder: string): { readonly path: string; readonly source: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => ({ path, source: readFileSync(`${folder}/${path}`, 'utf8') }))
}
