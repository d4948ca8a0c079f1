// Guard: from a request to its breaker. One for each fetch and interceptor that is made.

import { checkRegistry } from '../../core/options/index.ts'
import { ArgumentError, type Registry } from '../../index.ts'
import { Exchange } from './exchange.ts'
import { checkGuardOptions, type GuardOptions, type OutgoingRequest, type Rules } from './options.ts'
import { type Target, Targets } from './targets.ts'

export class Guard<R> {
  readonly #rules: Rules<R>
  readonly #registry: Registry
  readonly #targets: Targets

  /** @throws ArgumentError (`INVALID_ARGUMENT`) */
  constructor(where: string, registry: Registry, options: GuardOptions<R>) {
    this.#rules = checkGuardOptions(options)
    this.#registry = checkRegistry(where, registry)
    this.#targets = new Targets(this.#registry, this.#rules.maxBreakers)
  }

  /** Whether the name of the breaker is not simply the origin. */
  get hasKey(): boolean {
    return this.#rules.key !== undefined
  }

  /** Whether it has made a breaker of this name. */
  knows(name: string): boolean {
    return this.#targets.has(name)
  }

  /** The origin of an address, if it has made a breaker for it. */
  originOf(address: string): string | undefined {
    return this.#targets.originOf(address)
  }

  /** Reports an error of the user's code. */
  report(source: string, error: unknown): void {
    this.#registry.report(source, error)
  }

  /** The result of `key`. @throws ArgumentError (`INVALID_ARGUMENT`) */
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
   * An exchange; `null` for a request that goes without a breaker because there is no room for one (which is reported); a
   * promise if the request has to wait for its turn. The promise rejects if the caller aborts the request, or if it is not
   * admitted.
   * @throws RegistryClosedError (`REGISTRY_CLOSED`)
   */
  admit(name: string, caller?: AbortSignal): Exchange<R> | Promise<Exchange<R>> | null {
    const target = this.#targets.find(name)
    if (target === null) return null
    try {
      const permit = target.breaker.allows() ? target.breaker.tryAcquire() : undefined
      return permit === undefined ? this.#acquire(target, caller) : new Exchange(this.#rules, target, permit)
    } catch (error) {
      // Evicted by the registry meanwhile, which has no room for it now.
      return this.#targets.refusedBy(error, name)
    }
  }

  async #acquire(target: Target, signal: AbortSignal | undefined): Promise<Exchange<R>> {
    return new Exchange(this.#rules, target, await target.breaker.acquire({ signal }))
  }
}
