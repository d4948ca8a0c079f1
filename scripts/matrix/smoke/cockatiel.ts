// cockatiel: our breaker among policies of cockatiel.
import {
  BrokenCircuitError,
  CircuitState,
  handleAll,
  isBrokenCircuitError,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { createRegistry, isBreakerError } from 'switchgear'
import { breakerPolicy } from 'switchgear/cockatiel'
import { same, smoke } from './check.js'

smoke(async () => {
  const registry = createRegistry()
  const breaker = breakerPolicy(registry, 'search', { handle: handleAll, policy: { failureThreshold: 3 } })
  const told: string[] = []
  breaker.onBreak((reason) => void told.push('error' in reason ? reason.error.message : 'a value'))
  const policy = wrap(retry(handleAll, { maxAttempts: 5 }), breaker, timeout(1_000, TimeoutStrategy.Cooperative))
  same('a value', await policy.execute(() => 'found'), 'found')
  const error = await policy.execute(() => Promise.reject(new Error('down'))).catch((error: unknown) => error)
  same('what broke it', told, ['down'])
  same('its state', breaker.state, CircuitState.Open)
  same('by cockatiel', [isBrokenCircuitError(error), error instanceof BrokenCircuitError], [true, true])
  same('by us', isBreakerError(error, 'BREAKER_OPEN'), true)
  same('calls', registry.breaker('search').stats().calls.failed, 3)
})
