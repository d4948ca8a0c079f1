// Feed: changes in the registry, read and encoded once for all watchers, at most four times a second, and only while there
// are watchers.
import type { Registry } from '../../index.ts'
import type { History } from './history.ts'
import { createImage } from './image.ts'
import { type Bye, encodeEvent, type Hello, MOST_TRANSITIONS } from './protocol.ts'
import { createBreathing, readUpdates } from './update.ts'
import { createWatcher, type Portion, type Watcher } from './watcher.ts'

const UPDATE_EVERY_MS = 250
const HEARTBEAT_EVERY_MS = 10_000

export interface Feed {
  /** A stream for another reader. */
  readonly open: () => ReadableStream<Uint8Array>
  /** The number of readers. */
  readonly watchers: () => number
  /** Says goodbye to all, and to later readers. */
  readonly end: (why: Bye['why']) => void
}

export function createFeed(registry: Registry, history: History, hello: () => Hello): Feed {
  const watchers = new Set<Watcher>()
  const image = createImage()
  let stop: (() => void) | null = null
  let farewell: Uint8Array | null = null

  const leave = (watcher: Watcher): void => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    stop?.()
    stop = null
  }

  return {
    open() {
      const watcher = createWatcher(image, history, hello, () => leave(watcher))
      if (farewell !== null) {
        watcher.end(farewell)
        return watcher.stream
      }
      watchers.add(watcher)
      stop ??= follow(registry, history, image, watchers)
      return watcher.stream
    },
    watchers: () => watchers.size,
    end(why) {
      farewell ??= new TextEncoder().encode(encodeEvent('bye', { why }))
      for (const watcher of [...watchers]) {
        watcher.end(farewell)
        leave(watcher)
      }
    },
  }
}

/** Reads and sends until the returned function is called. Without readers, the image is dropped. */
function follow(
  registry: Registry,
  history: History,
  image: ReturnType<typeof createImage>,
  watchers: ReadonlySet<Watcher>,
): () => void {
  const updates = readUpdates(registry, image)
  let isStopped = false

  const update = async (): Promise<void> => {
    const breathe = createBreathing(() => isStopped)
    const found = await updates.next(breathe)
    if (found === null) return
    for (const portion of portionsOf(image, found.changed, found.gone)) {
      for (const watcher of watchers) watcher.offer(portion)
      if (!(await breathe())) return
    }
    const encode = transitionsOnce(history)
    for (const watcher of watchers) {
      watcher.tellTransitions(encode)
      watcher.prime()
      watcher.catchUp()
    }
  }

  let timer: NodeJS.Timeout
  const loop = async (): Promise<void> => {
    const since = performance.now()
    // An error here must not end the process, or leave the readers with old figures.
    await update().catch((error) => registry.report('dashboard', error))
    if (isStopped) return
    const tookMs = performance.now() - since
    // A long update must not take more than half of the time.
    timer = setTimeout(loop, Math.max(UPDATE_EVERY_MS - tookMs, tookMs))
    timer.unref()
  }
  timer = setTimeout(loop, 0)
  timer.unref()
  const heartbeat = setInterval(() => {
    for (const watcher of watchers) watcher.heartbeat()
  }, HEARTBEAT_EVERY_MS)
  heartbeat.unref()

  return () => {
    isStopped = true
    clearTimeout(timer)
    clearInterval(heartbeat)
    updates.close()
    image.clear()
  }
}

/** The update in parts that block nobody, each encoded when the first watcher takes it. */
function* portionsOf(
  image: ReturnType<typeof createImage>,
  changed: readonly string[],
  gone: readonly string[],
): Iterable<Portion> {
  const left = { changed, gone }
  while (left.changed.length > 0 || left.gone.length > 0) {
    const names = image.portion(left.changed)
    const leaving = image.portion(left.gone)
    let bytes: Uint8Array | undefined
    yield {
      names,
      gone: leaving,
      bytes: () => (bytes ??= image.encode(names, leaving, { isFull: false, isLast: false })),
    }
    left.changed = left.changed.slice(names.length)
    left.gone = left.gone.slice(leaving.length)
  }
}

/** Most watchers have got the same so far. */
function transitionsOnce(history: History): (since: number) => Uint8Array | null {
  const made = new Map<number, Uint8Array | null>()
  const encoder = new TextEncoder()
  return (since) => {
    let bytes = made.get(since)
    if (bytes === undefined) {
      const transitions = history.since(since, MOST_TRANSITIONS)
      bytes = transitions.length === 0 ? null : encoder.encode(encodeEvent('transition', transitions))
      made.set(since, bytes)
    }
    return bytes
  }
}
