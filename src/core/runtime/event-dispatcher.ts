// EventDispatcher: calls listeners, and all other code that is not ours.
// A listener runs between turns, never inside an actor, so it may call, trip or delete whatever it likes.
import { ArgumentError, describeValue } from '../edge/errors.ts'
import { expectedInsteadOf } from '../edge/option-object.ts'
import { EVENT_CHANNELS } from './channels.ts'
import {
  type ErrorSource,
  EVENT_NAMES,
  type EventName,
  type Listener,
  OUTCOMES,
  type RegistryEvents,
} from './events.ts'
import { onRejection } from './promise.ts'
import type { Turns } from './turns.ts'

type AnyListener = (event: never) => unknown
type Listeners = Map<EventName, readonly AnyListener[]>

/** Warnings are kept apart by what they are about; more than so many are of a flood. */
const MOST_WARNINGS = 1_000

export class EventDispatcher {
  readonly #turns: Turns
  readonly #listeners: Listeners = new Map()
  readonly #listenersOf = new Map<string, Listeners>()
  readonly #warnedOf = new Set<string>()
  readonly #onCallsHeard: (endpoint: string | undefined) => void

  /** `onCallsHeard` runs when the listeners to calls of an endpoint, or of all, may have changed. */
  constructor(turns: Turns, onCallsHeard: (endpoint: string | undefined) => void) {
    this.#turns = turns
    this.#onCallsHeard = onCallsHeard
  }

  /**
   * Of one endpoint, or of all.
   * @throws ArgumentError for an unknown name or a listener that is not a function.
   */
  on<N extends EventName>(name: N, listener: Listener<N>, endpoint?: string): () => void {
    if (!Object.hasOwn(EVENT_NAMES, name)) {
      const expected = expectedInsteadOf(describeValue(name), Object.keys(EVENT_NAMES))
      throw new ArgumentError('on(name)', expected, name)
    }
    if (typeof listener !== 'function') throw new ArgumentError('on(name, listener)', 'a function', listener)
    // A listener of its own for each call, so that the same function subscribed twice is unsubscribed once.
    const own: AnyListener = (event) => listener(event)
    const listeners = endpoint === undefined ? this.#listeners : (this.#listenersOf.get(endpoint) ?? new Map())
    if (endpoint !== undefined) this.#listenersOf.set(endpoint, listeners)
    listeners.set(name, [...(listeners.get(name) ?? []), own])
    this.#changed(name, endpoint)
    let isOver = false
    return () => {
      // The second time, the endpoint may have listeners of others.
      if (isOver) return
      isOver = true
      const others = (listeners.get(name) ?? []).filter((other: AnyListener) => other !== own)
      if (others.length > 0) listeners.set(name, others)
      else listeners.delete(name)
      if (endpoint !== undefined && listeners.size === 0) this.#listenersOf.delete(endpoint)
      this.#changed(name, endpoint)
    }
  }

  hears(name: EventName, endpoint?: string): boolean {
    if (this.#listeners.has(name) || EVENT_CHANNELS[name]?.hasSubscribers) return true
    return endpoint !== undefined && this.#of(endpoint)?.has(name) === true
  }

  /** Whether there is a listener for the outcome of each call of this endpoint. */
  hearsCalls(endpoint: string): boolean {
    return hearsOutcomes(this.#listeners) || hearsOutcomes(this.#of(endpoint))
  }

  /** Tells the listeners between turns. */
  post<N extends EventName>(name: N, event: RegistryEvents[N]): void {
    if (!this.hears(name, event.endpoint)) return
    // One listener must not change what the next one hears.
    Object.freeze(event)
    this.#turns.later(() => this.#tell(name, event))
  }

  /** Calls code that is not ours; what it does wrong, at once or later, ends as an `error` event. */
  callUserCode(source: ErrorSource, code: () => unknown, endpoint?: string): void {
    try {
      // An async function that rejects would end the process as an unhandled rejection.
      onRejection(code(), (error) => this.report(source, error, endpoint))
    } catch (error) {
      this.report(source, error, endpoint)
    }
  }

  /** An `error` event; without a listener for that, a warning, once for each source and endpoint. */
  report(source: ErrorSource, error: unknown, endpoint?: string): void {
    const event = endpoint === undefined ? { source, error } : { source, endpoint, error }
    if (this.hears('error', endpoint)) this.post('error', event)
    else this.#warn(event)
  }

  clear(): void {
    this.#listeners.clear()
    this.#listenersOf.clear()
  }

  #of(endpoint: string): Listeners | undefined {
    return this.#listenersOf.size === 0 ? undefined : this.#listenersOf.get(endpoint)
  }

  #changed(name: EventName, endpoint: string | undefined): void {
    if ((OUTCOMES as readonly EventName[]).includes(name)) this.#onCallsHeard(endpoint)
  }

  #tell<N extends EventName>(name: N, event: RegistryEvents[N]): void {
    const { endpoint } = event
    const ofEndpoint = endpoint === undefined ? undefined : this.#of(endpoint)?.get(name)
    for (const listener of [...(this.#listeners.get(name) ?? []), ...(ofEndpoint ?? [])]) {
      // An error listener that throws does not get its own error, or that would go on for ever.
      if (name !== 'error') this.callUserCode('listener', () => listener(event as never))
      else this.#tellOfError(listener, event as RegistryEvents['error'])
    }
    // Node's own way with subscribers that throw: an uncaught exception of the process.
    EVENT_CHANNELS[name]?.publish(event)
  }

  #tellOfError(listener: AnyListener, event: RegistryEvents['error']): void {
    const warn = (error: unknown) => this.#warn({ source: 'listener', error })
    try {
      onRejection(listener(event as never), warn)
    } catch (error) {
      warn(error)
    }
  }

  #warn({ source, endpoint, error }: RegistryEvents['error']): void {
    const about = endpoint === undefined ? source : `${source} of ${describeValue(endpoint)}`
    if (this.#warnedOf.has(about) || this.#warnedOf.size >= MOST_WARNINGS) return
    this.#warnedOf.add(about)
    warn(`${about} went wrong: ${inWords(error)}`, 'SWITCHGEAR_ERROR')
  }
}

function hearsOutcomes(listeners: Listeners | undefined): boolean {
  return listeners !== undefined && listeners.size > 0 && OUTCOMES.some((name) => listeners.has(name))
}

/** A warning of the process, where there is one; else on the console. */
export function warn(text: string, code: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (text: string, options: { code: string }) => void } }
  try {
    if (typeof process?.emitWarning === 'function') process.emitWarning(text, { code })
    else console.warn(`${code}: ${text}`)
  } catch {
    // Some test setups throw at every warning, and nothing may fail here: in a call, or after a turn.
  }
}

/** An error can be anything, and may throw when it is printed. */
function inWords(error: unknown): string {
  try {
    return error instanceof Error ? String(error.stack ?? error) : describeValue(error)
  } catch {
    return 'something that cannot be printed'
  }
}
