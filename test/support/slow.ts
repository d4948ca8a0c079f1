// isSlow: which tests are the slow half of the suite: those that start processes, a browser or a build, which is read from
// their imports, and those that say at their top `// Slow: …` and why. All others are what `npm test` runs.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const STARTERS = new Set(['node:child_process', 'playwright-core', 'vite'])
const IMPORTS = /(?:\bfrom|\bimport\(|^import)\s*'([^']+)'/gm

const known = new Map<string, boolean>()

/** Looks through what the file imports, in `test/` and `scripts/`; the sources of the package start nothing by themselves. */
export function isSlow(file: string): boolean {
  const before = known.get(file)
  if (before !== undefined) return before
  // Also the answer for a file that is met again while it is looked through.
  known.set(file, false)
  const text = readFileSync(file, 'utf8')
  const slow = text.startsWith('// Slow: ') || importsOf(text).some((specifier) => startsPrograms(file, specifier))
  known.set(file, slow)
  return slow
}

function importsOf(text: string): string[] {
  return Array.from(text.matchAll(IMPORTS), ([, specifier = '']) => specifier)
}

function startsPrograms(file: string, specifier: string): boolean {
  if (STARTERS.has(specifier)) return true
  const path = join(dirname(file), specifier)
  return specifier.startsWith('.') && /^(test|scripts)\//.test(path) && existsSync(path) && isSlow(path)
}
