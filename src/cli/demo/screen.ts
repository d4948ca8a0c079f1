// Screen: the view for a terminal. A table of the breakers, redrawn five times a second, over the last transitions.
import { createLogUpdate } from 'log-update'
import { type Column, cut, inWords, type Paint, paintState, tableOf, wrap } from '../terminal/index.ts'
import type { Endpoint } from './endpoint.ts'
import { lineOf, widthOfNames } from './lines.ts'
import type { Audience, Scene } from './run.ts'

const REDRAW_MS = 200
const LONGEST_LOG = 12

export function openScreen(out: NodeJS.WriteStream, paint: Paint): Audience {
  const update = createLogUpdate(out)
  let scene: Scene | undefined
  let timer: NodeJS.Timeout | undefined
  const draw = () => {
    if (scene !== undefined) update(pictureOf(scene, out, paint))
  }
  update(paint.dim('starting the services …'))
  return {
    begins(begun) {
      scene = begun
      draw()
      timer = setInterval(draw, REDRAW_MS)
    },
    // The next picture shows it.
    happened() {},
    // Leaves the last picture standing and gives the cursor back.
    ends() {
      clearInterval(timer)
      draw()
      update.done()
    },
  }
}

function pictureOf(
  { options, startedAt, endpoints, journal, notices }: Scene,
  { rows, columns }: NodeJS.WriteStream,
  paint: Paint,
): string {
  const { durationMs, rate } = options
  const elapsed = Math.min((performance.now() - startedAt) / 1000, durationMs / 1000).toFixed(1)
  const end = Number.isFinite(durationMs) ? ` of ${durationMs / 1000} s` : ' (Ctrl-C ends it)'
  const heading = cut(`switchgear  ${elapsed} s${end}, ${rate} calls/s to each endpoint`, columns)
  const title = heading.replace('switchgear', paint.bold)
  const table = breakersOf(endpoints, paint, columns)
  const wrapped = notices.flatMap((notice) => wrap(notice, columns).split('\n')).map(paint.cyan)
  const room = Math.max(rows - table.split('\n').length - wrapped.length - 3, 1)
  const nameWidth = widthOfNames(endpoints)
  const log = journal.entries
    .slice(-Math.min(room, LONGEST_LOG))
    .map((entry) => lineOf(entry, nameWidth, paint, columns))
  return [title, ...wrapped, table, ...log].join('\n')
}

function breakersOf(endpoints: readonly Endpoint[], paint: Paint, width: number): string {
  const rows = endpoints.map(({ name, breaker, guarded }) => ({ name, guarded, ...breaker.stats() }))
  const columns: Column[] = [
    { title: 'endpoint', cells: rows.map(({ name }) => name), isWords: true },
    {
      title: 'state'.padEnd('halfOpen'.length),
      cells: rows.map(({ state }) => paintState(state, paint)),
      isWords: true,
    },
    { title: 'calls', cells: rows.map(({ calls }) => String(calls.allowed + calls.rejected)), spare: 4 },
    // As its callers saw them: a breaker counts the failures that come after it opened as late.
    { title: 'failures', cells: rows.map(({ guarded }) => String(guarded.failed)), spare: 2 },
    { title: 'rejected', cells: rows.map(({ calls: { rejected } }) => inYellow(rejected, paint)), spare: 1 },
    { title: 'p99', cells: rows.map(({ latency }) => inWords(latency.p99)), spare: 5 },
    { title: 'next probe', cells: rows.map(({ state, retryAfterMs }) => nextProbe(state, retryAfterMs)), spare: 3 },
  ]
  return tableOf(columns, paint, width)
}

function inYellow(count: number, paint: Paint): string {
  return count > 0 ? paint.yellow(String(count)) : '0'
}

function nextProbe(state: string, retryAfterMs: number | null): string {
  if (state === 'halfOpen') return 'probing'
  return state === 'open' && retryAfterMs !== null ? `in ${(retryAfterMs / 1000).toFixed(1)} s` : '-'
}
