// Errors by which breakers, and integrations in their place, say that a call was not made.
import { BrokenCircuitError } from 'cockatiel'
import { breakerPolicy } from '../../src/compat/cockatiel/index.ts'
import CircuitBreaker from '../../src/compat/opossum/index.ts'
import { RouteUnavailableError } from '../../src/http/express/index.ts'
import {
  ArgumentError,
  BreakerOpenError,
  ClockError,
  ConcurrencyLimitError,
  PolicyError,
  RegistryClosedError,
  RegistryFullError,
  SnapshotError,
} from '../../src/index.ts'
import { createResource } from '../../src/resource/index.ts'
import { errorOf } from './calls.ts'
import { newRegistry } from './registries.ts'

const open = () =>
  new BreakerOpenError(
    { message: 'open', reason: { type: 'tripped', message: 'by hand' }, cause: undefined },
    'db',
    'open',
    1_000,
  )

/** One of each kind, made anew. */
export const REFUSALS: Record<string, () => unknown> = {
  BREAKER_OPEN: open,
  CONCURRENCY_LIMIT: () => new ConcurrencyLimitError('db', 1, 0),
  INVALID_ARGUMENT: () => new ArgumentError('call(fn)', 'a function', 1),
  INVALID_POLICY: () => new PolicyError('policy', []),
  INVALID_CLOCK: () => new ClockError('no clock'),
  INVALID_SNAPSHOT: () => new SnapshotError('no snapshot'),
  REGISTRY_CLOSED: () => new RegistryClosedError(),
  REGISTRY_FULL: () => new RegistryFullError(1),
  'that of a route': () => new RouteUnavailableError('CONCURRENCY_LIMIT'),
  'that of a resource': () => errorOf(unavailable().execute(() => 'never run')),
  "opossum's": () => {
    const breaker = new CircuitBreaker(async () => 'never run')
    breaker.open()
    return errorOf(breaker.fire())
  },
  "opossum's, shut down": () => {
    const breaker = new CircuitBreaker(async () => 'never run')
    breaker.shutdown()
    return errorOf(breaker.fire())
  },
  "cockatiel's": async () => {
    const { registry } = newRegistry()
    registry.breaker('db').trip()
    const error = await errorOf(breakerPolicy(registry, 'db').execute(() => 'never run'))
    if (!(error instanceof BrokenCircuitError)) throw error
    return error
  },
  'one by a dispatcher, as fetch gives it': () => new TypeError('fetch failed', { cause: open() }),
}

function unavailable() {
  const { registry } = newRegistry()
  const resource = createResource({ name: 'db', resource: {}, healthCheck: () => true, recovery: false, registry })
  resource.breaker.trip()
  return resource
}
