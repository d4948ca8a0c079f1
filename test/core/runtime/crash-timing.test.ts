// Crashes that come when something else is going on.
import { describe, expect, it } from 'vitest'
import type { Breaker, BreakerOpenError } from '../../../src/index.ts'
import { acquire, fail, rejected, succeed } from '../../support/calls.ts'
import { CRASH, crash } from '../../support/crashes.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

function sendCrash(breaker: Breaker): void {
  breaker.actor?.send({ type: 'xstate.error.actor.x', error: CRASH } as never)
}

describe.each(EVERY_WAY)('a crash, $way', ({ how }) => {
  it('of an actor that has been replaced is no crash of its successor (R31)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const restarted = hear(registry, 'restarted')
    const first = breaker.actor
    await crash(breaker)
    const { actor, generation } = breaker
    first?.send({ type: 'xstate.error.actor.x', error: CRASH } as never)
    expect([breaker.actor === actor, breaker.generation, restarted.length]).toEqual([true, generation, 1])
  })

  it('of a breaker that was deleted in the same breath does not restart the next of its name (R22, R31)', () => {
    const { breaker, registry } = newBreaker({}, how)
    const restarted = hear(registry, 'restarted')
    registry.on('transition', ({ to }) => {
      if (to !== 'open') return
      sendCrash(breaker)
      registry.delete('a')
      registry.breaker('a').isolate()
    })
    breaker.trip()
    const next = registry.breaker('a')
    expect([next.state, restarted.length]).toEqual(['forcedOpen', 1])
    expect(next.actor?.getSnapshot()).toMatchObject({ status: 'active', value: 'forcedOpen' })
  })

  it('of one that is parked parks it no second time: nobody is told twice (R31)', async () => {
    const { breaker, registry } = newBreaker({}, { ...how, supervision: { maxRestarts: 1 } })
    const [escalated, transitions] = [hear(registry, 'escalated'), hear(registry, 'transition')]
    await crash(breaker, 2)
    expect([breaker.state, escalated.length, transitions.length]).toEqual(['disabled', 1, 1])
    const { generation } = breaker
    sendCrash(breaker)
    expect([breaker.state, breaker.generation, escalated.length, transitions.length]).toEqual([
      'disabled',
      generation,
      1,
      1,
    ])
  })

  it('that parks in disabled is met by a call that is admitted, though it came to an open breaker (R31)', async () => {
    const { breaker, clock, registry } = newBreaker({}, { ...how, supervision: { maxRestarts: 0 } })
    breaker.trip()
    clock.stall(30_000)
    // The clock is read on the way to the permit, and by then the actor has crashed.
    let isArmed = true
    const { now } = clock
    clock.now = () => {
      if (isArmed) {
        isArmed = false
        sendCrash(breaker)
      }
      return now()
    }
    expect(await succeed(breaker)).toBe('ok')
    expect(breaker.stats()).toMatchObject({ state: 'disabled', calls: { allowed: 1, rejected: 0, succeeded: 1 } })
    expect(hear(registry, 'error')).toEqual([])
  })

  it('between two probes costs no permit (R03)', async () => {
    const { breaker, clock } = newHalfOpen({ halfOpenMaxCalls: 2, successThreshold: 2 }, how)
    acquire(breaker)
    await crash(breaker)
    const permits = [acquire(breaker), acquire(breaker)]
    expect(breaker.allows()).toBe(false)
    for (const permit of permits) permit.success()
    expect([breaker.state, clock.pending]).toEqual(['closed', []])
  })

  it('leaves the trigger that comes next its evidence (R30)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 }, how)
    await fail(breaker, 1)
    await crash(breaker)
    await fail(breaker, 1)
    await crash(breaker)
    expect(breaker.state).toBe('closed')
    await fail(breaker, 1)
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { failed: 3 } })
  })
})

describe.each(EVERY_WAY)('a call in the turn of another breaker’s actor, $way', ({ how }) => {
  it('is rejected, to come again at once, and leaves no permit behind: a clock that calls when it is read (R02, R03)', async () => {
    const { breaker, clock, registry } = newHalfOpen({ successThreshold: 1_000 }, how)
    const restarted = hear(registry, 'restarted')
    const rejections: Promise<BreakerOpenError>[] = []
    const { now } = clock
    let isAsking = false
    clock.now = () => {
      if (!isAsking) {
        isAsking = true
        const permit = breaker.tryAcquire()
        permit?.ignore()
        if (permit === undefined) rejections.push(rejected(breaker))
        isAsking = false
      }
      return now()
    }
    // An actor that is started reads the clock in its turn.
    expect(registry.breaker('b').actor).not.toBeNull()
    clock.now = now
    const waits = (await Promise.all(rejections)).map(({ retryAfterMs }) => retryAfterMs)
    expect(new Set(waits)).toEqual(new Set([1]))
    expect(breaker.allows(), 'no permit is held by nobody').toBe(true)
    expect([breaker.state, clock.pending, restarted]).toEqual(['halfOpen', [], []])
  })
})
