// Viewers: the clients of the bridge. Each gets everything from the picture on. A slow one is disconnected, and may come
// again for a new picture: its backlog must not fill the memory.
import type { WebSocket } from 'ws'
import type { InspectionMessage } from './messages.ts'
import { Picture } from './picture.ts'

/** How much may wait for one viewer; a picture of 2,000 actors has half of that. */
const MOST_WAITING_BYTES = 32 * 1024 * 1024
const HEARTBEAT_MS = 30_000
/** A viewer that does not answer is not waited for. */
const LONGEST_GOODBYE_MS = 300
/** The codes of RFC 6455: going away, broke the rules, try again later. */
const GOING_AWAY = 1001
const BROKE_THE_RULES = 1008
const TRY_AGAIN = 1013

export class Viewers {
  readonly #sockets = new Map<WebSocket, { isAlive: boolean }>()
  readonly #picture = new Picture()
  readonly #heartbeat = setInterval(() => this.#ping(), HEARTBEAT_MS).unref()

  get size(): number {
    return this.#sockets.size
  }

  add(socket: WebSocket): void {
    const viewer = { isAlive: true }
    this.#sockets.set(socket, viewer)
    socket.on('pong', () => {
      viewer.isAlive = true
    })
    socket.on('close', () => this.#sockets.delete(socket))
    // A connection that breaks closes; without a listener it would end the process.
    socket.on('error', () => socket.terminate())
    socket.on('message', (data, isBinary) => this.#published(socket, isBinary ? '' : String(data)))
    for (const message of this.#picture.messages()) this.#send(socket, JSON.stringify(message))
  }

  /** To all, except the sender. */
  tell(message: InspectionMessage, from?: WebSocket): void {
    this.#picture.take(message)
    if (this.#sockets.size === 0) return
    const text = JSON.stringify(message)
    for (const socket of this.#sockets.keys()) if (socket !== from) this.#send(socket, text)
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const socket of this.#sockets.keys()) sayGoodbye(socket, GOING_AWAY, 'the bridge is closed')
  }

  #send(socket: WebSocket, text: string): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > MOST_WAITING_BYTES) {
      this.#letGo(socket, TRY_AGAIN, 'too slow')
      // Or what waits would wait on.
      socket.terminate()
    } else socket.send(text)
  }

  /** Another process sends its actors, as createWebSocketInspector does. */
  #published(socket: WebSocket, text: string): void {
    if (!this.#sockets.has(socket)) return
    const message = messageIn(text)
    if (message === null) this.#letGo(socket, BROKE_THE_RULES, 'not a message of an inspector')
    else this.tell(message, socket)
  }

  #letGo(socket: WebSocket, code: number, reason: string): void {
    this.#sockets.delete(socket)
    sayGoodbye(socket, code, reason)
  }

  #ping(): void {
    for (const [socket, viewer] of this.#sockets) {
      if (!viewer.isAlive) socket.terminate()
      viewer.isAlive = false
      socket.ping()
    }
  }
}

/** A client that does not confirm is cut off. */
function sayGoodbye(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  const cut = setTimeout(() => socket.terminate(), LONGEST_GOODBYE_MS)
  socket.once('close', () => clearTimeout(cut))
}

const TYPES: readonly unknown[] = ['@xstate.actor', '@xstate.event', '@xstate.snapshot']

function messageIn(text: string): InspectionMessage | null {
  try {
    const message = JSON.parse(text)
    const isMessage = TYPES.includes(message.type) && typeof message.sessionId === 'string'
    const isWhole = message.type === '@xstate.event' || typeof message.snapshot === 'object'
    return isMessage && isWhole && message.snapshot !== null ? message : null
  } catch {
    return null
  }
}
