import { describe, expect, it } from 'vitest'
import { acquire, errorOf, fail, jobsDone, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

/** More than any honest number of calls; a subscriber that is called for ever stops here, and its test fails. */
const FOR_EVER = 500

describe.each(EVERY_WAY)('a listener, $way', ({ how }) => {
  it('may trip, reset and configure the breaker it hears of (R32)', () => {
    const { breaker, registry } = newBreaker({}, how)
    const transitions = hear(registry, 'transition')
    const errors = hear(registry, 'error')
    registry.on('transition', ({ to }) => {
      if (to === 'open') breaker.isolate()
      if (to === 'forcedOpen') registry.configure('a', { failureThreshold: 9 })
      if (to === 'forcedOpen') breaker.reset()
    })
    breaker.trip()
    expect(transitions.map(({ to }) => to)).toEqual(['open', 'forcedOpen', 'closed'])
    expect(breaker.policy.failureThreshold).toBe(9)
    expect(errors).toEqual([])
  })

  it('may delete the breaker it hears of: what happens ends well (R32)', async () => {
    const { breaker, registry, clock } = newBreaker({ failureThreshold: 1 }, how)
    const errors = hear(registry, 'error')
    registry.on('transition', () => registry.delete('a'))
    await fail(breaker)
    expect(registry.has('a')).toBe(false)
    expect(clock.pending).toEqual([])
    expect(errors).toEqual([])
    expect(await succeed(breaker)).toBe('ok')
  })

  it('may close the registry it hears of (R33)', async () => {
    const { breaker, registry, clock } = newBreaker({ failureThreshold: 1 }, how)
    registry.on('transition', () => registry.close())
    await fail(breaker)
    expect(clock.pending).toEqual([])
    expect(await errorOf(succeed(breaker))).toMatchObject({ code: 'REGISTRY_CLOSED' })
  })

  it('may call through the breaker it hears of (R32)', async () => {
    const { breaker, registry, clock } = newBreaker({ successThreshold: 1 }, how)
    const answers: Promise<string>[] = []
    registry.on('transition', ({ to }) => {
      if (to === 'halfOpen') answers.push(succeed(breaker))
    })
    breaker.trip()
    clock.advance(30_000)
    expect(breaker.allows(), 'the listener has the permit').toBe(false)
    expect(await Promise.all(answers)).toEqual(['ok'])
    expect(breaker.state).toBe('closed')
  })

  it('hears events in the order in which they happened, those of its own doing last (R24)', () => {
    const { breaker, registry } = newBreaker({}, how)
    const heard: string[] = []
    registry.on('transition', ({ to }) => {
      if (to === 'open') breaker.isolate()
      heard.push(`first ${to}`)
    })
    registry.on('transition', ({ to }) => heard.push(`second ${to}`))
    breaker.trip()
    expect(heard).toEqual(['first open', 'second open', 'first forcedOpen', 'second forcedOpen'])
  })
})

describe.each(EVERY_WAY)('a subscriber of the actor, $way', ({ how }) => {
  it('that calls once while half-open leaks no permit (R03)', async () => {
    const { breaker, clock, registry } = newBreaker({ successThreshold: 1 }, how)
    const errors = hear(registry, 'error')
    const ends: Promise<unknown>[] = []
    breaker.trip()
    breaker.actor?.subscribe(() => {
      if (breaker.state === 'halfOpen' && ends.length === 0) ends.push(succeed(breaker).catch((error) => error))
    })
    clock.advance(30_000)
    await Promise.all(ends)
    await jobsDone()
    expect(ends).toHaveLength(1)
    expect(await ends[0], 'the permit was there to be taken').toBe('ok')
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { allowed: 1, succeeded: 1, late: 0 } })
    expect(clock.pending).toEqual([])
    expect(errors).toEqual([])
  })

  it('that takes and returns permits leaks none (R03)', async () => {
    const { breaker, clock } = newBreaker({ successThreshold: 1, halfOpenMaxCalls: 2 }, how)
    breaker.trip()
    let turns = 0
    breaker.actor?.subscribe(() => {
      if (breaker.state === 'halfOpen' && turns++ < 5) breaker.tryAcquire()?.ignore()
    })
    clock.advance(30_000)
    await jobsDone()
    expect(breaker.state).toBe('halfOpen')
    acquire(breaker)
    acquire(breaker)
    expect(breaker.allows()).toBe(false)
    expect(clock.pending).toHaveLength(1)
  })

  it('that trips, isolates or deletes in the middle of it leaves one state and no timer too many (R08)', async () => {
    const doings = [
      [(made: ReturnType<typeof newBreaker>) => made.breaker.isolate(), 'forcedOpen', 0],
      [(made: ReturnType<typeof newBreaker>) => made.breaker.trip(), 'open', 1],
      [(made: ReturnType<typeof newBreaker>) => made.breaker.disable(), 'disabled', 0],
      [(made: ReturnType<typeof newBreaker>) => made.registry.delete('a'), 'closed', 0],
    ] as const
    for (const [doing, state, timers] of doings) {
      const made = newHalfOpen({ halfOpenMaxCalls: 3 }, how)
      let done = false
      made.breaker.actor?.subscribe(() => {
        if (done) return
        done = true
        doing(made)
      })
      acquireQuietly(made.breaker)
      await jobsDone()
      expect(made.breaker.state).toBe(state)
      expect(made.clock.pending, state).toHaveLength(timers)
    }
  })

  it('that records failures in the middle of a reset counts them once (R11b)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 }, how)
    let done = false
    breaker.actor?.subscribe(() => {
      if (done) return
      done = true
      breaker.recordFailure()
      breaker.recordFailure()
    })
    breaker.reset()
    await jobsDone()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 2, calls: { failed: 2 } })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })
})

describe('a subscriber of the actor, where a rejected call is no event', () => {
  it('that calls at every turn while half-open comes to an end (R03)', async () => {
    const { breaker, clock } = newBreaker({ successThreshold: 2 })
    breaker.trip()
    let turns = 0
    breaker.actor?.subscribe(() => {
      if (breaker.state === 'halfOpen' && turns++ < FOR_EVER) succeed(breaker).catch(() => {})
    })
    clock.advance(30_000)
    await jobsDone()
    expect(turns).toBeLessThan(FOR_EVER)
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { succeeded: 2 } })
  })
})

function acquireQuietly(breaker: ReturnType<typeof newBreaker>['breaker']): void {
  breaker.tryAcquire()
}

describe.each(EVERY_WAY)('a guarded function, $way', ({ how }) => {
  it('may call through its own breaker (R01)', async () => {
    const { breaker } = newBreaker({}, how)
    expect(await breaker.call(() => breaker.call(() => breaker.call(() => 'deep')))).toBe('deep')
    expect(breaker.stats().calls).toMatchObject({ allowed: 3, succeeded: 3 })
  })

  it('may trip its own breaker: it is late (R06)', async () => {
    const { breaker } = newBreaker({}, how)
    await breaker.call(() => breaker.trip())
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { succeeded: 0, late: 1 } })
  })
})
