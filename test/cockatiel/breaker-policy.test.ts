// Our breaker among cockatiel's policies, told from the outside by cockatiel's own types and checks.
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  handleAll,
  handleResultType,
  handleType,
  handleWhen,
  IsolatedCircuitError,
  isBrokenCircuitError,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type BreakerPolicyOptions, breakerPolicy, type CockatielBreaker } from '../../src/cockatiel/index.ts'
import { isBreakerError } from '../../src/index.ts'
import { retryAfter, shouldRetry } from '../../src/retry/index.ts'
import { newRegistry } from '../support/registries.ts'

function newPolicy(options: BreakerPolicyOptions = {}) {
  const { registry, clock } = newRegistry({ policy: { failureThreshold: 2, openTimeout: '10s', successThreshold: 1 } })
  return { registry, clock, policy: breakerPolicy(registry, 'search', options) }
}
const down = new Error('down')
const fail = () => Promise.reject(down)
const outcome = (call: Promise<unknown>) => call.catch((error: unknown) => error)

async function open(policy: CockatielBreaker) {
  await outcome(policy.execute(fail))
  await outcome(policy.execute(fail))
}

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

describe("where cockatiel's own goes another way", () => {
  /** Half-open, with a probe in flight and a call that was made when it was closed. */
  async function begin(subject: Pick<CockatielBreaker, 'execute' | 'state'>, pass: () => unknown) {
    let failLate = (_error: Error) => {}
    let succeed = () => {}
    const late = outcome(
      subject.execute(
        () =>
          new Promise((_, fail) => {
            failLate = fail
          }),
      ),
    )
    await outcome(subject.execute(fail))
    await outcome(subject.execute(fail))
    await pass()
    const probe = subject.execute(
      () =>
        new Promise<void>((done) => {
          succeed = done
        }),
    )
    expect(subject.state).toBe(CircuitState.HalfOpen)
    failLate(new Error('late'))
    await late
    const between = subject.state
    succeed()
    await probe
    return { between, after: subject.state }
  }

  it('a late failure does not open a half-open breaker again', async () => {
    const own = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(2), halfOpenAfter: 0 })
    expect(await begin(own, () => {})).toEqual({ between: CircuitState.Open, after: CircuitState.Open })
    const { policy, clock } = newPolicy()
    const ours = await begin(policy, () => clock.advance('10s'))
    expect(ours).toEqual({ between: CircuitState.HalfOpen, after: CircuitState.Closed })
  })

  it('an error that it does not handle does not close a half-open breaker', async () => {
    const handled = handleType(RangeError)
    const failHard = () => Promise.reject(new RangeError('far'))
    const own = circuitBreaker(handled, { breaker: new ConsecutiveBreaker(2), halfOpenAfter: 0 })
    const { policy, clock } = newPolicy({ handle: handled })
    for (const subject of [own, policy]) {
      await outcome(subject.execute(failHard))
      await outcome(subject.execute(failHard))
      clock.advance('10s')
      await outcome(subject.execute(fail))
    }
    expect([own.state, policy.state]).toEqual([CircuitState.Closed, CircuitState.HalfOpen])
  })
})

describe('its events', () => {
  /** All of them, in the order in which they come, as of cockatiel's own breaker. */
  function hear(
    policy: Pick<CockatielBreaker, 'onBreak' | 'onReset' | 'onHalfOpen' | 'onStateChange' | 'onSuccess' | 'onFailure'>,
  ) {
    const heard: unknown[] = []
    policy.onBreak((reason) => heard.push(['break', reason]))
    policy.onReset(() => heard.push('reset'))
    policy.onHalfOpen(() => heard.push('half-open'))
    policy.onStateChange((state) => heard.push(CircuitState[state]))
    policy.onSuccess(({ duration }) => heard.push(['success', duration >= 0]))
    policy.onFailure(({ handled, reason }) => heard.push(['failure', handled, reason]))
    return heard
  }

  it("are those of cockatiel's own, through a whole life", async () => {
    vi.useFakeTimers()
    try {
      const own = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(2), halfOpenAfter: 10_000 })
      const { policy, clock } = newPolicy()
      const lives = []
      for (const { subject, pass } of [
        { subject: own, pass: () => vi.advanceTimersByTime(10_000) },
        { subject: policy, pass: () => clock.advance('10s') },
      ]) {
        const heard = hear(subject)
        await outcome(subject.execute(fail))
        await outcome(subject.execute(fail))
        await outcome(subject.execute(() => 'not run'))
        pass()
        await subject.execute(() => 'found')
        subject.isolate().dispose()
        // Ours tells of what becomes of the breaker before what came of the call; within each the order is the same.
        const isOfCalls = (event: unknown) => ['success', 'failure'].includes(String(Object(event)[0]))
        lives.push({ breaker: heard.filter((event) => !isOfCalls(event)), calls: heard.filter(isOfCalls) })
      }
      expect(lives[1]).toEqual(lives[0])
      expect(lives[1]?.breaker).toContain('HalfOpen')
      expect(lives[1]?.calls).toHaveLength(3)
    } finally {
      vi.useRealTimers()
    }
  })

  it('end with their subscription, and cost the breaker nothing then', async () => {
    const { policy } = newPolicy()
    const heard: unknown[] = []
    const subscriptions = [
      policy.onBreak(() => heard.push('break')),
      policy.onStateChange(() => heard.push('state')),
      policy.onFailure(() => heard.push('failure')),
    ]
    for (const { dispose } of subscriptions) dispose()
    await open(policy)
    expect(heard).toEqual([])
  })

  it('whose listeners throw reach no caller, and no other listener', async () => {
    const { policy, registry } = newPolicy()
    const warnings: string[] = []
    const warned = (warning: Error) => void warnings.push(warning.message)
    process.on('warning', warned)
    const errors: unknown[] = []
    registry.on('error', ({ error }) => errors.push(error))
    const bug = new Error('a bug of a listener')
    const throwing = () => {
      throw bug
    }
    const heard: string[] = []
    policy.onSuccess(throwing)
    policy.onSuccess(() => heard.push('success'))
    policy.onBreak(throwing)
    policy.onBreak(() => heard.push('break'))
    expect(await policy.execute(() => 'found')).toBe('found')
    await open(policy)
    await vi.waitFor(() => expect(warnings).toEqual(['a listener of a policy threw: a bug of a listener']))
    process.off('warning', warned)
    expect(heard).toEqual(['success', 'break'])
    expect(errors).toEqual([bug])
  })

  it('say what it opened by: the error, the value, or the operator', async () => {
    const { policy } = newPolicy({ handle: handleResultType(Number).orType(Error) })
    const reasons: unknown[] = []
    policy.onBreak((reason) => reasons.push(reason))
    await open(policy)
    policy.breaker.reset()
    policy.breaker.trip('maintenance')
    expect(reasons).toEqual([{ error: down }, { error: new Error('tripped: maintenance') }])
    expect(policy.lastFailure).toEqual({ error: down })
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

describe('saved and restored', () => {
  afterEach(() => void vi.useRealTimers())
  const again = (saved: CockatielBreaker) => newPolicy({ initialState: JSON.parse(JSON.stringify(saved)) })

  it('stays open for what is left of its time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { policy, clock } = newPolicy()
    await open(policy)
    clock.advance('4s')
    const text = JSON.stringify(policy)
    vi.setSystemTime(Date.now() + 1_000)
    const restored = newPolicy({ initialState: JSON.parse(text) })
    expect(restored.policy.breaker.stats().retryAfterMs).toBe(5_000)
    restored.clock.advance('5s')
    expect(restored.policy.state).toBe(CircuitState.HalfOpen)
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(newPolicy({ initialState: JSON.parse(text) }).policy.breaker.stats().retryAfterMs).toBe(6_000)
    vi.setSystemTime(Date.now() + 7_200_000)
    const late = newPolicy({ initialState: JSON.parse(text) })
    late.clock.advance(1)
    expect(late.policy.state).toBe(CircuitState.HalfOpen)
  })

  it('is in the state it was in', () => {
    const { policy } = newPolicy()
    expect(again(policy).policy.state).toBe(CircuitState.Closed)
    policy.isolate()
    expect(again(policy).policy.state).toBe(CircuitState.Isolated)
    policy.breaker.disable()
    expect(again(policy).policy.breaker.state).toBe('disabled')
  })

  it('changes no breaker that is there already', () => {
    const { policy, registry } = newPolicy()
    policy.isolate()
    const saved = policy.toJSON()
    policy.breaker.reset()
    expect(breakerPolicy(registry, 'search', { initialState: saved }).state).toBe(CircuitState.Closed)
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
