// OwnPolicies: the policies that were given for single names. They outlive an eviction, but of those evicted no more are kept
// than there may be breakers, or a thousand: names may come from outside the program.
import type { Policy } from '../rules/policy.ts'

const FEW = 1_000

export class OwnPolicies {
  readonly #policies = new Map<string, Policy>()
  /** Names that have a policy and no breaker, the longest evicted first. */
  readonly #evicted = new Set<string>()
  readonly #mostEvicted: number

  constructor(maxBreakers: number) {
    this.#mostEvicted = Math.max(maxBreakers, FEW)
  }

  get(name: string): Policy | undefined {
    return this.#policies.get(name)
  }

  set(name: string, policy: Policy): void {
    this.#policies.set(name, policy)
  }

  delete(name: string): void {
    this.#policies.delete(name)
    this.#evicted.delete(name)
  }

  /** There is a breaker of this name. */
  created(name: string): void {
    this.#evicted.delete(name)
  }

  /** There is none any more. Says which name is forgotten for it. */
  evicted(name: string): string | undefined {
    if (!this.#policies.has(name)) return undefined
    this.#evicted.add(name)
    if (this.#evicted.size <= this.#mostEvicted) return undefined
    const [oldest = name] = this.#evicted
    this.delete(oldest)
    return oldest
  }
}
