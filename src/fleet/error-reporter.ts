// ErrorReporter: what a fleet reports to its registry as `error` events: each once, until it is over. A store that is away
// is no error: the figures show it.
import type { Registry } from '../index.ts'
import type { FleetChange } from './record.ts'
import { FleetStoreError } from './store-error.ts'

export class ErrorReporter {
  readonly #registry: Registry
  #isLying = false
  readonly #withOtherRules = new Set<string>()

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** A request has failed. Errors that a sound store gives while it is away are expected; all others are reported. */
  failed(error: unknown): void {
    if (error instanceof FleetStoreError && error.code !== 'FLEET_STORE_LIED') return
    if (this.#isLying) return
    this.#isLying = true
    this.#registry.report('fleet', error)
  }

  /** The store's client says why there is no connection. It is worth an event only if waiting does not help. */
  lost(error: Error): void {
    if ('code' in error && error.code === 'MISSING_PEER') this.#registry.report('fleet', error)
  }

  /** A round went well. */
  over(): void {
    this.#isLying = false
  }

  /** `endpoint`: the breaker concerned, if there is one. */
  heard({ isViewRefused, hasOtherRules, record }: FleetChange, endpoint: string | undefined): void {
    if (endpoint === undefined) return
    if (isViewRefused) {
      const text = `the store did not believe what this process knew of it, and is at version ${record.version}`
      this.#registry.report('fleet', new FleetStoreError('FLEET_STORE_DISBELIEVED', text), endpoint)
    }
    if (!hasOtherRules || this.#withOtherRules.has(endpoint)) return
    this.#withOtherRules.add(endpoint)
    const text = 'processes with other rules share this endpoint, too: only those that agree decide together'
    this.#registry.report('fleet', new Error(text), endpoint)
  }
}
