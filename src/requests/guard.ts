// Guard: from a request to its breaker. One for each fetch and interceptor that is made.
import { ArgumentError, isBreakerError, type Registry } from '../index.ts'
import { checkRegistry } from '../options/index.ts'
import { Exchange } from './exchange.ts'
import { checkGuardOptions, type GuardOptions, type OutgoingRequest, type Rules } from './options.ts'
import { type Place, Places } from './places.ts'

export class Guard<R> {
  readonly #rules: Rules<R>
  readonly #places: Places

  /** @throws ArgumentError (`INVALID_ARGUMENT`) */
  constructor(where: string, registry: Registry, options: GuardOptions<R>) {
    this.#rules = checkGuardOptions(options)
    this.#places = new Places(checkRegistry(where, registry), this.#rules.maxBreakers)
  }

  /** Whether the name of the breaker is not simply the origin. */
  get hasKey(): boolean {
    return this.#rules.key !== undefined
  }

  /** Whether it has made a breaker of this name. */
  knows(name: string): boolean {
    return this.#places.has(name)
  }

  /** The origin of an address, if it has made a breaker for it. */
  originOf(address: string): string | undefined {
    return this.#places.originOf(address)
  }

  /** What `key` says. @throws ArgumentError (`INVALID_ARGUMENT`) */
  nameOf(request: OutgoingRequest): string {
    let name: unknown
    try {
      name = this.#rules.key?.(request)
    } catch (cause) {
      throw Object.assign(new ArgumentError('options.key(request)', 'a string, not that it throws', cause), { cause })
    }
    if (typeof name === 'string') return name
    throw new ArgumentError('options.key(request)', 'a string', name)
  }

  /**
   * An exchange; `null` for a request that goes unguarded, as there is no room for its breaker; a promise that rejects for one
   * that is not admitted.
   * @throws RegistryClosedError (`REGISTRY_CLOSED`)
   */
  admit(name: string): Exchange<R> | Promise<Exchange<R>> | null {
    const place = this.#places.find(name)
    if (place === null) return null
    try {
      const permit = place.breaker.allows() ? place.breaker.tryAcquire() : undefined
      return permit === undefined ? this.#reject(place) : new Exchange(this.#rules, place, permit)
    } catch (error) {
      // Evicted by the registry meanwhile, which has no room for it now.
      if (isBreakerError(error, 'REGISTRY_FULL')) return null
      throw error
    }
  }

  /** As a call would be, which is counted once. Where time has passed and it is admitted after all, it gives that back. */
  async #reject(place: Place): Promise<Exchange<R>> {
    const late = new AbortController()
    try {
      await place.breaker.call(() => late.abort(late), { signal: late.signal })
    } catch (error) {
      if (error !== late) throw error
    }
    const permit = place.breaker.tryAcquire()
    return permit === undefined ? this.#reject(place) : new Exchange(this.#rules, place, permit)
  }
}
