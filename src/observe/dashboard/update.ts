// Update: one reading of the registry into the image, in buckets that leave the event loop its turns. Says what is new.
import type { Registry, StatsReader } from '../../index.ts'
import type { Image } from './image.ts'
import { hasDecayed, mayDecay, wireRow } from './wire-row.ts'

/** So long a bucket may take before the event loop has its turn. */
const BUCKET_MS = 5
/** So many rows are made between two looks at the time. */
const ROWS_BETWEEN = 16
/** So many quiet endpoints are read again with each update, in turn: their rates fall as calls leave a window of time. */
const READ_AGAIN = 200

/** What an update found. */
export interface Update {
  readonly changed: readonly string[]
  readonly gone: readonly string[]
}

/** Lets others run whenever a bucket is over. `false`: it is not worth going on. */
export type Breathe = () => Promise<boolean>

export function createBreathing(isStopped: () => boolean): Breathe {
  let since = performance.now()
  return async () => {
    if (performance.now() - since >= BUCKET_MS) {
      await new Promise<void>((resolve) => setImmediate(resolve))
      since = performance.now()
    }
    return !isStopped()
  }
}

export interface Updates {
  /** `null`: it was stopped. */
  readonly next: (breathe: Breathe) => Promise<Update | null>
  readonly close: () => void
}

export function readUpdates(registry: Registry, image: Image): Updates {
  const reader: StatsReader = registry.changes()
  const decaying = new Set<string>()
  let deleted = new Set<string>()
  const unsubscribe = registry.on('deleted', ({ endpoint }) => deleted.add(endpoint))

  const takeGone = (): string[] => {
    const names = deleted
    deleted = new Set()
    // If a name was made again meanwhile, the reader sends it, or has sent it.
    const gone = [...names].filter((name) => !registry.has(name))
    for (const name of gone) decaying.delete(name)
    // Of what came and went between two updates, nobody has been told.
    return gone.filter((name) => image.delete(name))
  }
  const readAgain = (changed: Set<string>): void => {
    // What is put back goes to the end: so each has its turn.
    for (const name of [...first(decaying, READ_AGAIN)]) {
      decaying.delete(name)
      const before = image.get(name)
      if (before === undefined || changed.has(name) || !registry.has(name)) {
        if (changed.has(name)) decaying.add(name)
        continue
      }
      const row = wireRow(name, registry.breaker(name).stats())
      if (mayDecay(row)) decaying.add(name)
      if (!hasDecayed(before, row)) continue
      image.set(row)
      changed.add(name)
    }
  }

  return {
    async next(breathe) {
      const gone = takeGone()
      const changed = new Set<string>()
      let rows = 0
      for (const stats of reader.read()) {
        const row = wireRow(stats.endpoint, stats)
        image.set(row)
        changed.add(stats.endpoint)
        if (mayDecay(row)) decaying.add(stats.endpoint)
        if (++rows % ROWS_BETWEEN === 0 && !(await breathe())) return null
      }
      readAgain(changed)
      return { changed: [...changed], gone }
    },
    close: unsubscribe,
  }
}

function* first<T>(items: Iterable<T>, most: number): Iterable<T> {
  let left = most
  for (const item of items) {
    if (left-- <= 0) return
    yield item
  }
}
