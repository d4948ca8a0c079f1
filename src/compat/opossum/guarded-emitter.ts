// GuardedEmitter: an EventEmitter whose listeners cannot harm who emits. Opossum's callers never get an answer when one throws.
import { EventEmitter } from 'node:events'
import { guest } from './report.ts'

/** A listener of any event, as EventEmitter takes it. */
export type AnyListener = (...args: never[]) => void

export abstract class GuardedEmitter extends EventEmitter {
  /**
   * Calls every listener, even if one of them throws or rejects: that is an `error` event of the registry. An `error` that
   * nobody listens to throws, as every EventEmitter's.
   */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    // Without a name, Node 20's rawListeners throws.
    const listeners = this.listenerCount(event) === 0 ? [] : this.rawListeners(event)
    if (listeners.length === 0 && event === 'error') return super.emit(event, ...args)
    const report = (source: string, error: unknown) => this.report(source, error)
    for (const listener of listeners) {
      guest(report, `listener of ${String(event)}`, () => Reflect.apply(listener, this, args))
    }
    return listeners.length > 0
  }

  /** Told what code of the user's did wrong. */
  protected abstract report(source: string, error: unknown): void

  /** Whether `emit` would reach anybody: a listener, or who has put an `emit` of his own in the place of ours. */
  protected hears(event: string): boolean {
    return this.listenerCount(event) > 0 || this.emit !== GuardedEmitter.prototype.emit
  }
}
