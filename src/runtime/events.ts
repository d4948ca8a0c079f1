// Events: what a registry tells its listeners, and the hub that delivers it.
// A listener runs after the actors have settled, never inside one, so it may call, trip or delete whatever it likes.

import { ArgumentError, describeValue } from '../edge/errors.ts'
import type { BreakerState } from '../rules/decide.ts'
import type { Reason } from '../rules/triggers.ts'

export interface RegistryEvents {
  /** A breaker changed its state. */
  transition: {
    readonly endpoint: string
    readonly from: BreakerState
    readonly to: BreakerState
    readonly generation: number
    readonly reason: Reason
    /** Milliseconds of the registry's clock. */
    readonly at: number
  }
  /** A call was not admitted. */
  rejected: { readonly endpoint: string; readonly state: BreakerState; readonly generation: number }
  /** An outcome came after its permit had lost its meaning. */
  late: { readonly endpoint: string; readonly admittedIn: number; readonly generation: number }
  /** A call was admitted while half-open. */
  probe: { readonly endpoint: string; readonly generation: number; readonly inFlight: number }
  created: { readonly endpoint: string }
  /** Removed by `delete`, or (`evicted`) to make room under `maxBreakers`. */
  deleted: { readonly endpoint: string; readonly evicted: boolean }
  /** Another policy was given for a breaker that has one; it is not applied. Once per breaker. */
  policyIgnored: { readonly endpoint: string }
  /** A breaker's actor crashed and was started again from its row. */
  restarted: { readonly endpoint: string; readonly error: unknown; readonly generation: number }
  /** An actor crashed too often; the breaker is parked in `state`. */
  escalated: { readonly endpoint: string; readonly error: unknown; readonly state: BreakerState }
  /** Code that was handed to the registry threw: a listener, a classifier, an inspector. */
  error: { readonly source: ErrorSource; readonly endpoint?: string; readonly error: unknown }
}

export type ErrorSource = 'listener' | 'isFailure' | 'ignore' | 'inspect'
export type EventName = keyof RegistryEvents
export type Listener<N extends EventName> = (event: RegistryEvents[N]) => void

const NAMES: Record<EventName, true> = {
  transition: true,
  rejected: true,
  late: true,
  probe: true,
  created: true,
  deleted: true,
  policyIgnored: true,
  restarted: true,
  escalated: true,
  error: true,
}

type AnyListener = (event: never) => unknown
type Posted = { [N in EventName]: readonly [N, RegistryEvents[N]] }[EventName]

export class EventHub {
  readonly #listeners = new Map<EventName, readonly AnyListener[]>()
  #posted: Posted[] = []
  #depth = 0
  #turn = 0
  #delivering = false

  /** @throws ArgumentError for an unknown name or a listener that is not a function. */
  on<N extends EventName>(name: N, listener: Listener<N>): () => void {
    if (!Object.hasOwn(NAMES, name)) throw new ArgumentError('on(name)', Object.keys(NAMES).join(', '), name)
    if (typeof listener !== 'function') throw new ArgumentError('on(name, listener)', 'a function', listener)
    // A listener of its own for each call, so that the same function subscribed twice is unsubscribed once.
    const own: AnyListener = (event) => listener(event)
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), own])
    return () => {
      const others = (this.#listeners.get(name) ?? []).filter((other) => other !== own)
      if (others.length > 0) this.#listeners.set(name, others)
      else this.#listeners.delete(name)
    }
  }

  hears(name: EventName): boolean {
    return this.#listeners.has(name)
  }

  /** Keeps the event until the outermost `run` ends; outside any, until the current job is done. */
  post<N extends EventName>(name: N, event: RegistryEvents[N]): void {
    if (!this.hears(name) && name !== 'error') return
    this.#posted.push([name, event] as unknown as Posted)
    if (this.#depth === 0 && !this.#delivering) queueMicrotask(() => this.#deliver())
  }

  /** Runs code that may reach an actor, then delivers what was posted. */
  run<T>(code: () => T): T {
    this.#depth++
    try {
      return code()
    } finally {
      if (--this.#depth === 0) {
        this.#turn++
        this.#deliver()
      }
    }
  }

  /** The number of this turn of the actors. While it is current, what was published in it may still be being handled. */
  markTurn(): number {
    if (this.#depth === 0) queueMicrotask(() => this.#turn++)
    return this.#turn
  }

  isCurrent(turn: number): boolean {
    return turn === this.#turn
  }

  clear(): void {
    this.#listeners.clear()
  }

  #deliver(): void {
    if (this.#delivering) return
    this.#delivering = true
    for (let next = this.#posted.shift(); next !== undefined; next = this.#posted.shift()) {
      const [name, event] = next
      const listeners = this.#listeners.get(name)
      if (listeners !== undefined) {
        for (const listener of listeners) this.#tell(name, listener, event as never)
      } else if (name === 'error') warn(event as RegistryEvents['error'])
    }
    this.#delivering = false
  }

  #tell(name: EventName, listener: AnyListener, event: never): void {
    try {
      const result = listener(event)
      // An async listener that rejects would end the process as an unhandled rejection.
      if (result instanceof Promise) result.catch((error) => this.#listenerThrew(name, error))
    } catch (error) {
      this.#listenerThrew(name, error)
    }
  }

  #listenerThrew(name: EventName, error: unknown): void {
    const event = { source: 'listener', error } as const
    // An error listener that throws is not told of itself, or it would be told for ever.
    if (name === 'error') warn(event)
    else this.post('error', event)
  }
}

function warn({ source, endpoint, error }: RegistryEvents['error']): void {
  const of = endpoint === undefined ? '' : ` of ${JSON.stringify(endpoint)}`
  process.emitWarning(`${source}${of} threw: ${inWords(error)}`, { code: 'SWITCHGEAR_ERROR' })
}

/** An error can be anything, and refuse to be printed. */
function inWords(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? String(error)) : describeValue(error)
  } catch {
    return 'something that cannot be printed'
  }
}
