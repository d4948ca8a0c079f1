// The bridge ends, whoever is connected and whatever they do not answer: programs that speak as little of WebSocket as lets them in.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
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
    await expect.poll(() => bridge.clients).toBe(0)
  })
})
