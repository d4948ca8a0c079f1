// Watcher: one reader of the stream, and what it has not got yet. Nothing is queued for a slow reader: the endpoints it has
// missed are noted, at most all there are, and it gets their latest figures when it can take them.
import type { Image } from './image.ts'
import { encodeEvent, type Hello, MOST_TRANSITIONS, type WireTransition } from './protocol.ts'

/** Bytes that may wait in the stream of one reader, beside one event. */
const MOST_WAITING = 256 * 1024
/** Names of endpoints that are gone, for a reader that does not read: beyond that, it gets everything again. */
const MOST_GONE = 10_000

/** The transitions as a watcher asks for them. */
interface Transitions {
  readonly last: () => number
  readonly since: (number: number, most: number) => readonly WireTransition[]
}

/** A part of an update, which is encoded once for all who take it. */
export interface Portion {
  readonly names: readonly string[]
  readonly gone: readonly string[]
  readonly bytes: () => Uint8Array
}

export interface Watcher {
  readonly stream: ReadableStream<Uint8Array>
  /** From now on the image is complete: begins to send it. */
  readonly prime: () => void
  readonly offer: (portion: Portion) => void
  /** Tells transitions that it has not been told, unless it is busy. `encode` keeps what it made for others. */
  readonly tellTransitions: (encode: (since: number) => Uint8Array | null) => void
  /** Goes on with what was missed, if there is room now. */
  readonly catchUp: () => void
  readonly heartbeat: () => void
  readonly end: (farewell: Uint8Array) => void
}

const encoder = new TextEncoder()
const HEARTBEAT = encoder.encode(':\n\n')
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

export function createWatcher(image: Image, history: Transitions, hello: () => Hello, onLeave: () => void): Watcher {
  const missed = new Set<string>()
  const gone = new Set<string>()
  /** `waiting`: the image is not complete yet; `hello`: it has to begin again. */
  let phase: 'waiting' | 'hello' | 'image' | 'following' = 'waiting'
  let told = 0
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null

  const hasRoom = () => (controller?.desiredSize ?? 0) > 0
  const isBehind = () => phase !== 'following' || missed.size > 0 || gone.size > 0

  const sendHello = (): void => {
    controller?.enqueue(encoder.encode(encodeEvent('hello', hello())))
  }
  const beginImage = (): void => {
    phase = 'image'
    gone.clear()
    for (const name of image.names()) missed.add(name)
  }
  const sendPortion = (): void => {
    if (phase === 'hello') {
      sendHello()
      beginImage()
    }
    const isFull = phase === 'image'
    const names = image.portion(missed)
    for (const name of names) missed.delete(name)
    const isLast = isFull && missed.size === 0
    const leaving = image.portion(gone)
    for (const name of leaving) gone.delete(name)
    controller?.enqueue(image.encode(names, leaving, { isFull, isLast }))
    if (!isLast) return
    phase = 'following'
    told = history.last()
    controller?.enqueue(encoder.encode(encodeEvent('history', history.since(0, MOST_TRANSITIONS))))
  }
  const catchUp = (): void => {
    if (phase !== 'waiting' && isBehind() && hasRoom()) sendPortion()
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own
        sendHello()
      },
      // Asked again for as long as there is room: one part at a time, and others have their turn between two.
      async pull() {
        await nextTurn()
        catchUp()
      },
      cancel() {
        controller = null
        onLeave()
      },
    },
    { highWaterMark: MOST_WAITING, size: (bytes) => bytes.byteLength },
  )

  return {
    stream,
    prime() {
      if (phase !== 'waiting') return
      beginImage()
      catchUp()
    },
    offer(portion) {
      if (phase === 'waiting' || phase === 'hello') return
      if (!isBehind() && hasRoom()) {
        controller?.enqueue(portion.bytes())
        return
      }
      for (const name of portion.gone) {
        missed.delete(name)
        gone.add(name)
      }
      for (const name of portion.names) missed.add(name)
      if (gone.size <= MOST_GONE) return
      phase = 'hello'
      missed.clear()
      gone.clear()
    },
    tellTransitions(encode) {
      if (isBehind() || !hasRoom()) return
      const bytes = encode(told)
      told = history.last()
      if (bytes !== null) controller?.enqueue(bytes)
    },
    catchUp,
    heartbeat() {
      if (hasRoom()) controller?.enqueue(HEARTBEAT)
    },
    end(farewell) {
      controller?.enqueue(farewell)
      controller?.close()
      controller = null
    },
  }
}
