// Emitter: an event of cockatiel's kind. Unlike cockatiel's own, a listener that throws reaches neither the caller nor the
// listeners after it.
import type { Event } from 'cockatiel'

export class Emitter<T> {
  readonly #listeners = new Set<{ readonly tell: (data: T) => void }>()

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
        warn(error)
      }
    }
  }
}

/** As the registry does with what went wrong and nobody listens to. */
function warn(error: unknown): void {
  const text = `a listener of a policy threw: ${error instanceof Error ? error.message : String(error)}`
  if (typeof process === 'undefined') console.warn(text)
  else process.emitWarning(text, { code: 'SWITCHGEAR_ERROR' })
}
