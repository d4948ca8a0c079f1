// NamePattern: endpoints chosen by name: `'payments'`, or with `*` for any characters, for example `'db-*'`.
import { ArgumentError } from './errors.ts'

/**
 * A function that says whether a name is among these. Each is a name or a pattern in which `*` stands for any characters,
 * also for none (`'db-*'`): the syntax of the registry's `policies`. With no patterns it says no to every name.
 * @throws ArgumentError (`INVALID_ARGUMENT`) unless they are an array of strings
 */
export function matchNames(patterns: readonly string[]): (name: string) => boolean {
  return matcherOf('patterns', patterns)
}

/** As `matchNames`; `where` begins the paths of mistakes. @throws ArgumentError */
export function matcherOf(where: string, patterns: readonly string[]): (name: string) => boolean {
  if (!Array.isArray(patterns)) throw new ArgumentError(where, "an array of names, such as ['db-*']", patterns)
  const exact = new Set<string>()
  const matchers: ((name: string) => boolean)[] = []
  for (const [index, pattern] of patterns.entries()) {
    if (typeof pattern !== 'string') throw new ArgumentError(`${where}[${index}]`, 'a string', pattern)
    if (isPattern(pattern)) matchers.push(patternOf(pattern))
    else exact.add(pattern)
  }
  return (name) => exact.has(name) || matchers.some((matches) => matches(name))
}

export function isPattern(name: string): boolean {
  return name.includes('*')
}

/** Part after part from the left, in linear time: names may be long, and a regular expression would backtrack. */
export function patternOf(pattern: string): (name: string) => boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop() ?? ''
  return (name) => {
    if (!name.startsWith(first) || !name.endsWith(last)) return false
    let from = first.length
    for (const part of others) {
      const at = name.indexOf(part, from)
      if (at === -1) return false
      from = at + part.length
    }
    // The parts must not share characters: `a*a` is not `a`.
    return from <= name.length - last.length
  }
}
