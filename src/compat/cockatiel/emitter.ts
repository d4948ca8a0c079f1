// Emitter: an event of cockatiel's kind. Unlike cockatiel's own, a listener that throws reaches neither the caller nor the
// listeners after it.
import type { Event } from 'cockatiel'

export class Emitter<T> {
  readonly #listeners = new Set<{ readonly tell: (data: T) => void }>()
  readonly #report: (error: unknown) => void

  /** `report` gets what a listener threw, and must not throw. */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  readonly event: Event<T> = (tell) => {
    const listener = { tell }
    this.#listeners.add(listener)
    return { dispose: () => void this.#listeners.delete(listener) }
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  emit(data: T): void {
    for (const { tell } of [...this.#listeners]) {
      try {
        tell(data)
      } catch (error) {
        this.#report(error)
      }
    }
  }
}
