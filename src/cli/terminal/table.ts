// Table: columns of text drawn as a table that fits a width: without its lines, and without its spare columns, if need be.
import Table from 'cli-table3'
import type { Paint } from './paint.ts'
import { widest } from './width.ts'

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
  return widest(drawn) <= width ? drawn : plainTable(columns, paint, width)
}

/** The same without lines at any width, for what is drawn again and again and must not change its looks. */
export function plainTable(columns: readonly Column[], paint: Paint, width: number): string {
  const drawn = draw(columns, paint, false)
  const most = Math.max(...columns.map(({ spare }) => spare ?? 0))
  if (most === 0 || widest(drawn) <= width) return drawn
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
