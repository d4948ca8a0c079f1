// The program of one demo service: an HTTP server on loopback that behaves as its first argument says.
// Run as a child process by service-host.ts, which it outlives by nothing: when the channel closes, it exits.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Behaviour = 'healthy' | 'flaky' | 'killed' | 'hanging' | 'slowing'

/** What a service tells its parent. `portTaken` is said once, and then it tries until it gets the port. */
export type ServiceReport = { readonly type: 'listening'; readonly port: number } | { readonly type: 'portTaken' }

/** What a parent tells a service: let the answers take `latencyMs`, getting there gradually. */
export interface LatencyOrder {
  readonly latencyMs: number
  readonly overMs: number
}

const NORMAL_LATENCY_MS = 12
const PORT_RETRY_MS = 100

const [behaviour, wantedPort] = process.argv.slice(2)

// Ctrl-C reaches the whole process group; only the parent decides when the services end.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
// The parent may have died while this module was loading, and the event with it.
if (!process.connected) process.exit()

let latency = { fromMs: NORMAL_LATENCY_MS, toMs: NORMAL_LATENCY_MS, since: 0, overMs: 0 }

function latencyMs(): number {
  const { fromMs, toMs, since, overMs } = latency
  const share = overMs === 0 ? 1 : Math.min((performance.now() - since) / overMs, 1)
  return fromMs + (toMs - fromMs) * share
}

process.on('message', (order: LatencyOrder) => {
  latency = { fromMs: latencyMs(), toMs: order.latencyMs, since: performance.now(), overMs: order.overMs }
})

/** By the call's number, so that a call and its unguarded twin get the same answer; evenly spread, never two in a row. */
function isUnlucky(url: string | undefined): boolean {
  const call = Number(new URL(url ?? '/', 'http://localhost').searchParams.get('call'))
  return (call * 0.618034) % 1 < 1 / 3
}

const server = createServer((request, response) => {
  if (behaviour === 'hanging') return
  if (behaviour === 'flaky' && isUnlucky(request.url)) response.statusCode = 503
  setTimeout(() => response.end(`${response.statusCode}\n`), latencyMs())
})

function report(message: ServiceReport): void {
  process.send?.(message)
}

let saidTaken = false
server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error
  if (!saidTaken) report({ type: 'portTaken' })
  saidTaken = true
  setTimeout(listen, PORT_RETRY_MS)
})
server.on('listening', () => report({ type: 'listening', port: (server.address() as AddressInfo).port }))

function listen(): void {
  server.listen(Number(wantedPort), '127.0.0.1')
}

listen()
