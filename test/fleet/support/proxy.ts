// A network between a client and a server that can be slow, cut, or cut without anybody being told.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Network {
  readonly port: number
  /** How long each piece of data is on its way, in ms, each way. */
  latencyMs: number
  /** Where new connections go. */
  target: number
  /** From now on connections that are there carry nothing this way, and nobody is told; `both` is a half-open socket. */
  freeze(way: 'toServer' | 'toClient' | 'both'): void
  /** Ends all connections, and accepts none until it is called with `false`. */
  cut(isCut: boolean): void
  close(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  readonly frozen: Set<string>
}

export async function startProxy(target: number): Promise<Network> {
  const pairs = new Set<Pair>()
  let isCut = false
  const listener = createServer((client) => {
    if (isCut) return client.destroy()
    const server = connect(proxy.target, '127.0.0.1')
    const pair: Pair = { client, server, frozen: new Set() }
    pairs.add(pair)
    const pipe = (from: Socket, to: Socket, way: string) => {
      from.on('data', (data) => {
        const deliver = () => {
          if (!pair.frozen.has(way) && !to.destroyed) to.write(data)
        }
        if (proxy.latencyMs === 0) deliver()
        else setTimeout(deliver, proxy.latencyMs)
      })
      from.on('error', () => {})
      from.on('close', () => {
        // Behind a frozen socket nobody hears that the other side has gone.
        if (pair.frozen.size === 0) to.destroy()
        if (client.destroyed && server.destroyed) pairs.delete(pair)
      })
    }
    pipe(client, server, 'toServer')
    pipe(server, client, 'toClient')
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  const proxy: Network = {
    port: address.port,
    latencyMs: 0,
    target,
    freeze(way) {
      for (const { frozen } of pairs) {
        if (way !== 'toClient') frozen.add('toServer')
        if (way !== 'toServer') frozen.add('toClient')
      }
    },
    cut(now) {
      isCut = now
      if (now) end()
    },
    async close() {
      end()
      listener.close()
      await once(listener, 'close')
    },
  }
  function end(): void {
    for (const { client, server } of pairs) {
      client.destroy()
      server.destroy()
    }
    pairs.clear()
  }
  return proxy
}
