// Targets: the breakers that one fetch or interceptor has made, no more than it may: names come from outside the program.
import { type Breaker, isBreakerError, type Registry } from '../../index.ts'
import { Unguarded } from './unguarded.ts'

export interface Target {
  readonly registry: Registry
  readonly name: string
  /** The origin: what its addresses begin with. */
  readonly prefix: string
  readonly breaker: Breaker
  /** Breakers that other code made stay in the registry. */
  readonly isOurs: boolean
  /** How many requests are in flight: a breaker with requests goes last. */
  inFlight: number
  /** Since it was last examined for eviction. */
  isUsed: boolean
}

/** A choice must not cost more the more targets there are. */
const MOST_LOOKS = 64

export class Targets {
  readonly #registry: Registry
  readonly #most: number
  /** The one not examined for longest comes first. */
  readonly #targets = new Map<string, Target>()
  /** The next request often goes to where the last one went. */
  #latest: Target | undefined
  readonly #unguarded: Unguarded

  constructor(registry: Registry, most: number) {
    this.#registry = registry
    this.#most = most
    this.#unguarded = new Unguarded(registry)
  }

  has(name: string): boolean {
    return this.#targets.has(name)
  }

  /**
   * The name of the place for the origin of an address, if there is one. Parsing an address takes longer than all the rest;
   * so the text before its first slash is an origin if it is known as one.
   */
  originOf(address: string): string | undefined {
    if (this.#latest !== undefined && address.startsWith(this.#latest.prefix)) return this.#latest.name
    const end = address.indexOf('/', 'https://'.length)
    return end < 0 ? undefined : this.#targets.get(address.slice(0, end))?.name
  }

  /**
   * The place of this name; `null` if there is no room for another breaker, which is reported.
   * @throws RegistryClosedError (`REGISTRY_CLOSED`)
   */
  find(name: string): Target | null {
    const known = this.#latest?.name === name ? this.#latest : this.#targets.get(name)
    if (known === undefined) return this.#make(name)
    known.isUsed = true
    this.#latest = known
    return known
  }

  #make(name: string): Target | null {
    if (this.#targets.size >= this.#most && !this.#makeRoom()) {
      this.#unguarded.tell(name, `none of options.maxBreakers = ${this.#most} can make room`)
      return null
    }
    try {
      const registry = this.#registry
      const isOurs = !registry.has(name)
      const breaker = registry.breaker(name)
      const target: Target = { registry, name, prefix: `${name}/`, breaker, isOurs, inFlight: 0, isUsed: false }
      this.#targets.set(name, target)
      this.#unguarded.isOver(name)
      return target
    } catch (error) {
      return this.refusedBy(error, name)
    }
  }

  /** Reports that a registry is full: the request goes without a breaker. Throws all other errors again. */
  refusedBy(error: unknown, name: string): null {
    if (!isBreakerError(error, 'REGISTRY_FULL')) throw error
    this.#drop(name)
    this.#unguarded.tell(name, 'the registry is full', error)
    return null
  }

  /** One without requests in flight; else any that is closed; else one that waits for a call. The others hold a decision. */
  #makeRoom(): boolean {
    let second: string | undefined
    let third: string | undefined
    let looks = Math.min(this.#targets.size * 2, MOST_LOOKS)
    for (const [name, target] of this.#targets) {
      if (looks-- === 0) break
      const mayGo = !target.isOurs || this.#registry.state(name) === 'closed'
      if (mayGo && target.inFlight === 0 && !target.isUsed) return this.#evict(name)
      if (mayGo) second ??= name
      else if (awaitsAnyCall(target)) third ??= name
      target.isUsed = false
      // Behind the others, which are examined first next time.
      this.#targets.delete(name)
      this.#targets.set(name, target)
    }
    const other = second ?? third
    return other !== undefined && this.#evict(other)
  }

  #evict(name: string): true {
    if (this.#targets.get(name)?.isOurs) this.#registry.delete(name)
    this.#drop(name)
    return true
  }

  #drop(name: string): void {
    this.#targets.delete(name)
    if (this.#latest?.name === name) this.#latest = undefined
  }
}

/** Half-open, so a new breaker would admit the next call as well. */
function awaitsAnyCall({ breaker, inFlight }: Target): boolean {
  return inFlight === 0 && breaker.state === 'halfOpen' && breaker.allows()
}
