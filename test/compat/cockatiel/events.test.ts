// What cockatiel's own breaker tells of its life, and ours; and where it goes another way.
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll, handleResultType, handleType } from 'cockatiel'
import { describe, expect, it, vi } from 'vitest'
import type { CockatielBreaker } from '../../../src/compat/cockatiel/index.ts'
import { down, fail, newPolicy, open, outcome } from './policies.ts'

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
    const errors: unknown[] = []
    registry.on('error', (event) => errors.push(event))
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
    expect(heard).toEqual(['success', 'break'])
    // That of onBreak is one of the registry itself.
    expect(errors).toMatchObject([
      { source: 'listener', endpoint: policy.breaker.endpoint, error: bug },
      { source: 'listener', error: bug },
    ])
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
