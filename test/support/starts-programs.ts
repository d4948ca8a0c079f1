// startsPrograms: whether a test starts processes, a browser or a build, which is read from its imports. Those tests are the
// slow half of the suite, and some need programs that npm does not install; all others are what `npm test` runs.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const STARTERS = new Set(['node:child_process', 'playwright-core', 'vite'])
const IMPORTS = /(?:\bfrom|\bimport\(|^import)\s*'([^']+)'/gm

const known = new Map<string, boolean>()

/** Looks through what the file imports, in `test/` and `scripts/`; the sources of the package start nothing by themselves. */
export function startsPrograms(file: string): boolean {
  const before = known.get(file)
  if (before !== undefined) return before
  // Also the answer for a file that is come across again while it is looked through.
  known.set(file, false)
  const specifiers = Array.from(readFileSync(file, 'utf8').matchAll(IMPORTS), ([, specifier = '']) => specifier)
  const starts = specifiers.some((specifier) => {
    if (STARTERS.has(specifier)) return true
    if (!specifier.startsWith('.')) return false
    const path = join(dirname(file), specifier)
    return /^(test|scripts)\//.test(path) && existsSync(path) && startsPrograms(path)
  })
  known.set(file, starts)
  return starts
}
