// ConfigError: the mistakes in a configuration file, each with its position and its line.

import { printable } from '../core/options/index.ts'
import { type Mistake, PolicyError } from '../index.ts'

/** One mistake in a file. */
export interface ConfigMistake extends Mistake {
  /** The name of the file; `'policies'` for a text without a name. */
  readonly file: string
  /** From 1; `null` if it is about the whole file. */
  readonly line: number | null
  /** From 1, in characters; `null` if it is about the whole file. */
  readonly column: number | null
  /** The line, with a mark under the place; `''` if it is about the whole file. */
  readonly frame: string
}

/** Something in a file that is no mistake, but may not be what you meant. */
export interface ConfigWarning extends Pick<ConfigMistake, 'file' | 'line' | 'column' | 'path'> {
  /** In words, without the position. */
  readonly message: string
}

/** People read a page, not a flood. `mistakes` has all of them. */
const MOST_LISTED = 20

/**
 * A file cannot be used (`INVALID_POLICY`): it cannot be read, it is not YAML, or its policies are wrong. The message lists
 * the mistakes, `mistakes` has all of them; `cause` is the error of the file system if there is one.
 */
export class ConfigError extends PolicyError {
  /** All mistakes (at most 1,000), in the order of the file. */
  declare readonly mistakes: readonly ConfigMistake[]
  /** @param mistakes at least one */
  constructor(file: string, mistakes: readonly ConfigMistake[], cause?: unknown) {
    super(file, mistakes)
    this.message = messageOf(file, mistakes)
    if (cause !== undefined) this.cause = cause
  }
}
Object.defineProperty(ConfigError.prototype, 'name', { value: 'ConfigError', writable: true, configurable: true })

/** In the form of compilers: editors and terminals make a link of it. */
export function positionOf({ file, line, column }: Pick<ConfigMistake, 'file' | 'line' | 'column'>): string {
  const name = printable(file)
  return line === null ? name : `${name}:${line}:${column}`
}

/** One line, or four with the frame. */
export function mistakeText(mistake: ConfigMistake): string {
  const { path, expected, received, frame } = mistake
  const what = path === '' ? '' : `${printable(path)}: `
  const text = `${positionOf(mistake)}: ${what}expected ${expected}, received ${received}`
  return frame === '' ? text : `${text}\n${frame}`
}

/** One line. */
export function warningText(warning: ConfigWarning): string {
  return `${positionOf(warning)}: ${printable(warning.path)}: ${warning.message}`
}

function messageOf(file: string, mistakes: readonly ConfigMistake[]): string {
  const count = `${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}`
  const lines = mistakes.slice(0, MOST_LISTED).map(mistakeText)
  if (mistakes.length > MOST_LISTED) lines.push(`and ${mistakes.length - MOST_LISTED} more`)
  return `${count} in ${printable(file)}:\n${lines.join('\n').replace(/^/gm, '  ')}`
}
