// Http: a server whose answer a smoke test sets.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Server {
  readonly url: string
  /** What it answers; `null`: nothing. At first 200. */
  status: number | null
  close(): void
}

export async function serve(): Promise<Server> {
  const answers: { status: number | null } = { status: 200 }
  const server = createServer((_, response) => {
    if (answers.status !== null) response.writeHead(answers.status).end('hello')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(answers, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  })
}

/** The statuses of requests to a route whose handler fails from the second on; the fourth is refused. */
export async function statusesOf(url: string, times: number): Promise<string[]> {
  const statuses: string[] = []
  for (let request = 0; request < times; request++) {
    const response = await fetch(url, { headers: { connection: 'close' } })
    await response.text()
    statuses.push([response.status, response.headers.get('retry-after') ?? []].flat().join(' '))
  }
  return statuses
}
