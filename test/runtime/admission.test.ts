import { describe, expect, it } from 'vitest'
import { acquire, hold, rejected, succeed } from '../support/calls.ts'
import { EVERY_WAY, hear, newBreaker } from '../support/registries.ts'

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
    let readings = 0
    const { now } = clock
    clock.now = () => {
      readings++
      return now()
    }
    expect((await rejected(breaker)).retryAfterMs).toBeUndefined()
    expect(readings).toBe(0)
  })
})
