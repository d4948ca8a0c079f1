// Both: one story played with opossum and with ours, on fake timers; what each of them told, and what its callers got.
import { EventEmitter } from 'node:events'
import Opossum from 'opossum'
import { vi } from 'vitest'
import Ours from '../../../src/compat/opossum/index.ts'
import { createRegistry } from '../../../src/index.ts'

const EVENTS = [
  ...['fire', 'success', 'failure', 'timeout', 'reject', 'semaphoreLocked', 'fallback', 'open', 'halfOpen', 'close'],
  ...['cacheHit', 'cacheMiss', 'coalesceCacheHit', 'coalesceCacheMiss', 'healthCheckFailed', 'shutdown'],
]

/** What the action of the stories does: after `ms` it returns or throws what it is told. */
export interface Step {
  readonly ms?: number
  readonly value?: unknown
  readonly error?: unknown
}

export async function action(this: unknown, { ms = 0, value, error }: Step = {}): Promise<unknown> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
  if (error !== undefined) throw error
  return value ?? 'done'
}

type Options = ConstructorParameters<typeof Ours>[1]
type Breaker = Ours<[step?: Step], unknown>

/** Tells a story of a breaker, and keeps a journal of it. */
export class Teller {
  readonly journal: string[] = []
  readonly make: (options: Options, run?: unknown) => Breaker

  constructor(type: typeof Ours) {
    this.make = (options, run = action) => {
      const breaker = new type(run as typeof action, options) as Breaker
      for (const event of EVENTS) breaker.on(event, (...args: unknown[]) => this.note(event, ...args))
      return breaker
    }
  }

  note(what: string, ...details: unknown[]): void {
    this.journal.push([what, ...details.map(inWords)].join(' '))
  }

  /** Fires, and notes what the caller gets when he gets it. */
  fire(breaker: Breaker, step?: Step): void {
    breaker.fire(step).then(
      (value) => this.note('-> value', value),
      (error: unknown) => this.note('-> error', error),
    )
  }

  /** What anybody can see of it. */
  look(breaker: Breaker): void {
    const { enabled, closed, opened, halfOpen, pendingClose, warmUp, isShutdown } = breaker
    this.note('state', { enabled, closed, opened, halfOpen, pendingClose, warmUp, isShutdown })
    this.note('stats', breaker.stats)
    const { lastTimerAt, ...state } = breaker.toJSON().state
    this.note('json', state, typeof lastTimerAt)
  }

  async pass(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms)
    this.note(`-- ${ms} ms later`)
  }
}

function inWords(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message} ${(value as { code?: string }).code ?? ''}`
  if (value instanceof Promise) return 'a promise'
  if (value instanceof EventEmitter) return 'an emitter'
  return JSON.stringify(value) ?? String(value)
}

/** The journals of both, told with the same story. */
export async function both(story: (teller: Teller) => Promise<void>): Promise<{ opossum: string[]; ours: string[] }> {
  return {
    opossum: await journalOf(Opossum as unknown as typeof Ours, story),
    ours: await journalOf(isolated(), story),
  }
}

async function journalOf(type: typeof Ours, story: (teller: Teller) => Promise<void>): Promise<string[]> {
  vi.useFakeTimers({ now: 0 })
  try {
    const teller = new Teller(type)
    await story(teller)
    return teller.journal
  } finally {
    vi.useRealTimers()
  }
}

/** Ours, each story with a registry of its own. */
function isolated(): typeof Ours {
  const registry = createRegistry()
  return class extends Ours {
    constructor(run: never, options?: Options) {
      super(run, { registry, ...options })
    }
  } as unknown as typeof Ours
}
