// GuardedEmitter: an EventEmitter whose listeners cannot harm who emits. Opossum's callers never get an answer when one throws.
import { EventEmitter } from 'node:events'
import { report } from './report.ts'

/** A listener of any event, as EventEmitter takes it. */
export type AnyListener = (...args: never[]) => void

export class GuardedEmitter extends EventEmitter {
  readonly #warned = new Set<string | symbol>()

  /**
   * Calls every listener, even if one of them throws or rejects: that is a warning of the process (`SWITCHGEAR_ERROR`), once
   * for each event. An `error` that nobody listens to throws, as every EventEmitter's.
   */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    // Without a name, Node 20's rawListeners throws.
    const listeners = this.listenerCount(event) === 0 ? [] : this.rawListeners(event)
    if (listeners.length === 0 && event === 'error') return super.emit(event, ...args)
    for (const listener of listeners) {
      try {
        const result: unknown = Reflect.apply(listener, this, args)
        if (result instanceof Promise) result.catch((error: unknown) => this.#warn(event, error))
      } catch (error) {
        this.#warn(event, error)
      }
    }
    return listeners.length > 0
  }

  /** Whether `emit` would reach anybody: a listener, or who has put an `emit` of his own in the place of ours. */
  protected hears(event: string): boolean {
    return this.listenerCount(event) > 0 || this.emit !== GuardedEmitter.prototype.emit
  }

  #warn(event: string | symbol, error: unknown): void {
    if (this.#warned.has(event)) return
    this.#warned.add(event)
    report(`a listener of ${String(event)}`, error)
  }
}
