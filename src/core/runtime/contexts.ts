// Contexts: the values that guarded functions are given as their CallContext.
import type { CallContext } from '../edge/call-context.ts'
import { ArgumentError } from '../edge/errors.ts'
import type { Enclosing } from './nesting.ts'

/** Without a timeout or a signal of the caller nothing aborts a call: it gets a signal of its own only when it looks. */
class SharedContext implements CallContext {
  readonly endpoint: string
  readonly generation: number
  readonly probe = false
  constructor(endpoint: string, generation: number) {
    this.endpoint = endpoint
    this.generation = generation
    // Calls share it.
    Object.freeze(this)
  }
  get signal(): AbortSignal {
    return new AbortController().signal
  }
}

export function sharedContext(endpoint: string, generation: number): CallContext {
  return new SharedContext(endpoint, generation)
}

/** That of a call which has something to end it, or holds something that calls inside it run under. */
export class OwnContext implements CallContext {
  readonly endpoint: string
  readonly generation: number
  readonly probe: boolean
  readonly #call: Enclosing | null
  #signal: AbortSignal | null

  /** `call`: what calls inside run under, if there is anything. */
  constructor(endpoint: string, generation: number, call: Enclosing | null, signal: AbortSignal | null) {
    this.endpoint = endpoint
    this.generation = generation
    this.probe = call?.isProbe === true
    this.#call = call
    this.#signal = signal
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController().signal
    return this.#signal
  }

  /** The admission that calls inside the one that was given this context run under; `null` for one that holds nothing. */
  static callOf(context: CallContext): Enclosing | null {
    if (#call in context) return context.#call
    if (context instanceof SharedContext) return null
    throw new ArgumentError('options.context', 'the context that the guarded function around it was given', context)
  }
}
