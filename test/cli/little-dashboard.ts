// LittleDashboard: a real server that speaks the dashboard's protocol, told by a test what to say and when to fail.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  COLUMN,
  encodeEvent,
  type Hello,
  PROTOCOL,
  STATES,
  type StreamEvents,
  type WireAdmission,
  type WireRow,
} from '../../src/observe/dashboard/protocol.ts'

export interface LittleDashboard {
  readonly url: string
  /** How many connections to the stream there were. */
  readonly connections: number
  /** Told to whoever connects. */
  rows: readonly WireRow[]
  hello: Partial<Hello>
  send<N extends keyof StreamEvents>(name: N, data: StreamEvents[N]): void
  /** Cuts off every connection, as a network does. */
  cut(): void
  close(): Promise<void>
}

export function rowOf(
  endpoint: string,
  figures: Partial<Record<'state' | 'allowed' | 'failed' | 'rejected', number>> = {},
): WireRow {
  const { state = 0, allowed = 10, failed = 0, rejected = 0 } = figures
  const retryAfterMs = state === 2 ? 12_000 : null
  const inWords = STATES[state]
  const named: { readonly [N in keyof typeof COLUMN]: WireRow[(typeof COLUMN)[N]] } = {
    ...{ endpoint, state, generation: 3, allowed, rejected, failed, succeeded: allowed - failed },
    ...{ timedOut: 0, ignored: 0, late: 0, slow: 0, limited: 0, failureRate: null, slowRate: null, p50: 12, p99: 80 },
    ...{ retryAfterMs, probesInFlight: 0, reason: 'as it is', concurrency: null, rampShare: null },
    admission: inWords === 'open' || inWords === 'halfOpen' ? refusedAs(inWords) : null,
  }
  return (Object.keys(COLUMN) as (keyof typeof COLUMN)[]).map((name) => named[name]) as unknown as WireRow
}

function refusedAs(state: 'open' | 'halfOpen'): WireAdmission {
  const [admits, permits] = state === 'open' ? (['none', null] as const) : (['some', 1] as const)
  return { admits, refusedBy: 'breaker', state, share: null, permits, queue: null, words: `${state}: as it is` }
}

export async function littleDashboard(rows: readonly WireRow[]): Promise<LittleDashboard> {
  const streams = new Set<ServerResponse>()
  let connections = 0
  const server = createServer((request, response) => {
    if (request.url !== '/at/api/stream') {
      response.writeHead(404).end()
      return
    }
    connections++
    streams.add(response)
    response.on('close', () => streams.delete(response))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const now = Date.now()
    const endpoints = dashboard.rows.length
    const hello = { protocol: PROTOCOL, title: 'little', pid: 7, startedAt: now, now, controls: false, endpoints }
    response.write(encodeEvent('hello', { ...hello, ...dashboard.hello }))
    response.write(`: a comment\n\nevent: news\ndata: of a later version\n\n`)
    response.write(encodeEvent('rows', { now, full: true, last: true, rows: dashboard.rows, gone: [] }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const dashboard: LittleDashboard = {
    url: `http://127.0.0.1:${port}/at`,
    get connections() {
      return connections
    },
    rows,
    hello: {},
    send(name, data) {
      for (const stream of streams) stream.write(encodeEvent(name, data))
    },
    cut() {
      for (const stream of streams) stream.destroy()
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return dashboard
}
