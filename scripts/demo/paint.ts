// Paint: the colours of the demo, the shape of its tables, and how it writes a length of time.
import { stripVTControlCharacters } from 'node:util'
import Table from 'cli-table3'
import pc from 'picocolors'
import type { BreakerState } from '../../src/index.ts'

export type Paint = ReturnType<typeof pc.createColors>

/** Whether it can move its cursor, and knows colours. */
export function isTerminal(stream: NodeJS.WriteStream): boolean {
  const { TERM } = process.env
  return stream.isTTY === true && TERM !== 'dumb'
}

/** Colours on a terminal, unless NO_COLOR is set (https://no-color.org). */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const { NO_COLOR } = process.env
  return pc.createColors(isTerminal(stream) && !NO_COLOR)
}

export function paintState(state: BreakerState, paint: Paint): string {
  if (state === 'closed') return paint.green(state)
  return state === 'halfOpen' ? paint.yellow(state) : paint.red(state)
}

/** One column of a table. */
export interface Column {
  readonly title: string
  readonly cells: readonly string[]
  /** Words read from the left; figures stand under one another. */
  readonly isWords?: boolean
  /** Left out of a table that has no room: those of the highest number first, and never one without. */
  readonly spare?: number
}

/** A table at most `width` wide, if it can be had: without its lines, and then without its spare columns. */
export function tableOf(columns: readonly Column[], paint: Paint, width: number): string {
  const drawn = draw(columns, paint, true)
  return widthOf(drawn) <= width ? drawn : plainTable(columns, paint, width)
}

function plainTable(columns: readonly Column[], paint: Paint, width: number): string {
  const drawn = draw(columns, paint, false)
  const most = Math.max(...columns.map(({ spare }) => spare ?? 0))
  if (most === 0 || widthOf(drawn) <= width) return drawn
  const kept = columns.filter(({ spare }) => spare !== most)
  return plainTable(kept, paint, width)
}

function draw(columns: readonly Column[], paint: Paint, hasLines: boolean): string {
  const table = new Table({
    head: columns.map(({ title }) => paint.bold(title)),
    colAligns: columns.map(({ isWords }) => (isWords === true ? 'left' : 'right')),
    // cli-table3 would colour them by itself, NO_COLOR or not.
    style: { head: [], border: [], compact: true, ...(hasLines ? {} : { 'padding-left': 0, 'padding-right': 0 }) },
    ...(hasLines ? {} : { chars: NO_LINES }),
  })
  const rows = columns[0]?.cells.length ?? 0
  for (let row = 0; row < rows; row++) table.push(columns.map(({ cells }) => cells[row] ?? ''))
  return table.toString()
}

/** One space between columns, and nothing around them. */
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' },
}

function widthOf(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split('\n')
      .map((line) => line.length),
  )
}

/** Breaks a text between words; the lines after the first are indented. */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S) /)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= width || line === '') line = longer
    else {
      lines.push(line)
      line = ' '.repeat(indent) + word.trimStart()
    }
  }
  return [...lines, line].join('\n')
}

export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(length - 1, 0))}…` : text
}

/** `'38 ms'`, `'2.31 s'`, `'45.2 s'`, `'2 min 31 s'`; `'-'` where there is nothing to measure. */
export function inWords(ms: number | null): string {
  if (ms === null) return '-'
  if (Math.abs(ms) < 10) return `${Number(ms.toFixed(1))} ms`
  if (Math.abs(ms) < 999.5) return `${Math.round(ms)} ms`
  if (Math.abs(ms) < 59_950) return `${(ms / 1000).toFixed(Math.abs(ms) < 9_995 ? 2 : 1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.trunc(seconds / 60)} min ${Math.abs(seconds % 60)} s`
}
