// Unguarded: requests for whose breaker there is no place are sent all the same, and that is reported once for each name,
// until it has a place again.
import type { Registry } from '../../index.ts'

/** Names come from outside the program. Beyond this number the oldest report is forgotten, and may be repeated. */
const MOST_NAMES = 1_000

export class Unguarded {
  readonly #registry: Registry
  readonly #told = new Set<string>()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Requests of this name go without a breaker. `cause`: the error of a registry that is full. */
  tell(name: string, why: string, cause?: unknown): void {
    if (this.#told.has(name)) return
    const [oldest] = this.#told
    if (oldest !== undefined && this.#told.size >= MOST_NAMES) this.#told.delete(oldest)
    this.#told.add(name)
    this.#registry.report('unguarded', new Error(`requests are sent without a breaker: ${why}`, { cause }), name)
  }

  /** They have a breaker again. */
  isOver(name: string): void {
    this.#told.delete(name)
  }
}
