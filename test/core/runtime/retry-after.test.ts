import { describe, expect, it } from 'vitest'
import type { BreakerOpenError, RegistrySnapshot } from '../../../src/index.ts'
import { acquire, errorOf, rejected } from '../../support/calls.ts'
import { EVERY_WAY, newBreaker, newHalfOpen, newRegistry, START } from '../../support/registries.ts'

describe.each(EVERY_WAY)('how long to wait, $way', ({ how }) => {
  it('is until the oldest probe must have reported, not the newest (R02)', async () => {
    const { breaker, clock } = newHalfOpen({ halfOpenMaxCalls: 3, probeTimeout: '10s' }, how)
    acquire(breaker)
    clock.advance(2_000)
    acquire(breaker)
    clock.advance(3_000)
    acquire(breaker)
    expect(breaker.stats().retryAfterMs).toBe(5_000)
    expect(await rejected(breaker)).toMatchObject({ retryAfterMs: 5_000 })
  })

  it('is never longer than the open time, however long a probe may take (R02)', async () => {
    const { breaker } = newHalfOpen({ openTimeout: '5s', probeTimeout: '1m' }, how)
    acquire(breaker)
    expect(breaker.stats().retryAfterMs).toBe(5_000)
    expect(await rejected(breaker)).toMatchObject({ retryAfterMs: 5_000 })
  })

  it('is above 0 for whoever comes while the last permit is being taken (R02)', async () => {
    const { breaker, registry } = newHalfOpen({ probeTimeout: '10s' }, how)
    const errors: Promise<unknown>[] = []
    registry.on('probe', () => errors.push(errorOf(breaker.call(() => 'never'))))
    acquire(breaker)
    const [error] = (await Promise.all(errors)) as BreakerOpenError[]
    expect(error).toMatchObject({ state: 'halfOpen', retryAfterMs: 10_000 })
  })

  it('is nothing, not less than nothing, where the clock is past the deadline in a stall (R02)', () => {
    const { breaker, clock } = newBreaker({ openTimeout: '5s' }, how)
    breaker.trip()
    clock.stall(9_000)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', retryAfterMs: null })
    acquire(breaker)
    clock.stall(29_999.5)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', retryAfterMs: 1 })
  })

  it('is in whole milliseconds, rounded up, but no longer than the open time itself (R02)', async () => {
    const { breaker, clock } = newBreaker({ openTimeout: 1_000.5 }, how)
    breaker.trip()
    expect(await rejected(breaker)).toMatchObject({ retryAfterMs: 1_000.5 })
    clock.advance(0.25)
    expect(await rejected(breaker)).toMatchObject({ retryAfterMs: 1_000.5 })
    clock.advance(1)
    expect(await rejected(breaker)).toMatchObject({ retryAfterMs: 1_000 })
  })

  it('grows with a failure of the open time, when it opened does not move (R11b)', () => {
    const { breaker, clock, registry } = newBreaker({ openTimeoutFrom: 'lastFailure', openTimeout: '5s' }, how)
    breaker.trip()
    clock.advance(3_000)
    breaker.recordFailure()
    expect(breaker.stats()).toMatchObject({ openedAt: START, retryAfterMs: 5_000 })
    expect(registry.snapshot().breakers[0]).toMatchObject({ openForMs: 3_000, remainingMs: 5_000 })
  })

  it('is nothing for one that is not open, whatever a snapshot says of the time that remains (R02, R25)', () => {
    const before = newBreaker({}, how)
    before.breaker.trip()
    const [open] = before.registry.snapshot().breakers
    for (const state of ['closed', 'halfOpen', 'forcedOpen', 'disabled'] as const) {
      const snapshot = { version: 1, breakers: [{ ...open, state }] } as RegistrySnapshot
      const { registry } = newRegistry({ ...how, snapshot })
      expect(registry.breaker('a').stats(), state).toMatchObject({ state, retryAfterMs: null })
    }
  })

  it('is unknown to one that is forced open, and so to the error (R08)', async () => {
    const { breaker } = newBreaker({}, how)
    breaker.isolate()
    expect(breaker.stats().retryAfterMs).toBeNull()
    expect((await rejected(breaker)).retryAfterMs).toBeUndefined()
  })
})
