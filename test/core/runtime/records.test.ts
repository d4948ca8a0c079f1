import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/index.ts'
import { acquire } from '../../support/calls.ts'
import { EVERY_WAY, newBreaker, newHalfOpen } from '../../support/registries.ts'

describe.each(EVERY_WAY)('an outcome reported without a permit, $way', ({ how }) => {
  it('opens a closed breaker at the threshold, as a call would (R11b)', () => {
    const { breaker } = newBreaker({ failureThreshold: 3 }, how)
    for (let failure = 1; failure <= 2; failure++) breaker.recordFailure()
    expect(breaker.state).toBe('closed')
    breaker.recordFailure(new Error('down'))
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { allowed: 0, failed: 3 } })
  })

  it('that is a success clears consecutive failures (R11b)', () => {
    const { breaker } = newBreaker({ failureThreshold: 2 }, how)
    breaker.recordFailure()
    breaker.recordSuccess()
    breaker.recordFailure()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1, calls: { succeeded: 1 } })
  })

  it('counts as a probe’s while half-open, and frees no permit of a probe (R11b)', () => {
    const { breaker } = newHalfOpen({ successThreshold: 2 }, how)
    const probe = acquire(breaker)
    breaker.recordSuccess()
    expect(breaker.state).toBe('halfOpen')
    expect(breaker.allows()).toBe(false)
    breaker.recordSuccess()
    expect(breaker.state).toBe('closed')
    probe.failure()
    expect(breaker.stats().calls).toMatchObject({ failed: 0, late: 1 })
  })

  it('reopens a half-open breaker when it is a failure (R11b)', () => {
    const { breaker } = newHalfOpen({}, how)
    breaker.recordFailure()
    expect(breaker.state).toBe('open')
  })

  it('belongs to the generation of its report, so it is never late (R11b)', () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, how)
    breaker.reset()
    breaker.recordFailure()
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { failed: 1, late: 0 } })
  })

  it('changes no state while open, forced open or disabled, but counts (R11b)', () => {
    for (const command of ['trip', 'isolate', 'disable'] as const) {
      const { breaker } = newBreaker({ failureThreshold: 1 }, how)
      breaker[command]()
      const { state } = breaker
      breaker.recordFailure()
      breaker.recordSuccess()
      expect(breaker.stats()).toMatchObject({ state, calls: { succeeded: 1, failed: 1, late: 0 } })
    }
  })

  it('carries its duration to the slow-call rule (R11b)', () => {
    const slowCalls = { slowerThan: '1s', threshold: 0.5, minimumCalls: 4, window: { calls: 4 } } as const
    const { breaker } = newBreaker({ slowCalls }, how)
    breaker.recordSuccess(0)
    breaker.recordSuccess(1_000)
    breaker.recordFailure(undefined, 1_001)
    expect(breaker.stats()).toMatchObject({ state: 'closed', slowRate: 1 / 3, calls: { slow: 1 } })
    breaker.recordSuccess(5_000)
    expect(breaker.state).toBe('open')
  })

  it('is judged by the classifiers when its error is given, not without (R11b)', () => {
    const seen: Outcome[] = []
    const ignore = (outcome: Outcome) => seen.push(outcome) > 0
    const { breaker } = newBreaker({ ignore, failureThreshold: 1 }, how)
    breaker.recordFailure('cancelled', 5)
    expect(seen).toEqual([{ error: 'cancelled', durationMs: 5 }])
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { ignored: 1 } })
    breaker.recordFailure()
    expect(breaker.state).toBe('open')
  })

  it('counts as a probe’s after a stall past the deadline, not as one of the open time (R05)', () => {
    const { breaker, clock } = newBreaker({ successThreshold: 1 }, how)
    breaker.trip()
    clock.stall(30_000)
    breaker.recordSuccess()
    expect(breaker.state).toBe('closed')
  })

  it('extends the open time when that counts from the last failure, and only for a failure (R11b)', () => {
    const { breaker, clock } = newBreaker({ openTimeoutFrom: 'lastFailure', openTimeout: '30s' }, how)
    breaker.trip()
    const { generation } = breaker
    clock.advance(20_000)
    breaker.recordSuccess()
    expect(breaker.stats().retryAfterMs).toBe(10_000)
    breaker.recordFailure()
    expect(breaker.stats()).toMatchObject({ state: 'open', generation, retryAfterMs: 30_000 })
    expect(clock.pending).toHaveLength(1)
    clock.advance(29_999)
    expect(breaker.state).toBe('open')
    clock.advance(1)
    expect(breaker.state).toBe('halfOpen')
  })
})
