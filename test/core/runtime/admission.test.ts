import { describe, expect, it } from 'vitest'
import type { VirtualClock } from '../../../src/testing/index.ts'
import { acquire, fail, hold, rejected, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker } from '../../support/registries.ts'

/** Counts how often the clock is read from now on. */
function readingsOf(clock: VirtualClock): () => number {
  const { now } = clock
  let readings = 0
  clock.now = () => {
    readings++
    return now()
  }
  return () => readings
}

describe.each(EVERY_WAY)('a call that ends a stall, $way', ({ how }) => {
  for (const command of ['reset', 'disable'] as const) {
    it(`is admitted when a listener of what was overdue says ${command} (R01, R08)`, async () => {
      const { breaker, clock, registry } = newBreaker({}, how)
      registry.on('transition', ({ to }) => {
        if (to === 'halfOpen') breaker[command]()
      })
      breaker.trip()
      const heard = hear(registry, 'rejected')
      clock.stall(30_000)
      expect(await succeed(breaker)).toBe('ok')
      expect(breaker.stats().calls).toMatchObject({ allowed: 1, rejected: 0, succeeded: 1, late: 0 })
      expect(heard).toEqual([])
    })
  }
})

describe('an admission', () => {
  it('of a closed breaker starts no actor, of a call and of a permit (R01)', async () => {
    const { breaker, registry } = newBreaker({ isFailure: () => undefined })
    let turns = 0
    registry.actor.subscribe(() => {
      turns++
    })
    acquire(breaker).success()
    await hold(breaker).succeed()
    expect(turns, 'of the supervisor').toBe(0)
    breaker.trip()
    expect(turns).toBe(1)
  })

  it('that is refused by a breaker that is forced open reads no clock: nobody knows for how long (R02, R08)', async () => {
    const { breaker, clock } = newBreaker()
    breaker.isolate()
    const readings = readingsOf(clock)
    expect((await rejected(breaker)).retryAfterMs).toBeUndefined()
    expect(breaker.state).toBe('forcedOpen')
    expect(readings()).toBe(0)
  })

  it('by a breaker that is disabled or closed reads no clock where no rule asks for the time, but for when the last failure was (R01, R62)', async () => {
    for (const command of ['disable', 'reset'] as const) {
      const { breaker, clock } = newBreaker({ latencySampling: 0 })
      breaker[command]()
      const readings = readingsOf(clock)
      await succeed(breaker)
      await fail(breaker)
      acquire(breaker).failure()
      breaker.recordFailure()
      expect(breaker.allows()).toBe(true)
      expect(breaker.stats().calls).toMatchObject({ succeeded: 1, failed: 3 })
      expect(readings(), `${command}: that of stats(), and of each failure`).toBe(1 + 3)
    }
  })
})
