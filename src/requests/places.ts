// Places: the breakers that one fetch or interceptor has made, no more than it may: names come from outside the program.
import { type Breaker, isBreakerError, type Registry } from '../index.ts'

export interface Place {
  readonly registry: Registry
  readonly name: string
  /** Of an origin: what an address of it begins with. */
  readonly prefix: string
  readonly breaker: Breaker
  /** What somebody else has made stays in the registry. */
  readonly isOurs: boolean
  /** How many requests are under way: those go last. */
  inFlight: number
  /** Since it was last looked at for eviction. */
  isUsed: boolean
}

/** A choice must not cost more the more places there are. */
const MOST_LOOKS = 64

export class Places {
  readonly #registry: Registry
  readonly #most: number
  /** The longest not looked at first. */
  readonly #places = new Map<string, Place>()
  /** The next request often goes to where the last one went. */
  #latest: Place | undefined

  constructor(registry: Registry, most: number) {
    this.#registry = registry
    this.#most = most
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  /**
   * The name of the place whose origin an address is of, if there is one. To read an address takes longer than all the rest;
   * what stands before its first slash is an origin if it is known as one.
   */
  originOf(address: string): string | undefined {
    if (this.#latest !== undefined && address.startsWith(this.#latest.prefix)) return this.#latest.name
    const end = address.indexOf('/', 'https://'.length)
    return end < 0 ? undefined : this.#places.get(address.slice(0, end))?.name
  }

  /**
   * The place of this name; `null` where there is no room for another breaker.
   * @throws RegistryClosedError (`REGISTRY_CLOSED`)
   */
  find(name: string): Place | null {
    const known = this.#latest?.name === name ? this.#latest : this.#places.get(name)
    if (known === undefined) return this.#make(name)
    known.isUsed = true
    this.#latest = known
    return known
  }

  #make(name: string): Place | null {
    if (this.#places.size >= this.#most && !this.#makeRoom()) return null
    try {
      const registry = this.#registry
      const isOurs = !registry.has(name)
      const breaker = registry.breaker(name)
      const place: Place = { registry, name, prefix: `${name}/`, breaker, isOurs, inFlight: 0, isUsed: false }
      this.#places.set(name, place)
      return place
    } catch (error) {
      if (isBreakerError(error, 'REGISTRY_FULL')) return null
      throw error
    }
  }

  /** One without requests under way; else any. A breaker of ours that is not closed holds a decision. */
  #makeRoom(): boolean {
    let second: string | undefined
    let looks = Math.min(this.#places.size * 2, MOST_LOOKS)
    for (const [name, place] of this.#places) {
      if (looks-- === 0) break
      const mayGo = !place.isOurs || this.#registry.state(name) === 'closed'
      if (mayGo && place.inFlight === 0 && !place.isUsed) return this.#evict(name)
      if (mayGo) second ??= name
      place.isUsed = false
      // Behind the others, which are looked at first next time.
      this.#places.delete(name)
      this.#places.set(name, place)
    }
    return second !== undefined && this.#evict(second)
  }

  #evict(name: string): true {
    if (this.#places.get(name)?.isOurs) this.#registry.delete(name)
    this.#places.delete(name)
    if (this.#latest?.name === name) this.#latest = undefined
    return true
  }
}
