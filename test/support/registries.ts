// New registries and breakers on a virtual clock, and what they tell.

import {
  type Breaker,
  createRegistry,
  type EventName,
  type Outcome,
  type PolicyOptions,
  type Registry,
  type RegistryEvents,
  type RegistryOptions,
} from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'

/** Not zero, so that a time taken for a duration shows. */
export const START = 1_000

export function newRegistry(options: RegistryOptions = {}) {
  const clock = createVirtualClock(START)
  const registry = createRegistry({ clock, seed: 1, ...options })
  return { clock, registry }
}

export function newBreaker(policy: PolicyOptions = {}, options: RegistryOptions = {}) {
  const { clock, registry } = newRegistry(options)
  return { clock, registry, breaker: registry.breaker('a', policy) }
}

/** A breaker whose open time has passed: half-open, without a call. */
export function newHalfOpen(policy: PolicyOptions = {}, options: RegistryOptions = {}) {
  const made = newBreaker(policy, options)
  made.breaker.trip()
  made.clock.advance(made.breaker.policy.openTimeoutMs)
  return made
}

/** The events of this name, as they come. */
export function hear<N extends EventName>(registry: Registry, name: N): RegistryEvents[N][] {
  const heard: RegistryEvents[N][] = []
  registry.on(name, (event) => heard.push(event))
  return heard
}

/** Everything that can be read of a breaker without changing it. */
export function lookAt(breaker: Breaker) {
  return { ...breaker.stats(), allows: breaker.allows() }
}

/** With actors only where one is needed, with all from the start, and with every event through the actor: the same. */
export const EVERY_WAY: readonly { readonly way: string; readonly how: RegistryOptions }[] = [
  { way: 'folded', how: {} },
  { way: 'folded, eager', how: { activation: 'eager' } },
  { way: 'unfolded', how: { folding: false } },
]

/** Once with folding, once with every event through the actor. */
export const BOTH_WAYS = [
  { way: 'folded', folding: true },
  { way: 'unfolded', folding: false },
] as const

/** Every path a call may take: counted only, timed, or through the actor. The first call of all is sampled by default. */
export const EVERY_PATH = [
  { path: 'counted only', options: { policy: { latencySampling: 0 } } },
  { path: 'timed', options: { policy: { latencySampling: 1 } } },
  { path: 'with a classifier', options: { policy: { isFailure: (outcome: Outcome) => 'error' in outcome } } },
  { path: 'through the actor', options: { folding: false } },
] as const

/** What a registry lists, without what each breaker admits. */
export function statesIn(registry: Registry) {
  return registry.list().map(({ endpoint, state }) => ({ endpoint, state }))
}
