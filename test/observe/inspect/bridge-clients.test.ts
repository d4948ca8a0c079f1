// Clients of the bridge that answer nothing: they are let go, and keep nobody waiting when it is closed. Some speak as little of WebSocket as lets them in.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createInspectorBridge, type InspectorBridge } from '../../../src/observe/inspect/index.ts'

/** Lets itself in, and answers nothing from then on. */
async function mute({ socketUrl }: InspectorBridge): Promise<Socket> {
  const { port, host, pathname, search } = new URL(socketUrl)
  const socket = connect({ host: '127.0.0.1', port: Number(port) })
  onTestFinished(() => void socket.destroy())
  socket.write(
    [
      `GET ${pathname}${search} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.from('0123456789abcdef').toString('base64')}`,
      '\r\n',
    ].join('\r\n'),
  )
  const [head] = await once(socket, 'data')
  expect(String(head)).toContain('101 Switching Protocols')
  return socket
}

/** A text in a frame of one client, masked with zeros. */
function frame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

/** Until the bridge has read what this client has sent so far: it answers in order. */
async function answered(client: WebSocket): Promise<void> {
  client.ping()
  await once(client, 'pong')
}

/** For a few seconds at most, on a machine that may do much else. */
async function until(isSo: () => boolean): Promise<void> {
  for (let look = 0; look < 500 && !isSo(); look++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(isSo()).toBe(true)
}

describe('a client', () => {
  it('that answers no heartbeat is let go after the second; one that does stays', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const bridge = await createInspectorBridge()
    onTestFinished(() => bridge.close())
    const gone = once(await mute(bridge), 'close')
    const client = new WebSocket(bridge.socketUrl)
    await once(client, 'open')
    await until(() => bridge.clients === 2)
    for (let beat = 1; beat <= 4; beat++) {
      const asked = once(client, 'ping')
      vi.advanceTimersByTime(30_000)
      await asked
      await answered(client)
      await until(() => bridge.clients === (beat === 1 ? 2 : 1))
    }
    await gone
    client.terminate()
    await bridge.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the bridge that is closed', () => {
  it.each([
    ['says nothing', async () => {}],
    [
      'has broken the rules, and does not go',
      async (socket: Socket) => {
        socket.write(frame('nonsense'))
        await once(socket, 'data')
      },
    ],
  ] as const)('does not wait for a client that %s', async (_, act) => {
    const bridge = await createInspectorBridge()
    const socket = await mute(bridge)
    const ended = once(socket, 'close')
    await act(socket)
    socket.resume()
    const startedAt = performance.now()
    await bridge.close()
    await ended
    // A goodbye takes 300 ms at most, on a machine that may do much else.
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    await until(() => bridge.clients === 0)
  })
})
