// A service that processes of a fleet call: it does as it is told, and counts what reaches it.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

export interface Downstream {
  readonly url: string
  /** `hold`: requests are kept without an answer until it is told otherwise. */
  mode: 'ok' | 'fail' | 'hold'
  /** Who has sent the request that came last. */
  readonly lastCaller: string
  /** What has come since it was called last; `first`: of the first two, how many were under way, they themselves among them. */
  count(): { readonly requests: number; readonly mostAtOnce: number; readonly first: readonly number[] }
  close(): Promise<void>
}

// Longer than it takes until others ask for a lease: were there more than one, they would overlap.
const ANSWER_MS = 40

export async function startDownstream(): Promise<Downstream> {
  const waiting = new Set<ServerResponse>()
  let [underWay, requests, mostAtOnce, counted, lastCaller] = [0, 0, 0, 0, '']
  let first: number[] = []
  let mode: Downstream['mode'] = 'ok'

  function answer(response: ServerResponse): void {
    waiting.delete(response)
    response.writeHead(mode === 'ok' ? 200 : 503).end()
  }

  const server = createServer((request, response) => {
    requests++
    underWay++
    mostAtOnce = Math.max(mostAtOnce, underWay)
    if (first.length < 2) first.push(underWay)
    lastCaller = String(request.headers['x-caller'])
    response.once('close', () => {
      underWay--
      waiting.delete(response)
    })
    waiting.add(response)
    setTimeout(() => {
      if (mode !== 'hold' && waiting.has(response)) answer(response)
    }, ANSWER_MS)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  return {
    url: `http://127.0.0.1:${address.port}/`,
    get mode() {
      return mode
    },
    set mode(next) {
      mode = next
      if (next !== 'hold') for (const response of waiting) answer(response)
    },
    get lastCaller() {
      return lastCaller
    },
    count() {
      const since = { requests: requests - counted, mostAtOnce, first }
      first = []
      counted = requests
      mostAtOnce = underWay
      return since
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
