// A real server that misbehaves as a test says; it is gone when the test is over.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface TestServer {
  /** As `http://127.0.0.1:12345`. */
  readonly origin: string
  /** The paths that were asked for, in order. */
  readonly asked: string[]
  /** The headers of the last request. */
  headers(): IncomingMessage['headers']
}

export async function serve(answer: RequestListener): Promise<TestServer> {
  const asked: string[] = []
  let headers: IncomingMessage['headers'] = {}
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push(request.url ?? '')
    headers = request.headers
    answer(request, response)
  })
  const origin = await listen(server)
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { origin, asked, headers: () => headers }
}

/** Answers with this status, and these headers. */
export function serveStatus(status: number, headers: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  return serve((_, response) => response.writeHead(status, headers).end('body'))
}

/** What is done with a connection is all there is to it. */
export async function serveSockets(handle: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createSocketServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    handle(socket)
  })
  const origin = await listen(server)
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return origin
}

/** Where nobody listens (any more). */
export async function deadOrigin(): Promise<string> {
  const server = createSocketServer()
  const origin = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return origin
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
