import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { fail, hold } from '../../support/calls.ts'
import { EVERY_PATH, EVERY_WAY, hear, newBreaker, START } from '../../support/registries.ts'

describe.each(EVERY_PATH)('a breaker that waits for its turn to be reset, $path', ({ options }) => {
  /** The clock moves with each reading, so that one bucket holds few breakers: the last one's turn has not come. */
  async function waiting() {
    const clock = createVirtualClock()
    const { now } = clock
    const registry = createRegistry({ clock, ...options })
    const breakers = Array.from({ length: 100 }, (_, index) => registry.breaker(`${index}`))
    const breaker = registry.breaker('last')
    await fail(breaker)
    const before = hold(breaker)
    clock.now = () => {
      clock.stall(1)
      return now()
    }
    return { before, breaker, breakers, clock, now, registry }
  }

  it('takes a call as one that was reset: its failure is the first, and not late (R06, R08)', async () => {
    const { before, breaker, clock, now, registry } = await waiting()
    const { generation } = breaker
    const late = hear(registry, 'late')
    const done = registry.resetAll()
    const call = hold(breaker)
    expect(call.context?.generation).toBe(generation + 1)
    await call.fail()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1, calls: { failed: 2, late: 0 } })
    await before.fail()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1, calls: { failed: 2, late: 1 } })
    expect(late).toMatchObject([{ admittedIn: generation }])
    clock.now = now
    while (clock.advanceToNext());
    await done
    expect(breaker.stats()).toMatchObject({ generation: generation + 1, consecutiveFailures: 1 })
  })

  it('is reset once for each time it was asked, and all are in the end (R20)', async () => {
    const { breaker, breakers, clock, now, registry } = await waiting()
    const done = [registry.resetAll(), registry.resetAll()]
    clock.now = now
    while (clock.advanceToNext());
    await Promise.all(done)
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 0 })
    for (const other of breakers) expect(other.generation).toBeGreaterThanOrEqual(1)
  })
})

describe.each(EVERY_WAY)('resetAll, $way', ({ how }) => {
  it('is of the time it was asked for, and asked for again clears what came since (R08, R24)', async () => {
    const { breaker, clock, registry } = newBreaker({}, how)
    breaker.trip()
    const heard = hear(registry, 'transition')
    clock.advance(500)
    await registry.resetAll()
    expect(heard).toMatchObject([{ from: 'open', to: 'closed', reason: { type: 'reset' }, at: START + 500 }])
    expect(breaker.stats().timeInState).toMatchObject({ closed: 0, open: 500 })
    await fail(breaker)
    await registry.resetAll()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 0 })
  })
})
