import { describe, expect, it } from 'vitest'
import { describeReason, type PolicyOptions } from '../../../src/index.ts'
import { fail, rejected, succeed, succeedTimes, thrownBy } from '../../support/calls.ts'
import { BOTH_WAYS, newBreaker } from '../../support/registries.ts'

async function reasonOf(breaker: Parameters<typeof rejected>[0]) {
  return (await rejected(breaker)).reason
}

describe.each(BOTH_WAYS)('a trigger, $way', ({ folding }) => {
  const made = (policy: PolicyOptions) => newBreaker(policy, { folding })

  it('of cumulative failures does not mind the successes between (R12)', async () => {
    const { breaker } = made({ counting: 'cumulative', failureThreshold: 3 })
    for (let round = 0; round < 2; round++) {
      await fail(breaker)
      await succeedTimes(breaker, 10)
    }
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(await reasonOf(breaker)).toEqual({ type: 'cumulativeFailures', failures: 3, threshold: 3 })
  })

  it('of failures within a window forgets those exactly one window old (R12)', async () => {
    const { breaker, clock } = made({ failureThreshold: 3, failureWindow: '10s' })
    await fail(breaker)
    clock.advance(5_000)
    await fail(breaker)
    clock.advance(5_000)
    await fail(breaker)
    expect(breaker.state).toBe('closed')
    clock.advance(4_999)
    await fail(breaker)
    expect(await reasonOf(breaker)).toEqual({ type: 'failuresInWindow', failures: 3, threshold: 3, windowMs: 10_000 })
  })

  it('of failures within a window counts one that is 1 ms younger than the window (R12)', async () => {
    const { breaker, clock } = made({ failureThreshold: 2, failureWindow: '10s' })
    await fail(breaker)
    clock.advance(9_999)
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('of failures within a window is cleared by a success, unless it counts cumulatively (R12)', async () => {
    const policy = { failureThreshold: 2, failureWindow: '10s' } as const
    const cleared = made({ ...policy, counting: 'consecutive' }).breaker
    const kept = made({ ...policy, counting: 'cumulative' }).breaker
    for (const breaker of [cleared, kept]) {
      await fail(breaker)
      await succeed(breaker)
      await fail(breaker)
    }
    expect([cleared.state, kept.state]).toEqual(['closed', 'open'])
  })

  it('of a failure rate waits for minimumCalls, and fires at its threshold, not below (R12)', async () => {
    const failureRate = { threshold: 0.5, minimumCalls: 6, window: { calls: 10 } }
    const { breaker } = made({ failureThreshold: null, failureRate })
    await fail(breaker, 3)
    await succeedTimes(breaker, 2)
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.6 })
    await succeed(breaker)
    expect(breaker.state, 'fired at 3 of 6 by a success').toBe('open')
    expect(await reasonOf(breaker)).toEqual({ type: 'failureRate', rate: 0.5, threshold: 0.5, calls: 6 })
  })

  it('of a failure rate looks at the last N calls only (R12)', async () => {
    const failureRate = { threshold: 0.5, minimumCalls: 4, window: { calls: 4 } }
    const { breaker } = made({ failureThreshold: null, failureRate })
    await succeedTimes(breaker, 100)
    await fail(breaker)
    await succeedTimes(breaker, 3)
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.25 })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('of a failure rate over time forgets what is one window old, read or not (R12)', async () => {
    const failureRate = { threshold: 0.5, minimumCalls: 2, window: { time: '10s', buckets: 10 } } as const
    const { breaker, clock } = made({ failureThreshold: null, failureRate })
    await fail(breaker)
    clock.advance(9_999)
    expect(breaker.stats().failureRate).toBe(1)
    clock.advance(1)
    expect(breaker.stats().failureRate).toBeNull()
    await succeed(breaker)
    await succeed(breaker)
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 1 / 3 })
    await fail(breaker)
    expect(await reasonOf(breaker)).toEqual({ type: 'failureRate', rate: 0.5, threshold: 0.5, calls: 4 })
  })

  it('of a failure rate does not fire by the passing of time alone (R12)', async () => {
    const failureRate = { threshold: 0.6, minimumCalls: 1, window: { time: '10s' } } as const
    const { breaker, clock } = made({ failureThreshold: null, failureRate })
    await succeed(breaker)
    clock.advance(5_000)
    await fail(breaker)
    clock.advance(6_000)
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 1 })
  })

  it('of slow calls counts those slower than the limit, not as slow (R12)', async () => {
    const slowCalls = { slowerThan: '1s', threshold: 0.5, minimumCalls: 2, window: { calls: 10 } } as const
    const { breaker, clock } = made({ slowCalls })
    async function takeMs(durationMs: number) {
      const permit = breaker.tryAcquire()
      clock.advance(durationMs)
      permit?.success()
    }
    await takeMs(1_000)
    await takeMs(999)
    await takeMs(1_001)
    expect(breaker.stats()).toMatchObject({ state: 'closed', slowRate: 1 / 3, calls: { slow: 1 } })
    await takeMs(1_001)
    expect(await reasonOf(breaker)).toEqual({
      type: 'slowCallRate',
      rate: 0.5,
      threshold: 0.5,
      calls: 4,
      slowerThanMs: 1_000,
    })
  })

  it('of slow calls times calls by themselves, over time too (R12)', async () => {
    const slowCalls = { slowerThan: 100, threshold: 1, minimumCalls: 3, window: { time: '1m' } } as const
    const { breaker, clock } = made({ slowCalls })
    const slow = () => breaker.call(() => clock.advance(101))
    await slow()
    await slow()
    await slow()
    expect(breaker.state).toBe('open')
  })

  it('of slow calls over time forgets what is one window old, read or not (R12)', () => {
    const slowCalls = { slowerThan: 100, threshold: 1, minimumCalls: 5, window: { time: '10s', buckets: 10 } } as const
    const { breaker, clock } = made({ slowCalls })
    const permit = breaker.tryAcquire()
    clock.advance(500)
    permit?.success()
    clock.advance(9_499)
    expect(breaker.stats().slowRate).toBe(1)
    clock.advance(1)
    expect(breaker.stats().slowRate).toBeNull()
  })

  it('opens beside the others: whichever comes first (R12)', async () => {
    const failureRate = { threshold: 0.5, minimumCalls: 4, window: { calls: 10 } }
    const byCount = made({ failureThreshold: 3, failureRate }).breaker
    await fail(byCount, 3)
    expect(await reasonOf(byCount)).toMatchObject({ type: 'consecutiveFailures' })
    const byRate = made({ failureThreshold: 3, failureRate }).breaker
    for (let round = 0; round < 2; round++) {
      await succeed(byRate)
      await fail(byRate)
    }
    expect(await reasonOf(byRate)).toMatchObject({ type: 'failureRate' })
  })

  it('may be absent: then nothing but a command opens (R12)', async () => {
    const { breaker } = made({ failureThreshold: null })
    await fail(breaker, 100)
    expect(breaker.state).toBe('closed')
  })
})

describe('a reason', () => {
  it.each([null, undefined, 'tripped', {}, { type: 5 }])('is asked for where %j is described (R52)', (wrong) => {
    expect(thrownBy(() => describeReason(wrong as never))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('describeReason(reason): expected a reason: { type, … }, received'),
    })
  })

  it('is told in words, with its figures (R12)', () => {
    expect(
      [
        { type: 'consecutiveFailures', failures: 5, threshold: 5 } as const,
        { type: 'cumulativeFailures', failures: 5, threshold: 5 } as const,
        { type: 'failuresInWindow', failures: 5, threshold: 5, windowMs: 60_000 } as const,
        { type: 'failureRate', rate: 0.5, threshold: 0.333, calls: 10 } as const,
        { type: 'slowCallRate', rate: 1, threshold: 0.5, calls: 4, slowerThanMs: 100 } as const,
        { type: 'tripped', message: 'maintenance' } as const,
        { type: 'escalated', restarts: 3, withinMs: 5_000 } as const,
      ].map(describeReason),
    ).toEqual([
      '5 consecutive failures (threshold 5)',
      '5 failures since it closed (threshold 5)',
      '5 failures within 60000 ms (threshold 5)',
      'failure rate 50% over 10 calls (threshold 33.3%)',
      '100% of 4 calls slower than 100 ms (threshold 50%)',
      'tripped: maintenance',
      'its actor crashed more than 3 times within 5000 ms',
    ])
  })
})
