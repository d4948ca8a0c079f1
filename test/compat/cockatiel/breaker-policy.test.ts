// Our breaker among cockatiel's policies, told from the outside by cockatiel's own types and checks.
import {
  BrokenCircuitError,
  CircuitState,
  ConstantBackoff,
  handleType,
  handleWhen,
  IsolatedCircuitError,
  isBrokenCircuitError,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { describe, expect, it } from 'vitest'
import { breakerPolicy } from '../../../src/compat/cockatiel/index.ts'
import { isBreakerError } from '../../../src/index.ts'
import { retryAfter, shouldRetry } from '../../../src/retry/index.ts'
import { newRegistry } from '../../support/registries.ts'
import { down, fail, newPolicy, open, outcome } from './policies.ts'

describe('a limit of concurrent calls', () => {
  it('is told as it is, and is no failure', async () => {
    const { registry } = newRegistry({ policy: { maxConcurrent: 1 } })
    const policy = breakerPolicy(registry, 'limited')
    const failures: unknown[] = []
    policy.onFailure((failure) => failures.push(failure))
    const permit = policy.breaker.tryAcquire()
    expect(isBreakerError(await outcome(policy.execute(() => 'never')), 'CONCURRENCY_LIMIT')).toBe(true)
    expect([failures, policy.lastFailure]).toEqual([[], undefined])
    permit?.success()
  })
})

describe('a breaker as a policy of cockatiel', () => {
  it('hands values and errors through as they are, and a signal to the function', async () => {
    const { policy } = newPolicy()
    expect(await policy.execute(({ signal }) => signal.aborted)).toBe(false)
    expect(await outcome(policy.execute(fail))).toBe(down)
    expect(
      await outcome(
        policy.execute(() => {
          throw down
        }),
      ),
    ).toBe(down)
  })

  it('rejects with an error that cockatiel knows, and switchgear too', async () => {
    const { policy } = newPolicy()
    await open(policy)
    const error = await outcome(policy.execute(() => 'not run'))
    expect(isBrokenCircuitError(error)).toBe(true)
    expect(error).toBeInstanceOf(BrokenCircuitError)
    expect(isBreakerError(error, 'BREAKER_OPEN')).toBe(true)
    expect(error).toMatchObject({ endpoint: 'search', state: 'open', retryAfterMs: 10_000, reason: { failures: 2 } })
    expect((error as Error).message).toBe('circuit "search" is open: 2 consecutive failures (threshold 2)')
    expect([shouldRetry(error), retryAfter(error)]).toEqual([true, 10_000])
  })

  it('is worth a retry when wrapped in one, and not once it is open', async () => {
    const { policy, registry } = newPolicy()
    const retrying = retry(
      handleWhen((error) => !isBrokenCircuitError(error)),
      { maxAttempts: 5, backoff: new ConstantBackoff(1) },
    )
    let asked = 0
    const call = wrap(retrying, policy).execute(() => {
      asked++
      return fail()
    })
    expect(isBrokenCircuitError(await outcome(call))).toBe(true)
    expect(asked).toBe(2)
    expect(registry.state('search')).toBe('open')
    policy.breaker.reset()
    expect(await wrap(retrying, policy).execute(() => 'found')).toBe('found')
  })

  it('counts the timeouts of a policy within it', async () => {
    const { policy } = newPolicy()
    const bounded = wrap(policy, timeout(5, TimeoutStrategy.Aggressive))
    const hang = () => new Promise(() => {})
    await outcome(bounded.execute(hang))
    await outcome(bounded.execute(hang))
    expect(policy.state).toBe(CircuitState.Open)
  })

  it('ignores a call that its caller called off', async () => {
    const { policy } = newPolicy()
    const leave = new AbortController()
    const untilAborted = ({ signal }: { signal: AbortSignal }) =>
      new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason)))
    const call = policy.execute(untilAborted, leave.signal)
    leave.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    expect(policy.breaker.stats().calls).toMatchObject({ ignored: 1, failed: 0 })
    expect(policy.lastFailure).toBeUndefined()
  })
})

describe("with a filter of cockatiel's", () => {
  it('errors that it does not handle are ignored, and values that it handles are failures', async () => {
    const { policy } = newPolicy({ handle: handleType(RangeError).orWhenResult((value) => value === 503) })
    const failures: unknown[] = []
    policy.onFailure(({ handled, reason }) => failures.push([handled, reason]))
    await outcome(policy.execute(fail))
    expect(await policy.execute(() => 503)).toBe(503)
    await outcome(
      policy.execute(() => {
        throw new RangeError('far')
      }),
    )
    expect(policy.breaker.stats().calls).toMatchObject({ ignored: 1, failed: 2 })
    expect(policy.state).toBe(CircuitState.Open)
    expect(failures).toEqual([
      [false, { error: down }],
      [true, { value: 503 }],
      [true, { error: new RangeError('far') }],
    ])
  })

  it('one that throws reaches no caller', async () => {
    const { policy, registry } = newPolicy({
      handle: handleWhen(() => {
        throw new Error('a bug of a filter')
      }),
    })
    registry.on('error', () => {})
    policy.onFailure(() => {})
    expect(await outcome(policy.execute(fail))).toBe(down)
  })
})

describe('isolated by hand', () => {
  it('rejects until the last handle is let go of', async () => {
    const { policy } = newPolicy()
    const [one, other] = [policy.isolate(), policy.isolate()]
    expect(policy.state).toBe(CircuitState.Isolated)
    const error = await outcome(policy.execute(() => 'not run'))
    expect(error).toBeInstanceOf(IsolatedCircuitError)
    expect([isBrokenCircuitError(error), shouldRetry(error)]).toEqual([true, false])
    one.dispose()
    one.dispose()
    expect(policy.state).toBe(CircuitState.Isolated)
    other.dispose()
    expect(policy.state).toBe(CircuitState.Closed)
  })

  it.each(['trip', 'disable'] as const)('leaves alone what an operator made of it meanwhile: %s', (command) => {
    const { policy } = newPolicy()
    const handle = policy.isolate()
    policy.breaker[command]()
    handle.dispose()
    expect(policy.breaker.state).toBe(command === 'trip' ? 'open' : 'disabled')
  })
})

describe('wrong arguments', () => {
  const { registry } = newRegistry()
  it.each([
    [{}, 'a', {}, 'breakerPolicy(registry): expected a registry'],
    [registry, 1, {}, 'expected a string'],
    [
      registry,
      'a',
      { handel: 1 },
      'options.handel: expected one of policy, handle, initialState (did you mean handle?)',
    ],
    [registry, 'a', { handle: () => true }, 'options.handle: expected a Policy of cockatiel, as handleAll'],
    [registry, 'a', { policy: { failureThreshold: 0 } }, 'failureThreshold'],
    [
      registry,
      'a',
      { initialState: { ownState: {} } },
      'options.initialState: expected what toJSON() of such a policy gave',
    ],
    [registry, 'a', { initialState: 'open' }, 'options.initialState'],
  ])('%# are refused at once', (given, name, options, message) => {
    expect(() => breakerPolicy(given as never, name as never, options as never)).toThrow(message)
  })

  it('what is no function is not called, and counts as nothing', async () => {
    const policy = breakerPolicy(registry, 'b')
    await expect(policy.execute(3 as never)).rejects.toThrow('execute(fn): expected a function')
    expect(policy.breaker.stats().calls.allowed).toBe(0)
  })
})
