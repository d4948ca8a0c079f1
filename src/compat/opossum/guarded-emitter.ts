// GuardedEmitter: an EventEmitter whose listeners cannot harm the code that emits. In opossum, a caller never gets an
// answer when one throws.
import { EventEmitter } from 'node:events'
import { guest } from './report.ts'

/** A listener of any event, as EventEmitter takes it. */
export type AnyListener = (...args: never[]) => void

export abstract class GuardedEmitter extends EventEmitter {
  /**
   * Calls every listener, even if one of them throws or rejects: that is an `error` event of the registry. An `error`
   * without a listener throws, as with every EventEmitter.
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

  /** Reports an error of the user's code. */
  protected abstract report(source: string, error: unknown): void

  /** Whether `emit` would reach anything: a listener, or an `emit` that somebody put in place of ours. */
  protected hears(event: string): boolean {
    return this.listenerCount(event) > 0 || this.emit !== GuardedEmitter.prototype.emit
  }
}
