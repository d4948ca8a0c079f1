// Screen: the view for a terminal. A table of the breakers, drawn anew five times a second, over the last transitions.
import { createLogUpdate } from 'log-update'
import type { Endpoint } from './endpoint.ts'
import { lineOf, widthOfNames } from './lines.ts'
import { inWords, newTable, type Paint, paintState } from './paint.ts'
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
  { options, startedAt, endpoints, journal }: Scene,
  { rows, columns }: NodeJS.WriteStream,
  paint: Paint,
): string {
  const { durationMs, rate } = options
  const elapsed = Math.min((performance.now() - startedAt) / 1000, durationMs / 1000).toFixed(1)
  const title = `${paint.bold('switchgear')}  ${elapsed} s of ${durationMs / 1000} s, ${rate} calls/s to each endpoint`
  const table = tableOf(endpoints, paint)
  const room = Math.max(rows - table.split('\n').length - 3, 1)
  const nameWidth = widthOfNames(endpoints)
  const log = journal.entries
    .slice(-Math.min(room, LONGEST_LOG))
    .map((entry) => lineOf(entry, nameWidth, paint, columns))
  return [title, table, ...log].join('\n')
}

function tableOf(endpoints: readonly Endpoint[], paint: Paint): string {
  const head = ['endpoint', 'state'.padEnd('halfOpen'.length), 'calls', 'failures', 'rejected', 'p99', 'next probe']
  const table = newTable(head, paint, 2)
  for (const { name, breaker, guarded } of endpoints) {
    const { state, calls, latency, retryAfterMs } = breaker.stats()
    table.push([
      name,
      paintState(state, paint),
      String(calls.allowed + calls.rejected),
      // As its callers saw them: a breaker counts the failures that come after it opened as late.
      String(guarded.failed),
      calls.rejected > 0 ? paint.yellow(String(calls.rejected)) : '0',
      inWords(latency.p99),
      nextProbe(state, retryAfterMs),
    ])
  }
  return table.toString()
}

function nextProbe(state: string, retryAfterMs: number | null): string {
  if (state === 'halfOpen') return 'probing'
  return state === 'open' && retryAfterMs !== null ? `in ${(retryAfterMs / 1000).toFixed(1)} s` : '-'
}
