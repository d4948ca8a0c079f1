// Findings: the mistakes and warnings of one file, with their positions.
import type { LineCounter } from 'yaml'
import { printable } from '../core/options/index.ts'
import { ConfigError, type ConfigMistake, type ConfigWarning } from './config-error.ts'

/** Where in the text something is: from, and up to, in characters. */
export type Span = readonly [number, number]

/** Each takes time to find and to print: in a file of nonsense, every line is one. */
const MOST_MISTAKES = 1_000
/** A longer line is shown in part. */
const WIDEST = 100

export class Findings {
  readonly file: string
  readonly warnings: ConfigWarning[] = []
  readonly #text: string
  readonly #lines: LineCounter
  readonly #mistakes = new Map<string, ConfigMistake & { readonly at: number }>()

  constructor(file: string, text: string, lines: LineCounter) {
    this.file = file
    this.#text = text
    this.#lines = lines
  }

  /** The same mistake at the same position is one, however many aliases lead there. */
  mistake(path: string, expected: string, received: string, span: Span | null): void {
    if (this.#mistakes.size >= MOST_MISTAKES) return
    const { line, column } = this.#positionOf(span)
    const frame = span === null ? '' : this.#frameOf(span)
    const key = JSON.stringify([line, column, expected, received])
    const { file } = this
    if (this.#mistakes.has(key)) return
    this.#mistakes.set(key, { file, line, column, path, expected, received, frame, at: span?.[0] ?? -1 })
  }

  warning(path: string, message: string, span: Span): void {
    this.warnings.push({ file: this.file, ...this.#positionOf(span), path, message })
  }

  /** @throws ConfigError if there is a mistake */
  end(): void {
    if (this.#mistakes.size > 0) throw this.error()
  }

  /** Aliases and merge keys may unfold to more than anybody writes. */
  tooMuch(most: number, span: Span): ConfigError {
    // Most of the others would be the same, again and again.
    this.#mistakes.clear()
    this.mistake('', `at most ${most} settings, aliases and merge keys unfolded`, 'more', span)
    return this.error()
  }

  error(): ConfigError {
    const sorted = [...this.#mistakes.values()].toSorted((a, b) => a.at - b.at)
    return new ConfigError(
      this.file,
      sorted.map(({ at: _at, ...mistake }) => mistake),
    )
  }

  #positionOf(span: Span | null): { line: number | null; column: number | null } {
    if (span === null) return { line: null, column: null }
    const { line, col } = this.#lines.linePos(span[0])
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  #frameOf([from, to]: Span): string {
    const start = this.#text.lastIndexOf('\n', from - 1) + 1
    const next = this.#text.indexOf('\n', from)
    const end = next === -1 ? this.#text.length : next
    // The position of the mistake is seen, also in a line that is the whole file.
    const left = Math.max(start, Math.min(from - WIDEST / 2, end - WIDEST))
    const before = printable(this.#text.slice(left, from), Number.POSITIVE_INFINITY)
    const after = printable(this.#text.slice(from, Math.min(left + WIDEST, end)).trimEnd(), Number.POSITIVE_INFINITY)
    const { line } = this.#lines.linePos(from)
    const gutter = `${Math.max(line, 1)}`.padStart(4)
    const length = Math.max(1, Math.min(Math.min(to, end) - from, after.length))
    return `${gutter} | ${before}${after}\n${' '.repeat(gutter.length)} | ${' '.repeat(before.length)}${'^'.repeat(length)}`
  }
}
