import { describe, expect, it } from 'vitest'
import { acquire, DOWN, errorOf, fail, hold, jobsDone, rejected, succeed } from './support/calls.ts'
import { CRASH, crash, createBreakableClock } from './support/crashes.ts'
import { BOTH_WAYS, hear, newBreaker, newHalfOpen } from './support/registries.ts'

describe.each(BOTH_WAYS)('a breaker whose actor crashes, $way', ({ folding }) => {
  it('goes on from its row: its evidence and counts are there (R30)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 3 }, { folding })
    const restarted = hear(registry, 'restarted')
    await succeed(breaker)
    await fail(breaker, 2)
    const { actor, generation } = breaker
    await crash(breaker)
    expect(breaker.actor).not.toBe(actor)
    expect(breaker.actor?.getSnapshot().status).toBe('active')
    expect(restarted).toEqual([{ endpoint: 'a', error: CRASH, generation: breaker.generation }])
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
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '30s' }, { folding })
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
    const { breaker, clock } = newBreaker({ successThreshold: 1 }, { folding })
    breaker.trip()
    clock.stall(30_000)
    await crash(breaker)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('keeps its windows (R30)', async () => {
    const failureRate = { threshold: 0.5, minimumCalls: 4, window: { time: '10s' } } as const
    const { breaker } = newBreaker({ failureRate }, { folding })
    await fail(breaker, 2)
    await crash(breaker)
    expect(breaker.stats().failureRate).toBe(1)
    await succeed(breaker)
    await succeed(breaker)
    expect(breaker.state).toBe('open')
  })

  it('half-open begins its trial anew, with every permit free and no timer left (R30)', async () => {
    const { breaker, clock } = newHalfOpen({ halfOpenMaxCalls: 2, successThreshold: 2 }, { folding })
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
      const { breaker } = newBreaker({}, { folding })
      breaker[command]()
      const { state } = breaker
      await crash(breaker)
      expect(breaker.state).toBe(state)
      breaker.enable()
      expect(breaker.state).toBe('closed')
    }
  })

  it('keeps its policy, configured or not (R30)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 9 }, { folding })
    registry.configure('a', { failureThreshold: 1 })
    await crash(breaker)
    expect(breaker.policy.failureThreshold).toBe(1)
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('touches no sibling and not the registry (R32)', async () => {
    const { breaker, registry, clock } = newBreaker({}, { folding })
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
    const { breaker } = newBreaker({}, { folding })
    const [success, failure] = [hold(breaker), hold(breaker)]
    await crash(breaker)
    await success.succeed('done')
    await failure.fail()
    await expect(success.ended).resolves.toBe('done')
    await expect(failure.ended).rejects.toBe(DOWN)
  })

  it('because its clock sets no timer reaches no caller either (R32)', async () => {
    const clock = createBreakableClock()
    const { breaker, registry } = newBreaker({ failureThreshold: 1 }, { folding, clock })
    const [restarted, escalated] = [hear(registry, 'restarted'), hear(registry, 'escalated')]
    clock.broken = true
    expect(await errorOf(breaker.call(() => Promise.reject(DOWN)))).toBe(DOWN)
    breaker.trip()
    await jobsDone()
    expect(restarted.length + escalated.length).toBeGreaterThan(0)
    clock.broken = false
    breaker.reset()
    breaker.trip()
    expect(breaker.state).toBe('open')
  })
})

describe.each(BOTH_WAYS)('a breaker that crashes too often, $way', ({ folding }) => {
  it('is parked in disabled at the fourth crash within 5 s, not at the third (R31)', async () => {
    const { breaker, registry } = newBreaker({}, { folding })
    const [escalated, transitions] = [hear(registry, 'escalated'), hear(registry, 'transition')]
    breaker.trip()
    await crash(breaker, 3)
    expect(breaker.state).toBe('open')
    expect(escalated).toEqual([])
    await crash(breaker)
    expect(breaker.state).toBe('disabled')
    expect(escalated).toEqual([{ endpoint: 'a', error: CRASH, state: 'disabled' }])
    expect(transitions.at(-1)).toMatchObject({ to: 'disabled', reason: { type: 'escalated', restarts: 3 } })
    expect(await succeed(breaker)).toBe('ok')
  })

  it('within another time by the registry’s options: one exactly that old no longer counts (R31)', async () => {
    const supervision = { maxRestarts: 1, withinMs: '1s' } as const
    for (const [pause, state] of [
      [999, 'disabled'],
      [1_000, 'closed'],
    ] as const) {
      const { breaker, clock } = newBreaker({}, { folding, supervision })
      await crash(breaker)
      clock.advance(pause)
      await crash(breaker)
      expect(breaker.state, `after ${pause} ms`).toBe(state)
    }
  })

  it('is parked in forcedOpen where the options say so (R31)', async () => {
    const supervision = { maxRestarts: 0, onEscalation: 'forcedOpen' } as const
    const { breaker, clock } = newBreaker({}, { folding, supervision })
    breaker.trip()
    await crash(breaker)
    const error = await rejected(breaker)
    expect(error).toMatchObject({ state: 'forcedOpen', reason: { type: 'escalated', restarts: 0, withinMs: 5_000 } })
    expect(clock.pending).toEqual([])
    clock.advance(10 ** 9)
    expect(breaker.state).toBe('forcedOpen')
  })

  it('waits for an operator: enable closes it, and it works again (R31)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1 }, { folding })
    await crash(breaker, 4)
    clock.advance(5_000)
    breaker.enable()
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
    clock.advance(30_000)
    expect(breaker.state).toBe('halfOpen')
  })

  it('and even while parked, still admits, and still obeys an operator (R31)', async () => {
    for (const crashes of [5, 6, 9, 20]) {
      const { breaker, registry } = newBreaker({ failureThreshold: 1 }, { folding })
      await crash(breaker, crashes)
      expect(registry.actor.getSnapshot().status).toBe('active')
      expect(breaker.state, `${crashes} crashes`).toBe('disabled')
      expect(await succeed(breaker)).toBe('ok')
      breaker.enable()
      expect(breaker.state, `enabled after ${crashes} crashes`).toBe('closed')
      await fail(breaker)
      expect(breaker.state).toBe('open')
    }
  })

  it('is one of many: each has its own count (R31)', async () => {
    const { breaker, registry } = newBreaker({}, { folding })
    const other = registry.breaker('b')
    for (let round = 0; round < 3; round++) {
      await crash(breaker)
      await crash(other)
    }
    expect([breaker.state, other.state]).toEqual(['closed', 'closed'])
  })

  it('makes every call of before late (R06)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, { folding })
    const call = hold(breaker)
    await crash(breaker, 4)
    await call.fail()
    expect(breaker.stats().calls).toMatchObject({ failed: 0, late: 1 })
  })
})
