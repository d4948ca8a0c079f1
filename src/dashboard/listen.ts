// Listen: the dashboard on a server of its own, and as a listener of anybody's node:http server.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkOptions } from '../edge/option-object.ts'
import { ArgumentError } from '../index.ts'
import type { Environment } from './app.ts'
import { loadNodeServer } from './peers.ts'

/** Where a server of its own shall be. */
export interface ListenOptions {
  /** Default 0: any that is free. */
  readonly port?: number | undefined
  /** The address to listen on. Default `'127.0.0.1'`: this machine alone. */
  readonly host?: string | undefined
}

/** A server of the dashboard's own. */
export interface DashboardServer {
  /** Where it can be opened, as in `'http://127.0.0.1:4100/'`. */
  readonly url: string
  /** Ends its streams and connections; the promise is of the end of that. */
  close(): Promise<void>
}

/** What a node:http server calls for each request. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => void

type Respond = (request: Request, environment: Environment) => Promise<Response>

/** How long what was said last may take to be sent before connections are cut. */
const FAREWELL_MS = 500
const SWEEP_EVERY_MS = 10

/** @throws ArgumentError (`INVALID_ARGUMENT`); the promise rejects with what the server says: a port that is taken */
export async function listen(respond: Respond, basePath: string, options: ListenOptions): Promise<DashboardServer> {
  checkOptions('listen(options)', options, ['port', 'host'])
  const { port = 0, host = '127.0.0.1' } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ArgumentError('listen(options).port', 'a whole number from 0 to 65535', port)
  }
  if (typeof host !== 'string' || host === '') throw new ArgumentError('listen(options).host', 'an address', host)
  const { getRequestListener } = await loadNodeServer()
  let listeningOn = port
  const server = createServer(
    getRequestListener((request) => respond(request, { listeningOn }), { overrideGlobalObjects: false }),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address() as AddressInfo
  listeningOn = address.port
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}${basePath}/`,
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

/** What Express adds to a request: the path before it took off where it is mounted, and a body that it has read. */
interface MountedRequest extends IncomingMessage {
  readonly originalUrl?: string
  readonly body?: unknown
  rawBody?: Buffer
}

export function createNodeListener(respond: Respond): NodeListener {
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
        process.emitWarning(error instanceof Error ? error : String(error), { type: 'SwitchgearDashboard' })
        if (response.headersSent) response.destroy()
        else response.writeHead(500, { 'content-type': 'text/plain' }).end('the dashboard failed\n')
      })
  }
}

/** As it came in, whatever was done to it since. */
function restore(request: MountedRequest): void {
  if (request.originalUrl !== undefined) request.url = request.originalUrl
  if (request.readableEnded && request.body !== undefined) request.rawBody ??= Buffer.from(JSON.stringify(request.body))
}
