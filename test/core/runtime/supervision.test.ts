import { describe, expect, it } from 'vitest'
import { acquire, DOWN, errorOf, fail, hold, jobsDone, rejected, succeed } from '../../support/calls.ts'
import { CRASH, crash, createBreakableClock } from '../../support/crashes.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a breaker whose actor crashes, $way', ({ how }) => {
  it('goes on from its row: its evidence and counts are there (R30)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 3 }, how)
    const restarted = hear(registry, 'restarted')
    await succeed(breaker)
    await fail(breaker, 2)
    const { actor, generation } = breaker
    await crash(breaker)
    expect(breaker.actor).not.toBe(actor)
    expect(breaker.actor?.getSnapshot().status).toBe('active')
    expect(restarted).toEqual([
      { endpoint: 'a', error: CRASH, generation: breaker.generation, time: expect.any(Number) },
    ])
    expect(breaker.generation).toBeGreaterThan(generation)
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      consecutiveFailures: 2,
      calls: { allowed: 3, succeeded: 1, failed: 2 },
    })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('stays open for the remaining time (R30)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '30s' }, how)
    await fail(breaker)
    clock.advance(10_000)
    await crash(breaker)
    expect(clock.pending).toHaveLength(1)
    expect(await rejected(breaker)).toMatchObject({ retryAfterMs: 20_000, reason: { type: 'consecutiveFailures' } })
    clock.advance(19_999)
    expect(breaker.state).toBe('open')
    clock.advance(1)
    expect(breaker.state).toBe('halfOpen')
  })

  it('while its open time had passed in a stall probes at the next call (R30)', async () => {
    const { breaker, clock } = newBreaker({ successThreshold: 1 }, how)
    breaker.trip()
    clock.stall(30_000)
    await crash(breaker)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('keeps its windows (R30)', async () => {
    const failureRate = { threshold: 0.5, minimumCalls: 4, window: { time: '10s' } } as const
    const { breaker } = newBreaker({ failureRate }, how)
    await fail(breaker, 2)
    await crash(breaker)
    expect(breaker.stats().failureRate).toBe(1)
    await succeed(breaker)
    await succeed(breaker)
    expect(breaker.state).toBe('open')
  })

  it('half-open begins its trial anew, with every permit free and no timer left (R30)', async () => {
    const { breaker, clock } = newHalfOpen({ halfOpenMaxCalls: 2, successThreshold: 2 }, how)
    acquire(breaker).success()
    acquire(breaker)
    await crash(breaker)
    expect(breaker.state).toBe('halfOpen')
    expect(clock.pending).toEqual([])
    const permits = [acquire(breaker), acquire(breaker)]
    expect(breaker.allows()).toBe(false)
    for (const permit of permits) permit.success()
    expect(breaker.state).toBe('closed')
  })

  it('stays forced open or disabled (R30)', async () => {
    for (const command of ['isolate', 'disable'] as const) {
      const { breaker } = newBreaker({}, how)
      breaker[command]()
      const { state } = breaker
      await crash(breaker)
      expect(breaker.state).toBe(state)
      breaker.enable()
      expect(breaker.state).toBe('closed')
    }
  })

  it('keeps its policy, configured or not (R30)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 9 }, how)
    registry.configure('a', { failureThreshold: 1 })
    await crash(breaker)
    expect(breaker.policy.failureThreshold).toBe(1)
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('touches no sibling and not the registry (R32)', async () => {
    const { breaker, registry, clock } = newBreaker({}, how)
    const sibling = registry.breaker('b')
    sibling.trip()
    const { actor } = sibling
    const before = sibling.stats()
    await crash(breaker, 4)
    expect(sibling.actor).toBe(actor)
    expect(sibling.stats()).toEqual(before)
    expect(registry.actor.getSnapshot().status).toBe('active')
    clock.advance(30_000)
    expect(sibling.state).toBe('halfOpen')
  })

  it('touches no caller: a call in flight gets its own outcome (R32)', async () => {
    const { breaker } = newBreaker({}, how)
    const [success, failure] = [hold(breaker), hold(breaker)]
    await crash(breaker)
    await success.succeed('done')
    await failure.fail()
    await expect(success.ended).resolves.toBe('done')
    await expect(failure.ended).rejects.toBe(DOWN)
  })

  it('need not be blamed on a clock that sets no timer: that is reported, and who calls is told what is due (R32)', async () => {
    const clock = createBreakableClock()
    const { breaker, registry } = newBreaker({ failureThreshold: 1, successThreshold: 1 }, { ...how, clock })
    const [restarted, errors] = [hear(registry, 'restarted'), hear(registry, 'error')]
    clock.broken = true
    expect(await errorOf(breaker.call(() => Promise.reject(DOWN)))).toBe(DOWN)
    await jobsDone()
    expect(errors).toContainEqual({ source: 'clock', error: CRASH })
    expect(restarted).toEqual([])
    expect(breaker.state).toBe('open')
    clock.advance(30_000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    clock.broken = false
    breaker.trip()
    clock.advance(30_000)
    expect(hear(registry, 'transition'), 'and then its timers are set again').toEqual([])
    expect(breaker.actor?.getSnapshot().value).toBe('halfOpen')
  })
})
