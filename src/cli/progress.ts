// Progress: a line that says what takes so long, from the first second on. A thread of its own draws it, because the work
// may keep this one busy.
import { Worker } from 'node:worker_threads'
import { isTerminal } from './terminal/index.ts'

export interface Progress {
  /** Takes the line away. To be called before anything else is written. */
  end(): void
}

const CLEAR = '\r\u001b[K'
/** Words of the shared memory. */
const LOCK = 0
const SHOWN = 1
/** Values of the lock. */
const FREE = 0
const ENDED = 1

/** The thread writes to the descriptor itself: its own process.stderr would go through the thread that is busy. */
const DRAW = `
const { writeSync } = require('node:fs')
const { workerData: { words, text } } = require('node:worker_threads')
const startedAt = Date.now()
const draw = () => {
  if (Atomics.compareExchange(words, ${LOCK}, ${FREE}, 2) !== ${FREE}) return clearInterval(timer)
  const frame = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[Math.floor(Date.now() / 100) % 10]
  try { writeSync(2, '\\r' + frame + ' ' + text + ', ' + Math.floor((Date.now() - startedAt) / 1000) + ' s\\u001b[K') } catch {}
  Atomics.store(words, ${SHOWN}, 1)
  Atomics.store(words, ${LOCK}, ${FREE})
}
let timer
setTimeout(() => { timer = setInterval(draw, 100) }, 1000)
`

/** Nothing where nobody looks: stderr must be a terminal. */
export function startProgress(text: string): Progress {
  if (!isTerminal(process.stderr)) return { end() {} }
  const words = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(DRAW, { eval: true, workerData: { words, text } })
  worker.unref()
  return {
    end() {
      // While it draws, which takes microseconds.
      while (![FREE, ENDED].includes(Atomics.compareExchange(words, LOCK, FREE, ENDED)));
      if (Atomics.exchange(words, SHOWN, 0) === 1) process.stderr.write(CLEAR)
      void worker.terminate()
    },
  }
}
