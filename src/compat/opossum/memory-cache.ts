// MemoryCache: results by key, until a time of the wall clock, because caches of the user get such a time, too.

/** Where results are kept. Opossum's interface: all three are synchronous, and promises are not awaited. */
export interface CacheTransport {
  /** The value under the key; `undefined` if there is none. */
  get(key: string): unknown
  /** Keeps a value (the promise of a result) until `expiresAt`, ms since 1970; 0: for ever. */
  // biome-ignore lint/suspicious/noExplicitAny: caches of the user's are typed for what they hold, as opossum's types allow
  set(key: string, value: any, expiresAt: number): void
  /** Removes all values. */
  flush(): void
}

interface Entry {
  readonly value: unknown
  readonly expiresAt: number
}

/** The capacity of a Map. */
const MOST_ENTRIES = 2 ** 24 - 1

export class MemoryCache implements CacheTransport {
  readonly cache = new Map<string, Entry>()
  readonly maxEntries: number

  constructor(maxEntries: number = MOST_ENTRIES) {
    this.maxEntries = maxEntries
  }

  get(key: string): unknown {
    const entry = this.cache.get(key)
    if (entry === undefined) return undefined
    if (entry.expiresAt === 0 || entry.expiresAt > Date.now()) return entry.value
    this.cache.delete(key)
    return undefined
  }

  set(key: string, value: unknown, expiresAt: number): void {
    const [oldest] = this.cache.keys()
    if (oldest !== undefined && this.cache.size >= this.maxEntries && !this.cache.has(key)) this.cache.delete(oldest)
    this.cache.set(key, { value, expiresAt })
  }

  delete(key: string): void {
    this.cache.delete(key)
  }

  flush(): void {
    this.cache.clear()
  }
}

/** When a value stored now for `ttlMs` expires; 0: never. */
export function expiryOf(ttlMs: number): number {
  return ttlMs > 0 ? Date.now() + ttlMs : 0
}
