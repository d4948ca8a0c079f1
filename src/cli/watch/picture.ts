// Picture: the live table as lines of a terminal: a heading, the endpoints that fit, and the last transitions.
import { type Column, cut, inWords, type Paint, plainTable, safeText } from '../terminal/index.ts'
import { type Board, refusedOf, type Watched } from './board.ts'
import { sorted } from './sort.ts'
import { nextAdmission, paintStatus, severityOf, statusOf, whyOf } from './status.ts'
import type { View } from './view.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

const LONGEST_LOG = 5
const KEYS = 'q quit  ↑↓ ⏎ open  s sort  / filter  o not closed  r reverse'

/** Those that the view lets through, in its order. */
export function chosen(board: Board, { sort, isReversed, filter, onlyNotClosed }: View): Watched[] {
  const wanted = filter.toLowerCase()
  const kept = board.all().filter(({ row }) => {
    if (onlyNotClosed && statusOf(row) === 'closed') return false
    return wanted === '' || row.endpoint.toLowerCase().includes(wanted)
  })
  return sorted(kept, sort, isReversed)
}

/** How many endpoints a page has. */
export function pageOf(board: Board, { rows }: Size): number {
  return Math.max(rows - logOf(board, rows) - 5, 1)
}

function logOf({ transitions }: Board, rows: number): number {
  return rows < 16 ? 0 : Math.min(transitions.length, LONGEST_LOG)
}

/** `status` is news of the connection, or nothing. */
export function pictureOf(board: Board, view: View, status: string, size: Size, paint: Paint): string[] {
  const { columns } = size
  const all = chosen(board, view)
  const page = pageOf(board, size)
  const at = all.findIndex(({ row }) => row.endpoint === view.selected)
  // The page on which the cursor is.
  const from = at < 0 ? 0 : Math.floor(at / page) * page
  const table = tableOfAll(all.slice(from, from + page), paint, columns).split('\n')
  const lines = table.map((line, index) => (at >= 0 && index === at - from + 1 ? paint.inverse(line) : line))
  const log = logOf(board, size.rows)
  return [
    paint.bold(cut(heading(board), columns)),
    status === '' ? paint.dim(cut(choice(view, all.length, from, page), columns)) : paint.yellow(cut(status, columns)),
    ...(all.length === 0 ? [paint.dim(cut(emptiness(board), columns))] : lines),
    ...(log === 0 ? [] : ['', ...board.transitions.slice(-log).map((each) => cut(transitionLine(each), columns))]),
    paint.dim(cut(view.isTyping ? `filter: ${safeText(view.filter)}▏ (Enter keeps it, Esc clears it)` : KEYS, columns)),
  ]
}

function heading(board: Board): string {
  const { hello } = board
  if (hello === null) return 'switchgear watch'
  const counts = new Map<string, { count: number; readonly severity: number }>()
  for (const { row } of board.all()) {
    const standing = statusOf(row)
    const counted = counts.get(standing) ?? { count: 0, severity: severityOf(row) }
    counts.set(standing, counted)
    counted.count++
  }
  const states = Array.from(counts)
    .sort(([, one], [, other]) => one.severity - other.severity)
    .map(([standing, { count }]) => `${count} ${standing}`)
  return `${safeText(hello.title)}  pid ${hello.pid}  ${states.join(', ')}`
}

function choice({ sort, isReversed, filter, onlyNotClosed }: View, count: number, from: number, page: number): string {
  const shown = count > page ? `${from + 1}-${Math.min(from + page, count)} of ${count}` : `${count} endpoints`
  const by = `by ${sort}${isReversed ? ', reversed' : ''}`
  const kept = [...(onlyNotClosed ? ['not closed'] : []), ...(filter === '' ? [] : [`with "${safeText(filter)}"`])]
  return [shown, by, ...kept].join('  ')
}

function emptiness(board: Board): string {
  if (board.hello === null) return 'connecting …'
  return board.size === 0 ? 'no endpoint has been called yet' : 'no endpoint is like that (Esc shows all)'
}

/** The table of the endpoints, at most `width` wide where that can be. `isOnce`: with counts, as there are no rates yet. */
export function tableOfAll(all: readonly Watched[], paint: Paint, width: number, isOnce = false): string {
  const longest = Number.isFinite(width) ? Math.max(Math.floor(width * 0.35), 12) : 200
  const figures: Figures = (title, spare, write) => {
    return { title: title.padStart(7), cells: all.map((watched) => write(watched)), spare }
  }
  return plainTable(
    [
      { title: 'endpoint', cells: all.map(({ name }) => cut(name, longest)), isWords: true },
      { title: 'state'.padEnd(10), cells: all.map(({ row }) => paintStatus(row, paint)), isWords: true },
      ...(isOnce ? counts(figures) : rates(figures)),
      figures('slow', 5, ({ row }) => share(row.slowRate)),
      figures('p50', 4, ({ row }) => inWords(row.p50)),
      figures('p99', 3, ({ row }) => inWords(row.p99)),
      { title: 'next call', cells: all.map(nextAdmission) },
      {
        title: 'why',
        cells: all.map(({ row }) => cut(safeText(whyOf(row)), 60)),
        isWords: true,
        spare: 6,
      },
    ],
    paint,
    width,
  )
}

type Figures = (title: string, spare: number, write: (watched: Watched) => string) => Column

function counts(figures: Figures): Column[] {
  return [
    figures('calls', 0, ({ row }) => String(row.calls.allowed + refusedOf(row))),
    figures('refused', 2, ({ row }) => String(refusedOf(row))),
    figures('failed', 1, ({ row: { calls } }) => String(calls.failed)),
  ]
}

function rates(figures: Figures): Column[] {
  return [
    figures('calls/s', 0, ({ perSecond }) => rate(perSecond.calls)),
    figures('ref/s', 2, ({ perSecond }) => rate(perSecond.refused)),
    figures('failed', 1, ({ failureShare }) => share(failureShare)),
  ]
}

function rate(perSecond: number | null): string {
  if (perSecond === null) return '-'
  return perSecond >= 9.95 || perSecond === 0 ? String(Math.round(perSecond)) : perSecond.toFixed(1)
}

function share(of: number | null): string {
  return of === null ? '-' : `${Math.round(of * 100)} %`
}

export function transitionLine({ endpoint, by, from, to, reason, time }: Board['transitions'][number]): string {
  const at = new Date(time).toTimeString().slice(0, 8)
  const whose = by === 'fleet' ? 'fleet ' : ''
  return `${at}  ${cut(safeText(endpoint), 24)}  ${whose}${from} → ${to}  ${safeText(reason)}`
}
