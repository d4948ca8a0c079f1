// Reconfigure: gives the breakers of a registry the policies of a new version of the file: those there are, and those that
// are made later. A breaker whose policy is not the file's (given in the code, configured by an operator) keeps it.
import { isDeepStrictEqual } from 'node:util'
import type { Registry } from '../index.ts'
import { optionsOf } from '../options/index.ts'
import type { CodePolicies } from './parse-policies.ts'
import { choiceOf, type PolicyChoice } from './policy-choice.ts'

/** Between slices others have their turn: a registry may have a million breakers. */
const SLICE = 50
/** An evicted breaker may come back with the policy of an older version: these are still known for the file's. */
const MOST_VERSIONS = 20

export class Reconfigurer {
  readonly #registry: Registry
  /** The newest last. */
  #versions: readonly PolicyChoice[]
  #isListening = false

  constructor(registry: Registry, first: CodePolicies) {
    this.#registry = registry
    this.#versions = [choiceOf(first)]
  }

  /** The names of the breakers that got another policy, and of those that keep one which is not the file's. */
  async apply(policies: CodePolicies): Promise<{ configured: string[]; kept: string[] }> {
    const wanted = choiceOf(policies)
    this.#versions = [...this.#versions.slice(0, 1), ...this.#versions.slice(1).slice(-MOST_VERSIONS), wanted]
    // Whoever never changes his file pays nothing for it.
    if (!this.#isListening) this.#registry.on('created', ({ endpoint }) => void this.#configure(endpoint))
    this.#isListening = true
    const configured: string[] = []
    const kept: string[] = []
    const names = this.#registry.list().map(({ endpoint }) => endpoint)
    for (const [index, name] of names.entries()) {
      if (index % SLICE === SLICE - 1) await new Promise((resolve) => setImmediate(resolve))
      const done = this.#configure(name)
      if (done === 'configured') configured.push(name)
      if (done === 'kept') kept.push(name)
    }
    return { configured, kept }
  }

  #configure(name: string): 'configured' | 'kept' | 'same' {
    const registry = this.#registry
    // Deleted meanwhile: to configure would make it.
    if (registry.isClosed || !registry.has(name)) return 'same'
    const { policy } = registry.breaker(name)
    const wanted = this.#versions.at(-1)?.(name)
    if (wanted === undefined || isDeepStrictEqual(policy, wanted)) return 'same'
    if (!this.#versions.some((choice) => isDeepStrictEqual(policy, choice(name)))) return 'kept'
    registry.configure(name, optionsOf(wanted))
    return 'configured'
  }
}
