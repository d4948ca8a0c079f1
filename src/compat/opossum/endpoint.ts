// Endpoint: the breaker of a registry behind a CircuitBreaker. In opossum any number of breakers may have the same name, each
// with a state of its own; in a registry a name is one breaker. So the second of a name is 'name (2)'.
import { type Breaker, createRegistry, type Registry } from '../../index.ts'

interface Shared {
  /** Which names of a registry are held by a CircuitBreaker. */
  readonly held: WeakMap<Registry, Set<string>>
  registry?: Registry
}

/** One for all copies of the package: where import and require load two of them, the dashboard still has all breakers. */
const SHARED = Symbol.for('switchgear.opossum')
const process = globalThis as { [SHARED]?: Shared }
process[SHARED] ??= { held: new WeakMap() }
const shared = process[SHARED]

/** The registry of breakers made without one. Made at first use; made again if it was closed. */
export function sharedRegistry(): Registry {
  if (shared.registry === undefined || shared.registry.isClosed) shared.registry = createRegistry()
  return shared.registry
}

/** How a breaker of the registry behaves like opossum's: the CircuitBreaker has the rule for opening, and trips it. */
export interface EndpointRules {
  readonly resetTimeout: number
  readonly timeout: number | false
}

/** A lease of at least the default, and longer than a call may take: then it is the timeout that ends a probe. */
const LEAST_LEASE_MS = 30_000

/** A name that a registry restored from a snapshot, and that has no holder, is taken over with its state. */
export function takeEndpoint(registry: Registry, name: string, { resetTimeout, timeout }: EndpointRules): Breaker {
  const names = shared.held.get(registry) ?? new Set()
  shared.held.set(registry, names)
  let endpoint = name
  for (let number = 2; names.has(endpoint); number++) endpoint = `${name} (${number})`
  const policy = {
    failureThreshold: null,
    failureRate: null,
    openTimeout: Math.max(resetTimeout, 1),
    openTimeoutFrom: 'opened' as const,
    backoff: null,
    halfOpenMaxCalls: 1,
    successThreshold: 1,
    halfOpenFailureThreshold: 1,
    probeTimeout: Math.max(LEAST_LEASE_MS, (timeout || 0) * 2),
    timeout: null,
    isFailure: null,
    ignore: null,
  }
  registry.configure(endpoint, policy)
  names.add(endpoint)
  return registry.breaker(endpoint)
}

/** Deletes the breaker: what is in flight becomes late, and the name is free. */
export function releaseEndpoint(registry: Registry, endpoint: string): void {
  if (shared.held.get(registry)?.delete(endpoint) && !registry.isClosed) registry.delete(endpoint)
}
