/// <reference lib="esnext.disposable" preserve="true" />
// Bridge: a server on this machine whose page shows the Stately inspector, connected to this process. The bridge in
// @statelyai/inspect listens on every interface and accepts any client.
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import { addressOf, refusalOf } from './bridge-access.ts'
import { type InspectorBridgeOptions, type ResolvedBridgeOptions, resolveBridgeOptions } from './bridge-options.ts'
import { pageFor } from './bridge-page.ts'
import type { MessageReceiver } from './inspector.ts'
import type { InspectionMessage } from './messages.ts'
import { Viewers } from './viewers.ts'
import { loadServer } from './web-sockets.ts'

/** A server that shows its messages in the Stately inspector. Made by `createInspectorBridge`. */
export interface InspectorBridge extends MessageReceiver {
  /** The page, with its token: open it in a browser. */
  readonly url: string
  /** For programs that speak the protocol, such as `createWebSocketInspector({ url })`: with its token. */
  readonly socketUrl: string
  /** How many clients are connected. */
  readonly clients: number
  /** Sends a message to all clients. Never throws, and waits for none. */
  send(message: InspectionMessage): void
  /** Ends the server and all connections. Closing again returns the same promise. */
  close(): Promise<void>
  /** As `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

const SOCKET_PATH = '/socket'
/** Called with a message from another process. */
const LARGEST_MESSAGE_BYTES = 256 * 1024

/**
 * Starts the bridge. Only clients that know the address with its token may connect, and only from this machine unless
 * `host` says otherwise. It keeps the process alive until it is closed.
 * @throws ArgumentError (`INVALID_ARGUMENT`) for a mistake in the options
 * @throws Error with the `code` `MISSING_PEER` if the package `ws` is not installed; errors of `listen`, such as
 *   `EADDRINUSE`
 */
export async function createInspectorBridge(options: InspectorBridgeOptions = {}): Promise<InspectorBridge> {
  const settings = resolveBridgeOptions(options)
  const WebSocketServer = await loadServer()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE_BYTES, perMessageDeflate: false })
  const viewers = new Viewers()
  const server = createServer((request, response) => answer(request, response, settings))
  server.on('upgrade', (request, socket, head) => {
    const refusal = refusalOf(request, settings) ?? misplaced(request) ?? crowded(viewers, settings)
    if (refusal !== null) refuse(socket, refusal.status)
    else sockets.handleUpgrade(request, socket, head, (accepted) => viewers.add(accepted))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  }).catch((error: unknown) => {
    viewers.close()
    throw error
  })

  const { port } = server.address() as AddressInfo
  const { host, token } = settings
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= new Promise((resolve) => {
      viewers.close()
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closing
  }
  return {
    url: `http://${authority}/?token=${token}`,
    socketUrl: `ws://${authority}${SOCKET_PATH}?token=${token}`,
    get clients() {
      return viewers.size
    },
    send: (message) => viewers.tell(message),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function answer(request: IncomingMessage, response: ServerResponse, settings: ResolvedBridgeOptions): void {
  // The token is in the address, and must not go to pages that the page links to.
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Cache-Control', 'no-store')
  const refusal = refusalOf(request, settings)
  if (refusal !== null) end(response, refusal.status, refusal.why)
  else if (request.method !== 'GET') end(response, 405, 'Only GET.')
  else if (addressOf(request).pathname !== '/') end(response, 404, 'There is only one page: /')
  else {
    const { html, policy } = pageFor(settings, `ws://${request.headers.host}${SOCKET_PATH}`)
    response.setHeader('Content-Security-Policy', policy)
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(html)
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

function misplaced(request: IncomingMessage): { readonly status: number } | null {
  return addressOf(request).pathname === SOCKET_PATH ? null : { status: 404 }
}

function crowded(viewers: Viewers, { maxClients }: ResolvedBridgeOptions): { readonly status: number } | null {
  return viewers.size < maxClients ? null : { status: 503 }
}

function refuse(socket: Duplex, status: number): void {
  // A refused client may be gone before the answer.
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
