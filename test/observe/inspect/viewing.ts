// Viewing: what an inspector is told, collected; and real clients of the bridge that speak its protocol.
import { once } from 'node:events'
import { type ClientOptions, WebSocket } from 'ws'
import type { ActorMessage, InspectionMessage } from '../../../src/observe/inspect/index.ts'

/** An inspector that keeps what it is told. */
export function newViewer() {
  const messages: InspectionMessage[] = []
  const view = {
    messages,
    send: (message: InspectionMessage) => void messages.push(message),
    /** What was told since this was asked last. */
    news: () => messages.splice(0),
    actors: () => messages.filter((message): message is ActorMessage => message.type === '@xstate.actor'),
  }
  return view
}

/** The message in a few words, with the name of its actor: `a: fail`, `a -> open`, `+ a`. */
export function inWords(
  messages: readonly InspectionMessage[],
  known: readonly InspectionMessage[] = messages,
): string[] {
  const names = new Map<string, string>()
  for (const message of known) if (message.type === '@xstate.actor') names.set(message.sessionId, message.name)
  return messages.map((message) => {
    const name = names.get(message.sessionId) ?? message.sessionId
    if (message.type === '@xstate.actor') return `+ ${name} ${message.snapshot.value}`
    if (message.type === '@xstate.event') return `${name}: ${message.event.type}`
    const { status, value } = message.snapshot
    return `${name} -> ${status === 'active' ? value : status}`
  })
}

/** A client of the bridge, such as the page is. */
export interface Client {
  readonly socket: WebSocket
  readonly messages: InspectionMessage[]
  /** Resolves as soon as what has come satisfies it. */
  until(isEnough: (messages: readonly InspectionMessage[]) => boolean): Promise<void>
  close(): Promise<void>
}

export async function connect(url: string, options: ClientOptions = {}): Promise<Client> {
  const socket = new WebSocket(url, options)
  const messages: InspectionMessage[] = []
  socket.on('message', (data) => messages.push(JSON.parse(String(data))))
  await once(socket, 'open')
  return {
    socket,
    messages,
    async until(isEnough) {
      while (!isEnough(messages)) await once(socket, 'message')
    },
    async close() {
      if (socket.readyState === socket.CLOSED) return
      socket.close()
      await once(socket, 'close')
    },
  }
}
