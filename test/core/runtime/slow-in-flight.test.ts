import { describe, expect, it } from 'vitest'
import type { PolicyOptions } from '../../../src/index.ts'
import { acquire, hold, jobsDone, rejected, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker } from '../../support/registries.ts'

const slowCalls = { slowerThan: 100, threshold: 0.5, minimumCalls: 4, window: { calls: 10 } }
const HANGING: PolicyOptions = { failureThreshold: null, slowCalls }

describe.each(EVERY_WAY)('calls in flight under a rule for slow calls, $way', ({ how }) => {
  it('open a breaker before they end when all of them hang (R12)', async () => {
    const { breaker, clock, registry } = newBreaker(HANGING, how)
    const transitions = hear(registry, 'transition')
    const calls = [1, 2, 3, 4].map(() => hold(breaker))
    clock.advance(100)
    // A call of exactly that length is not slow.
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { slow: 0 } })
    clock.advance(1)
    expect(transitions).toMatchObject([{ to: 'open', reason: { type: 'slowCallRate', rate: 1, calls: 4 } }])
    expect(breaker.stats().calls).toMatchObject({ slow: 4, succeeded: 0 })
    expect(await rejected(breaker)).toMatchObject({ code: 'BREAKER_OPEN' })
    for (const call of calls) await call.succeed()
    expect(breaker.stats().calls).toMatchObject({ slow: 4, late: 4 })
  })

  it('count once: not again when they end, whatever they come to (R12)', async () => {
    const { breaker, clock } = newBreaker({ ...HANGING, slowCalls: { ...slowCalls, minimumCalls: 10 } }, how)
    const calls = [1, 2, 3].map(() => hold(breaker))
    clock.advance(500)
    expect(breaker.evidence().slowCalls).toMatchObject({ calls: 3, marked: 3 })
    await calls[0]?.succeed()
    await calls[1]?.fail()
    expect(breaker.evidence().slowCalls).toMatchObject({ calls: 3, marked: 3 })
    await succeed(breaker)
    expect(breaker.evidence().slowCalls).toMatchObject({ calls: 4, marked: 3 })
    expect(breaker.stats().calls).toMatchObject({ slow: 3, succeeded: 2, failed: 1 })
    await calls[2]?.succeed()
    expect(breaker.stats().calls).toMatchObject({ slow: 3, succeeded: 3 })
  })

  it('count when they become slow one after another, and those that end in time do not (R12)', async () => {
    const { breaker, clock } = newBreaker({ ...HANGING, slowCalls: { ...slowCalls, minimumCalls: 10 } }, how)
    const first = hold(breaker)
    clock.advance(50)
    const second = hold(breaker)
    clock.advance(40)
    await first.succeed()
    clock.advance(60)
    expect(breaker.stats().calls.slow).toBe(0)
    clock.advance(1)
    expect(breaker.stats().calls.slow).toBe(1)
    await second.succeed()
    expect(breaker.evidence().slowCalls).toMatchObject({ calls: 2, marked: 1 })
  })

  it('count of permits, too, once each, though nobody ever reports them (R12)', () => {
    const { breaker, clock } = newBreaker(HANGING, how)
    for (let permit = 0; permit < 3; permit++) acquire(breaker)
    clock.advance(101)
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { slow: 3 } })
    acquire(breaker)
    clock.advance(101)
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { slow: 4 } })
    expect(breaker.stats().reason).toMatchObject({ type: 'slowCallRate', calls: 4 })
  })

  it('count after a stall at the time at which they became slow, before what comes next (R05, R12)', async () => {
    const { breaker, clock, registry } = newBreaker(HANGING, how)
    const transitions = hear(registry, 'transition')
    for (let call = 0; call < 4; call++) hold(breaker)
    const begun = registry.now()
    clock.stall(1_000)
    expect(await rejected(breaker)).toMatchObject({ state: 'open' })
    expect(transitions).toMatchObject([{ to: 'open', at: begun + 101 }])
  })

  it('of an earlier generation, or of a breaker that is half-open or disabled, do not count (R06)', async () => {
    const { breaker, clock } = newBreaker(HANGING, how)
    for (let call = 0; call < 4; call++) hold(breaker)
    breaker.reset()
    clock.advance(500)
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { slow: 0 } })
    breaker.disable()
    for (let call = 0; call < 4; call++) hold(breaker)
    clock.advance(500)
    expect(breaker.stats()).toMatchObject({ state: 'disabled', calls: { slow: 0 } })
    await jobsDone()
  })

  it('follow a policy that changes: by the new time from then on, and by none where there is no rule any more (R21)', () => {
    const { breaker, clock, registry } = newBreaker(HANGING, how)
    for (let call = 0; call < 3; call++) hold(breaker)
    clock.advance(60)
    registry.configure('a', { ...HANGING, slowCalls: { ...slowCalls, slowerThan: 50 } })
    expect(breaker.stats().calls.slow).toBe(3)
    registry.configure('a', { failureThreshold: null })
    hold(breaker)
    registry.configure('a', HANGING)
    clock.advance(1_000)
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { slow: 3 } })
  })

  it('leave no timer behind once the breaker is deleted, or its registry closed (R33)', () => {
    const { breaker, clock, registry } = newBreaker(HANGING, how)
    hold(breaker)
    expect(clock.pending).toHaveLength(1)
    registry.delete('a')
    expect(clock.pending).toEqual([])
    hold(breaker)
    void registry.close()
    expect(clock.pending).toEqual([])
  })

  it('have one timer between them, however many they are (R13)', async () => {
    const { breaker, clock } = newBreaker({ ...HANGING, slowCalls: { ...slowCalls, minimumCalls: 10 } }, how)
    const calls = Array.from({ length: 1_000 }, () => hold(breaker))
    expect(clock.pending).toHaveLength(1)
    for (const call of calls) await call.succeed()
    clock.advance(101)
    expect(clock.pending).toEqual([])
  })
})
