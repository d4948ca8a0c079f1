// Places: the breakers that one fetch or interceptor has made, no more than it may: names come from outside the program.
import { type Breaker, isBreakerError, type Registry } from '../../index.ts'
import { Unguarded } from './unguarded.ts'

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
  readonly #unguarded: Unguarded

  constructor(registry: Registry, most: number) {
    this.#registry = registry
    this.#most = most
    this.#unguarded = new Unguarded(registry)
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
   * The place of this name; `null` where there is no room for another breaker, which is told.
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
    if (this.#places.size >= this.#most && !this.#makeRoom()) {
      this.#unguarded.tell(name, `none of options.maxBreakers = ${this.#most} can make room`)
      return null
    }
    try {
      const registry = this.#registry
      const isOurs = !registry.has(name)
      const breaker = registry.breaker(name)
      const place: Place = { registry, name, prefix: `${name}/`, breaker, isOurs, inFlight: 0, isUsed: false }
      this.#places.set(name, place)
      this.#unguarded.isOver(name)
      return place
    } catch (error) {
      return this.refusedBy(error, name)
    }
  }

  /** What a full registry has to say is told: the request goes unguarded. Throws all other errors again. */
  refusedBy(error: unknown, name: string): null {
    if (!isBreakerError(error, 'REGISTRY_FULL')) throw error
    this.#drop(name)
    this.#unguarded.tell(name, 'the registry is full', error)
    return null
  }

  /** One without requests under way; else any that is closed; else one that waits for a call. Others hold a decision. */
  #makeRoom(): boolean {
    let second: string | undefined
    let third: string | undefined
    let looks = Math.min(this.#places.size * 2, MOST_LOOKS)
    for (const [name, place] of this.#places) {
      if (looks-- === 0) break
      const mayGo = !place.isOurs || this.#registry.state(name) === 'closed'
      if (mayGo && place.inFlight === 0 && !place.isUsed) return this.#evict(name)
      if (mayGo) second ??= name
      else if (awaitsAnyCall(place)) third ??= name
      place.isUsed = false
      // Behind the others, which are looked at first next time.
      this.#places.delete(name)
      this.#places.set(name, place)
    }
    const other = second ?? third
    return other !== undefined && this.#evict(other)
  }

  #evict(name: string): true {
    if (this.#places.get(name)?.isOurs) this.#registry.delete(name)
    this.#drop(name)
    return true
  }

  #drop(name: string): void {
    this.#places.delete(name)
    if (this.#latest?.name === name) this.#latest = undefined
  }
}

/** Half-open, and a new breaker would admit the next call as well. */
function awaitsAnyCall({ breaker, inFlight }: Place): boolean {
  return inFlight === 0 && breaker.state === 'halfOpen' && breaker.allows()
}
