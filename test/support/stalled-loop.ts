// StalledLoop: a process whose event loop is blocked for 300 ms while answers come in after 20 ms, from a server in a thread of
// its own. Says as JSON what became of each call, by where in the loop the stall begins.
import { get } from 'node:http'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { createRegistry } from '../../src/index.ts'

const STALL_MS = 300
const LIMIT_MS = 120
const SERVER = `
  const { createServer } = require('node:http')
  const server = createServer((_, response) => setTimeout(() => response.end('ok'), 20))
  server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port))`

/** Where in its turn the loop is blocked, soon after a request has left. */
const STALLS: Record<string, (port: number, block: () => void) => void> = {
  'in a timer': (_, block) => void setTimeout(block, 1),
  'in a check': (_, block) => void setImmediate(block),
  'in a callback of I/O': (port, block) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      block()
    })
  },
}

function block(): void {
  const until = performance.now() + STALL_MS
  while (performance.now() < until);
}

/** `sent` is called when the request has left. */
function ask(port: number, sent = () => {}): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) => {
      response.on('data', () => {}).on('end', () => resolve('answered'))
    })
      .on('finish', sent)
      .on('error', reject)
  })
}

const worker = new Worker(SERVER, { eval: true })
const port = await new Promise<number>((resolve) => worker.once('message', resolve))
// So that the first measured one is not slower than the others.
await ask(port)
const seen: Record<string, unknown> = {}
for (const [where, stall] of Object.entries(STALLS)) {
  /** What `call` comes to, with a request that is answered in a stall; the stall is over then. */
  const stalled = async (call: (request: () => Promise<string>) => Promise<string>) => {
    let over = () => {}
    const isOver = new Promise<void>((resolve) => {
      over = resolve as () => void
    })
    const request = () =>
      ask(port, () =>
        stall(port, () => {
          block()
          over()
        }),
      )
    const outcome = await call(request).catch((error: { code?: string }) => error.code)
    await isOver
    return outcome
  }
  const calls = createRegistry().breaker('calls', { timeout: LIMIT_MS })
  const probes = createRegistry().breaker('probes', { probeTimeout: LIMIT_MS, successThreshold: 1 })
  probes.trip()
  const called = await stalled((request) => calls.call(request))
  probes.probe()
  await stalled((request) => probes.call(request))
  seen[where] = { called, probed: probes.state, late: probes.stats().calls.late }
}
console.log(JSON.stringify(seen))
await worker.terminate()
