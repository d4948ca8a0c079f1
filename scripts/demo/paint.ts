// Paint: the colours of the demo, the shape of its tables, and how it writes a length of time.
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

/** A table whose first column reads from the left, and whose figures stand under one another. */
export function newTable(head: readonly string[], paint: Paint, leftColumns = 1): Table.Table {
  return new Table({
    head: head.map((title) => paint.bold(title)),
    colAligns: head.map((_, index) => (index < leftColumns ? 'left' : 'right')),
    // cli-table3 would colour them by itself, NO_COLOR or not.
    style: { head: [], border: [], compact: true },
  })
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
