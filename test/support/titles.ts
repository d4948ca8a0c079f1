// Which requirements the titles of test files name: "… (R06)", "… (R02, I5)", also "(R01-R12)".
import { readdirSync, readFileSync } from 'node:fs'

const TITLE = /^\s*(?:it|test)(?:\.\w+)*(?:\(|\([^'"`]*\)\()\s*(['"`])(.*)\1/gm
const NUMBER = String.raw`[A-Z]-?\d+[a-z]?`
const NAMED = new RegExp(String.raw`\((${NUMBER}(?:(?:, | |-)${NUMBER})*)\)$`)

/** The numbers as they stand in titles, of whatever letter: `R02`, or `R01-R12` for all that lie between. */
export function numbersIn(source: string): string[] {
  return [...source.matchAll(TITLE)].flatMap(([, , title]) => NAMED.exec(title ?? '')?.[1]?.split(/, | /) ?? [])
}

/** Of all requirements, in their order, those that are named. */
export function requirementsIn(source: string, all: readonly string[]): string[] {
  const named = numbersIn(source).flatMap((part) => {
    const [first = '', last = first] = all.includes(part) ? [part] : part.split('-')
    return all.slice(all.indexOf(first), all.indexOf(last) + 1)
  })
  return all.filter((requirement) => named.includes(requirement))
}

/** The text of every file of ours under a folder whose name ends so. */
export function filesUnder(folder: string, ...endings: string[]): { readonly path: string; readonly source: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.includes('node_modules') && endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path, source: readFileSync(`${folder}/${path}`, 'utf8') }))
}
