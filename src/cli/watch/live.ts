// Live: the table on a terminal: drawn four times a second, worked by keys, until the user quits.
import { emitKeypressEvents, type Key } from 'node:readline'
import { paintFor } from '../terminal/index.ts'
import { createBoard } from './board.ts'
import { createDetail } from './detail.ts'
import { tell } from './feed.ts'
import { chosen, pageOf, pictureOf } from './picture.ts'
import { openScreen } from './screen.ts'
import { follow, type News } from './stream.ts'
import { press, type View } from './view.ts'

const REDRAW_MS = 250

/** Resolves when the user has quit, or `signal` is aborted. The terminal is then as it was. */
export async function showLive(base: URL, view: View, signal: AbortSignal): Promise<void> {
  const { stdout } = process
  const paint = paintFor(stdout)
  const board = createBoard()
  const quitting = new AbortController()
  const quit = () => quitting.abort()
  signal.addEventListener('abort', quit, { once: true })
  const detail = createDetail(base, quitting.signal)
  let status = 'connecting …'
  let retryAt = 0

  const screen = openScreen(stdout)
  const size = () => ({ columns: stdout.columns, rows: stdout.rows })
  const draw = () => {
    const isOpen = view.opened !== null
    if (isOpen) detail.show(view.opened ?? '')
    const wait = retryAt === 0 ? '' : `, again in ${Math.max((retryAt - performance.now()) / 1000, 0).toFixed(1)} s`
    const news = status === '' ? '' : `${status}${wait}`
    const lines = isOpen ? detail.lines(board, news, view, size(), paint) : pictureOf(board, view, news, size(), paint)
    screen.draw(lines)
  }
  const onKey = (text: string | undefined, key: Key) => {
    // A terminal in raw mode leaves it to us.
    if (key.ctrl === true && key.name === 'c') process.kill(process.pid, 'SIGINT')
    else {
      const names = chosen(board, view).map(({ row }) => row.endpoint)
      if (press(view, text, key, names, pageOf(board, size()))) quit()
      else draw()
    }
  }
  const keyboard = listenToKeys(onKey)
  stdout.on('resize', draw)
  const timer = setInterval(draw, REDRAW_MS)
  try {
    draw()
    for await (const news of follow(base, quitting.signal)) {
      tell(board, news)
      ;[status, retryAt] = statusAfter(news, status, retryAt)
    }
  } finally {
    clearInterval(timer)
    stdout.off('resize', draw)
    keyboard.close()
    screen.close()
    signal.removeEventListener('abort', quit)
    quit()
  }
}

/** What is said about the connection, and when it is made again (ms of performance.now(), or 0). */
function statusAfter(news: News, status: string, retryAt: number): [string, number] {
  if (news.kind === 'lost') return [`NOT LIVE: ${news.why}`, performance.now() + news.retryInMs]
  if (news.name === 'bye') return [`NOT LIVE: ${news.data.why}`, 0]
  if (news.name === 'rows' && news.data.last === true) return ['', 0]
  return news.name === 'hello' ? ['reading …', 0] : [status, retryAt]
}

/** Without a terminal to type at there are no keys: then only a signal ends it. */
function listenToKeys(onKey: (text: string | undefined, key: Key) => void): { close(): void } {
  const { stdin } = process
  if (!stdin.isTTY) return { close() {} }
  emitKeypressEvents(stdin)
  stdin.setRawMode(true)
  stdin.on('keypress', onKey)
  stdin.resume()
  return {
    close() {
      stdin.off('keypress', onKey)
      stdin.setRawMode(false)
      stdin.pause()
    },
  }
}
