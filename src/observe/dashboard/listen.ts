// Listen: the dashboard on a server of its own, and as a listener of anybody's node:http server.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkOptions } from '../../core/options/index.ts'
import { ArgumentError } from '../../index.ts'
import type { Environment } from './app.ts'
import type { Address } from './guard.ts'
import { loadNodeServer } from './peers.ts'

/** Where a server of its own listens. */
export interface ListenOptions {
  /** Default 0: a free port. */
  readonly port?: number | undefined
  /** The address to listen on. Default `'127.0.0.1'`: this machine alone. */
  readonly host?: string | undefined
}

/** A server of the dashboard. */
export interface DashboardServer {
  /** Its address, for example `'http://127.0.0.1:4100/'`. */
  readonly url: string
  /** Ends its streams and connections; the promise resolves when they have ended. */
  close(): Promise<void>
}

/** The request listener of a node:http server. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void

type Respond = (request: Request, environment: Environment) => Promise<Response>

/** How long the last message may take before connections are cut. */
const FAREWELL_MS = 500
const SWEEP_EVERY_MS = 10
/** In bytes: the longest names take 90 KB in a URL. */
const LONGEST_HEAD = 128 * 1024

/** @throws ArgumentError (`INVALID_ARGUMENT`); the promise rejects with the server's error, for example for a port in use */
export async function listen(respond: Respond, basePath: string, options: ListenOptions): Promise<DashboardServer> {
  checkOptions('listen(options)', options, ['port', 'host'])
  const { port = 0, host = '127.0.0.1' } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ArgumentError('listen(options).port', 'a whole number from 0 to 65535', port)
  }
  if (typeof host !== 'string' || host === '') throw new ArgumentError('listen(options).host', 'an address', host)
  const { getRequestListener } = await loadNodeServer()
  let listeningOn: Address = { host, port }
  const listener = getRequestListener((request) => respond(request, { listeningOn }), { overrideGlobalObjects: false })
  const server = createServer({ maxHeaderSize: LONGEST_HEAD }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  listeningOn = addressOf(server.address() as AddressInfo)
  return {
    url: `http://${listeningOn.host}:${listeningOn.port}${basePath}/`,
    close: () =>
      new Promise((resolve) => {
        // A connection that was sent its farewell becomes idle only then.
        const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_EVERY_MS)
        const cut = setTimeout(() => server.closeAllConnections(), FAREWELL_MS)
        server.close(() => {
          clearInterval(sweep)
          clearTimeout(cut)
          resolve()
        })
      }),
  }
}

/** One that can be opened: a server on all addresses is also at that of this machine. */
function addressOf({ address, family, port }: AddressInfo): Address {
  if (family === 'IPv6') return { host: address === '::' ? '[::1]' : `[${address}]`, port }
  return { host: address === '0.0.0.0' ? '127.0.0.1' : address, port }
}

/** What Express adds to a request: the path before it took off where it is mounted, and a body that it has read. */
interface MountedRequest extends IncomingMessage {
  readonly originalUrl?: string
  readonly body?: unknown
  rawBody?: Buffer
}

/** `report` gets the error, and must not throw. */
export function createNodeListener(respond: Respond, report: (error: unknown) => void): NodeListener {
  return (request: MountedRequest, response) => {
    loadNodeServer()
      .then(({ getRequestListener }) => {
        restore(request)
        const listener = getRequestListener((asked) => respond(asked, { listeningOn: null }), {
          overrideGlobalObjects: false,
        })
        return listener(request, response)
      })
      .catch((error: unknown) => {
        report(error)
        if (response.headersSent) response.destroy()
        else response.writeHead(500, { 'content-type': 'text/plain' }).end('the dashboard failed\n')
      })
  }
}

/** As it came in, whatever was done to it since. */
function restore(request: MountedRequest): void {
  if (request.originalUrl !== undefined) request.url = request.originalUrl
  const { body } = request
  if (!request.readableEnded || body === undefined) return
  request.rawBody ??= Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
