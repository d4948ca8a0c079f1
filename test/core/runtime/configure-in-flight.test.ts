import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/index.ts'
import { acquire, fail, hold, rejected, succeed } from '../../support/calls.ts'
import { BOTH_WAYS, EVERY_PATH, newBreaker } from '../../support/registries.ts'

describe.each(EVERY_PATH)('a policy changed under a call in flight, $path', ({ options }) => {
  it('dates the call when the new one has windows of time, by when it ended (R21)', async () => {
    const { breaker, registry, clock } = newBreaker({}, options)
    const calls = [hold(breaker), hold(breaker), hold(breaker)]
    clock.advance(500_000)
    registry.configure('a', {
      failureThreshold: 99,
      failureWindow: '1s',
      failureRate: { threshold: 0.9, minimumCalls: 2, window: { time: '10s' } },
      slowCalls: { slowerThan: '1h', threshold: 0.9, minimumCalls: 3, window: { time: '10s' } },
    })
    clock.advance(5_000)
    await calls[0]?.succeed()
    await calls[1]?.fail()
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.5, calls: { succeeded: 1, failed: 1 } })
    clock.advance(9_000)
    expect(breaker.stats().failureRate).toBe(0.5)
    clock.advance(1_000)
    expect(breaker.stats().failureRate).toBeNull()
    await calls[2]?.succeed()
    expect(breaker.stats()).toMatchObject({ failureRate: 0, calls: { late: 0 } })
  })

  it('opens by the new one’s rate, though it is a success that completes the minimum (R21)', async () => {
    const { breaker, registry } = newBreaker({}, options)
    const calls = [hold(breaker), hold(breaker)]
    registry.configure('a', { failureRate: { threshold: 0.5, minimumCalls: 2, window: { calls: 10 } } })
    await calls[0]?.fail()
    expect(breaker.state).toBe('closed')
    await calls[1]?.succeed()
    expect((await rejected(breaker)).reason).toEqual({ type: 'failureRate', rate: 0.5, threshold: 0.5, calls: 2 })
  })

  it('forgets the windows that the new one has not (R21)', async () => {
    const failureRate = { threshold: 0.5, minimumCalls: 2, window: { time: '10s' } } as const
    const { breaker, registry } = newBreaker({ failureRate }, options)
    const calls = [hold(breaker), hold(breaker)]
    registry.configure('a', { failureRate: null, failureThreshold: 2 })
    await calls[0]?.succeed()
    await calls[1]?.fail()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1, failureRate: null })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('has its classifier told what a call in flight came to, and how long it took if that was measured (R11, R21)', async () => {
    for (const [latencySampling, ms] of [
      [1, 250],
      [0, Number.NaN],
    ] as const) {
      const seen: Outcome[] = []
      const isFailure = (outcome: Outcome) => seen.push(outcome) < 0
      const policy = { latencySampling, isFailure: null, failureRate: { threshold: 1, window: { calls: 5 } } } as const
      for (const before of [policy, { ...policy, failureRate: null }]) {
        const { breaker, registry, clock } = newBreaker(before, options)
        const [value, error] = [hold(breaker), hold(breaker)]
        registry.configure('a', {
          ...before,
          isFailure,
          slowCalls: { slowerThan: '1s', threshold: 1, window: { calls: 5 } },
        })
        clock.advance(250)
        await value.succeed('ok')
        await error.fail('down')
        expect(seen.splice(0)).toEqual([
          { value: 'ok', durationMs: ms },
          { error: 'down', durationMs: ms },
        ])
        expect(breaker.stats().calls).toMatchObject({ succeeded: 2, slow: 0 })
      }
    }
  })

  it('judges the next call by the new one’s classifier (R21)', async () => {
    const { breaker, registry } = newBreaker({}, options)
    registry.configure('a', { isFailure: () => true, failureThreshold: 1 })
    await succeed(breaker)
    expect(breaker.state).toBe('open')
  })
})

describe.each(BOTH_WAYS)('a policy changed under a permit, $way', ({ folding }) => {
  it('finds no call slow whose length nobody has measured (R12, R21)', () => {
    const { breaker, registry, clock } = newBreaker({ latencySampling: 0 }, { folding })
    const permit = acquire(breaker)
    registry.configure('a', { slowCalls: { slowerThan: 1, threshold: 1, window: { calls: 5 } } })
    clock.advance(250)
    permit.success()
    expect(breaker.stats().calls).toMatchObject({ succeeded: 1, slow: 0 })
  })
})
