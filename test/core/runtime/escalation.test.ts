import { describe, expect, it } from 'vitest'
import { fail, hold, rejected, succeed } from '../../support/calls.ts'
import { CRASH, crash } from '../../support/crashes.ts'
import { EVERY_WAY, hear, newBreaker, START } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a breaker that crashes too often, $way', ({ how }) => {
  it('is parked in disabled at the fourth crash within 5 s, not at the third (R31)', async () => {
    const { breaker, clock, registry } = newBreaker({}, how)
    const [escalated, transitions] = [hear(registry, 'escalated'), hear(registry, 'transition')]
    breaker.trip()
    clock.advance(500)
    await crash(breaker, 3)
    expect(breaker.state).toBe('open')
    expect(escalated).toEqual([])
    await crash(breaker)
    expect(breaker.state).toBe('disabled')
    expect(escalated).toEqual([{ endpoint: 'a', error: CRASH, state: 'disabled', time: expect.any(Number) }])
    expect(transitions.at(-1)).toMatchObject({
      to: 'disabled',
      reason: { type: 'escalated', restarts: 3 },
      at: START + 500,
    })
    expect(await succeed(breaker)).toBe('ok')
  })

  it('within another time by the registry’s options: one exactly that old no longer counts (R31)', async () => {
    const supervision = { maxRestarts: 1, withinMs: '1s' } as const
    for (const [pause, state] of [
      [999, 'disabled'],
      [1_000, 'closed'],
    ] as const) {
      const { breaker, clock } = newBreaker({}, { ...how, supervision })
      await crash(breaker)
      clock.advance(pause)
      await crash(breaker)
      expect(breaker.state, `after ${pause} ms`).toBe(state)
    }
  })

  it('is parked in forcedOpen where the options say so (R31)', async () => {
    const supervision = { maxRestarts: 0, onEscalation: 'forcedOpen' } as const
    const { breaker, clock } = newBreaker({}, { ...how, supervision })
    breaker.trip()
    await crash(breaker)
    const error = await rejected(breaker)
    expect(error).toMatchObject({ state: 'forcedOpen', reason: { type: 'escalated', restarts: 0, withinMs: 5_000 } })
    expect(clock.pending).toEqual([])
    clock.advance(10 ** 9)
    expect(breaker.state).toBe('forcedOpen')
  })

  it('waits for an operator: enable closes it, and it works again (R31)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1 }, how)
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
      const { breaker, registry } = newBreaker({ failureThreshold: 1 }, how)
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
    const { breaker, registry } = newBreaker({}, how)
    const other = registry.breaker('b')
    for (let round = 0; round < 3; round++) {
      await crash(breaker)
      await crash(other)
    }
    expect([breaker.state, other.state]).toEqual(['closed', 'closed'])
  })

  it('makes every call of before late (R06)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, how)
    const call = hold(breaker)
    await crash(breaker, 4)
    await call.fail()
    expect(breaker.stats().calls).toMatchObject({ failed: 0, late: 1 })
  })
})
