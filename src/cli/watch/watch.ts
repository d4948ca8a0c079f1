// The command watch: a dashboard's stream as a live table, as a table once, or as lines of JSON.

import { awaitEnding, Failure, print } from '../exit.ts'
import { isTerminal, paintFor } from '../terminal/index.ts'
import { createBoard } from './board.ts'
import { tell } from './feed.ts'
import { jsonLine, linesOf } from './json-lines.ts'
import { showLive } from './live.ts'
import { chosen, tableOfAll } from './picture.ts'
import type { Sort } from './sort.ts'
import { baseOf, follow, shown } from './stream.ts'
import { newView } from './view.ts'

export interface WatchValues {
  readonly filter?: string
  readonly sort?: Sort
  readonly once?: true
  readonly json?: true
}

/** For the whole image, after the connection is made. */
const PATIENCE_MS = 10_000

export async function watch(url: string, values: WatchValues): Promise<number> {
  const base = baseOf(url)
  const ending = awaitEnding()
  const view = newView(values.sort, values.filter)
  if (values.once === true) {
    await printOnce(base, ending.signal, values)
  } else if (values.json === true || !isTerminal(process.stdout)) {
    const isWanted = (endpoint: string) => endpoint.toLowerCase().includes(view.filter.toLowerCase())
    for await (const news of follow(base, ending.signal)) {
      // One after another: while the reader of a pipe is slow, nothing more is read.
      for (const line of linesOf(news, isWanted)) await print(`${line}\n`)
    }
  } else await showLive(base, view, ending.signal)
  return ending.exitCode()
}

async function printOnce(base: URL, signal: AbortSignal, { json, sort, filter }: WatchValues): Promise<void> {
  const board = createBoard()
  const enough = new AbortController()
  const end = () => enough.abort()
  signal.addEventListener('abort', end, { once: true })
  const patience = setTimeout(end, PATIENCE_MS)
  try {
    for await (const news of follow(base, enough.signal)) {
      if (news.kind === 'lost') throw new Failure(`${shown(base)}: ${news.why} before every endpoint had arrived`)
      tell(board, news)
      if (board.isComplete) break
    }
  } finally {
    clearTimeout(patience)
    signal.removeEventListener('abort', end)
    end()
  }
  if (signal.aborted) return
  if (!board.isComplete) throw new Failure(`${shown(base)}: not every endpoint arrived within ${PATIENCE_MS / 1000} s`)
  const all = chosen(board, newView(sort, filter))
  if (json === true) return print(`${jsonLine({ ...board.hello, endpoints: all.map(({ row }) => row) })}\n`)
  const { stdout } = process
  await print(`${tableOfAll(all, paintFor(stdout), stdout.columns ?? Number.POSITIVE_INFINITY, true)}\n`)
}
