// Detail: one endpoint opened: its figures, why it is in its state, its last transitions, and its policy in words.
import { type EndpointDetail, PATHS, readRow } from '../../observe/dashboard/index.ts'
import { cut, inWords, type Paint, safeText, wrap } from '../terminal/index.ts'
import type { Board } from './board.ts'
import { type Size, transitionLine } from './picture.ts'
import { nextAdmission, paintStatus, refusalOf, statusOf, whyOf } from './status.ts'
import { request } from './stream.ts'
import type { View } from './view.ts'

export interface Detail {
  /** Asks for it, and again from time to time as long as it is shown. */
  show(endpoint: string): void
  /** Scrolled as the view says, which is set right where it says too much. */
  lines(board: Board, status: string, view: View, size: Size, paint: Paint): string[]
}

const REFRESH_MS = 1000
const MOST_TRANSITIONS = 8

export function createDetail(base: URL, signal: AbortSignal): Detail {
  let endpoint: string | null = null
  let detail: EndpointDetail | null = null
  let problem = ''
  let askedAt = Number.NEGATIVE_INFINITY

  async function ask(name: string): Promise<void> {
    const url = new URL(PATHS.endpoint, base)
    url.searchParams.set('name', name)
    try {
      const response = await request(url, signal)
      if (!response.ok)
        throw new Error(response.status === 404 ? 'there is no such endpoint any more' : `HTTP ${response.status}`)
      const answer = (await response.json()) as EndpointDetail
      if (name !== endpoint) return
      detail = answer
      problem = ''
    } catch (error) {
      if (name === endpoint && !signal.aborted) problem = (error as Error).message
    }
  }

  return {
    show(name) {
      if (name !== endpoint) {
        endpoint = name
        detail = null
        problem = ''
      } else if (performance.now() - askedAt < REFRESH_MS) return
      askedAt = performance.now()
      void ask(name)
    },
    lines(board, status, view, { columns, rows }, paint) {
      const name = endpoint ?? ''
      const live = board.all().find(({ row }) => row.endpoint === name)
      const heading = paint.bold(cut(safeText(name), columns))
      const news = paint.yellow(cut(status === '' ? problem : status, columns))
      const row = live?.row ?? (detail === null ? null : readRow(detail.row))
      const head = row === null ? [] : figures(row, live === undefined ? '-' : nextAdmission(live), columns, paint)
      const body = detail === null ? [paint.dim('…')] : more(detail, columns, paint)
      const all = [...head, ...body]
      const room = Math.max(rows - 3, 1)
      const from = Math.min(view.scroll, Math.max(all.length - room, 0))
      view.scroll = from
      const below = from + room < all.length ? '  ↓ more' : ''
      return [heading, news, ...all.slice(from, from + room), paint.dim(cut(`Esc back  q quit${below}`, columns))]
    },
  }
}

function figures(row: ReturnType<typeof readRow>, next: string, columns: number, paint: Paint): string[] {
  const { state, generation, calls, p50, p99, concurrency } = row
  const own = statusOf(row) === state ? '' : ` (${state} itself)`
  const after = `${own} since generation ${generation}${next === '-' ? '' : `, next call ${next}`}`
  const counts = Object.entries(calls).map(([name, count]) => `${count} ${name}`)
  const why = whyOf(row)
  return [
    `${paintStatus(row, paint)}${cut(after, columns - statusOf(row).length)}`,
    cut(refusalOf(row), columns),
    ...(why === '' ? [] : wrap(`why: ${safeText(why)}`, columns, 5).split('\n')),
    ...wrap(`calls: ${counts.join(', ')}`, columns, 7).split('\n'),
    ...(concurrency === null ? [] : [cut(`slots: ${concurrency.inFlight} taken, ${concurrency.queued} wait`, columns)]),
    cut(`latency: p50 ${inWords(p50)}, p99 ${inWords(p99)}`, columns),
  ]
}

function more({ transitions, policy, warnings }: EndpointDetail, columns: number, paint: Paint): string[] {
  const last = transitions.slice(-MOST_TRANSITIONS)
  const settings = policy.flatMap(({ setting, value, meaning }) => {
    return wrap(`${setting} ${safeText(value)}: ${safeText(meaning)}`, columns, 2).split('\n')
  })
  return [
    '',
    paint.bold(last.length === 0 ? 'no transition yet' : 'last transitions'),
    ...last.map((transition) => cut(transitionLine(transition), columns)),
    '',
    paint.bold('policy'),
    ...warnings.flatMap((warning) => wrap(`! ${safeText(warning)}`, columns, 2).split('\n')).map(paint.yellow),
    ...settings,
  ]
}
