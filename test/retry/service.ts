// A service over HTTP that answers as it is told, and says when it was asked.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Service {
  readonly url: string
  /** When each request came, in ms. */
  readonly askedAt: number[]
  close(): void
}

/** Answers with these statuses in turn, and with the last one from then on; 0 is no answer at all. */
export async function serve(...statuses: readonly number[]): Promise<Service> {
  const askedAt: number[] = []
  const server: Server = createServer((_request, response) => {
    const status = statuses[askedAt.length] ?? statuses.at(-1) ?? 200
    askedAt.push(performance.now())
    if (status !== 0) response.writeHead(status).end('an answer')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    askedAt,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
