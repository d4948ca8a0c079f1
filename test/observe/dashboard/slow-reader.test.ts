// Who does not read costs no memory, and gets what it has missed: over a real socket that is left full.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { createDashboard } from '../../../src/observe/dashboard/index.ts'
import { COLUMN } from '../../../src/observe/dashboard/protocol.ts'
import { openReader } from './support/reader.ts'
import { afterwards } from './support/serving.ts'

const ENDPOINTS = 2_000

/** Names so long that an image is 4 MB: more than the sockets of both sides take. */
const NAMES = Array.from({ length: ENDPOINTS }, (_, index) => `${index}-`.padEnd(2_000, 'x'))

async function start() {
  const registry = createRegistry()
  for (const name of NAMES) registry.breaker(name)
  const dashboard = createDashboard(registry)
  const responses: ServerResponse[] = []
  const server: Server = createServer((request: IncomingMessage, response) => {
    responses.push(response)
    dashboard.listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterwards(async () => {
    server.closeAllConnections()
    server.close()
    await dashboard.close()
    await registry.close()
  })
  const { port } = server.address() as AddressInfo
  return { registry, responses, port, url: `http://127.0.0.1:${port}/` }
}

/** Asks for the stream and does not read what comes. */
function deafReader(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.pause()
      socket.write('GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n', () => resolve(socket))
    })
    afterwards(() => socket.destroy())
  })
}

describe('a reader that does not read', () => {
  it('makes no queue grow, and keeps nobody else waiting', async () => {
    const { registry, responses, port, url } = await start()
    await deafReader(port)
    const healthy = await openReader(url)
    afterwards(() => healthy.leave())
    await healthy.ready()
    const external: number[] = []
    for (let round = 1; round <= 6; round++) {
      for (const name of NAMES) registry.breaker(name).recordSuccess()
      await healthy.until(({ rows }) => NAMES.every((name) => rows.get(name)?.[COLUMN.succeeded] === round))
      external.push(process.memoryUsage().arrayBuffers)
    }
    const [deaf] = responses
    // 24 MB were offered. What waits is what the stream may hold, and the portion that was being written.
    expect(deaf?.writableLength).toBeLessThan(1_000_000)
    expect(deaf?.socket?.writableLength).toBeLessThan(1_000_000)
    const offered = NAMES.join('').length * 6
    expect((external.at(-1) ?? 0) - (external[0] ?? 0)).toBeLessThan(offered / 4)
  })

  it('gets, when it reads on, the latest figures of what it missed, and what is gone', async () => {
    const { registry, port, url } = await start()
    const socket = await deafReader(port)
    const healthy = await openReader(url)
    afterwards(() => healthy.leave())
    await healthy.ready()
    for (let round = 1; round <= 3; round++) {
      for (const name of NAMES) registry.breaker(name).recordSuccess()
      await healthy.until(({ rows }) => NAMES.every((name) => rows.get(name)?.[COLUMN.succeeded] === round))
    }
    const [gone = '', tripped = ''] = NAMES
    registry.delete(gone)
    registry.breaker(tripped).trip()
    await healthy.until(({ rows }) => !rows.has(gone) && rows.get(tripped)?.[COLUMN.state] === 2)

    let text = ''
    const counts = new Map<string, number[]>()
    const complete = new Promise<void>((resolve) => {
      socket.setEncoding('utf8')
      socket.on('data', (chunk: string) => {
        text += chunk
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          // Without the lines of HTTP's own chunks, which may fall anywhere.
          const event = text.slice(0, end).replace(/\r\n[\da-f]+\r\n/g, '')
          text = text.slice(end + 2)
          for (const [, name = '', state, succeeded] of event.matchAll(/\["(\d+-x+)",(\d),\d+,\d+,\d+,(\d+),/g)) {
            counts.set(name, [Number(state), Number(succeeded)])
          }
          if (event.includes(`"gone":["${gone}"`)) counts.delete(gone)
        }
        const isUpToDate = NAMES.every((name) => name === gone || counts.get(name)?.[1] === 3)
        if (isUpToDate && !counts.has(gone) && counts.get(tripped)?.[0] === 2) resolve()
      })
    })
    socket.resume()
    await complete
    expect(counts.size).toBe(ENDPOINTS - 1)
  })
})
