import { describe, expect, it } from 'vitest'
import { acquire, fail, hold, rejected, succeed } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { EVERY_PATH, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

describe.each(EVERY_PATH)('a late result, $path', ({ options }) => {
  it('of a call admitted before the trip does not close what came after (R06)', async () => {
    const { breaker, clock } = newBreaker({ successThreshold: 1 }, options)
    const call = hold(breaker)
    breaker.trip()
    clock.advance(30_000)
    const { generation } = breaker
    await call.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', generation, calls: { succeeded: 0, late: 1 } })
  })

  it('of a call admitted before the trip does not reopen what came after (R06)', async () => {
    const { breaker, clock } = newBreaker({}, options)
    const call = hold(breaker)
    breaker.trip()
    clock.advance(30_000)
    await call.fail()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { failed: 0, late: 1 } })
  })

  it('of a probe of the trial before decides nothing in this one (R06)', async () => {
    const policy = { halfOpenMaxCalls: 3, successThreshold: 1 }
    const { breaker, clock } = newHalfOpen(policy, options)
    const [success, failure] = [hold(breaker), hold(breaker)]
    await fail(breaker)
    clock.advance(30_000)
    const now = acquire(breaker)
    await success.succeed()
    await failure.fail()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { late: 2 } })
    now.success()
    expect(breaker.state).toBe('closed')
  })

  it('of a probe frees no permit of a later trial (R06)', async () => {
    const { breaker, clock } = newHalfOpen({ halfOpenMaxCalls: 2 }, options)
    const probes = [hold(breaker), hold(breaker)]
    breaker.trip('again')
    breaker.isolate()
    breaker.trip('once more')
    clock.advance(30_000)
    acquire(breaker)
    acquire(breaker)
    for (const probe of probes) await probe.succeed()
    expect(breaker.allows()).toBe(false)
  })

  it('of a call admitted before the reset is no evidence (R06)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, options)
    const call = hold(breaker)
    breaker.reset()
    await call.fail()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 0, calls: { failed: 0, late: 1 } })
  })

  it('of a call admitted before the reset is late among those admitted since (R06)', async () => {
    const { breaker } = newBreaker({}, options)
    for (const _ of [1, 2]) await succeed(breaker)
    const [success, failure] = [hold(breaker), hold(breaker)]
    breaker.reset()
    for (const _ of [1, 2]) await succeed(breaker)
    await success.succeed()
    await failure.fail()
    expect(breaker.stats().calls).toMatchObject({ succeeded: 4, failed: 0, late: 2 })
  })

  it('of a call admitted while closed does not spoil the closed stay after a recovery (R06)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 2, successThreshold: 1 }, options)
    const calls = Array.from({ length: 5 }, () => hold(breaker))
    await fail(breaker, 2)
    clock.advance(30_000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    for (const call of calls) await call.fail()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 0, calls: { failed: 2, late: 5 } })
  })

  it('of a call admitted before a crash is late, and the next is not (R06)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 2 }, options)
    const [first, second] = [hold(breaker), acquire(breaker)]
    await crash(breaker)
    await first.fail()
    second.failure()
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { failed: 0, late: 2 } })
    await fail(breaker, 2)
    expect(breaker.state).toBe('open')
  })

  it('of a probe admitted before a crash does not hold its permit any longer (R06)', async () => {
    const { breaker } = newHalfOpen({ successThreshold: 1 }, options)
    const probe = hold(breaker)
    await crash(breaker)
    expect(breaker.allows()).toBe(true)
    await probe.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { late: 1 } })
  })

  it('is told to listeners, with both generations, what it came to and when (R06, R60)', async () => {
    const { breaker, clock, registry } = newBreaker({}, options)
    const late = hear(registry, 'late')
    const call = hold(breaker)
    const admittedIn = breaker.generation
    breaker.reset()
    clock.advance(7)
    await call.succeed()
    const { generation } = breaker
    expect(late).toMatchObject([{ endpoint: 'a', admittedIn, generation, outcome: 'success', at: clock.now() }])
    expect(generation).toBeGreaterThan(admittedIn)
  })

  it('still reaches its caller (R06)', async () => {
    const { breaker } = newBreaker({}, options)
    const [success, failure] = [hold(breaker), hold(breaker)]
    breaker.trip()
    await success.succeed('late')
    const error = new Error('late')
    await failure.fail(error)
    await expect(success.ended).resolves.toBe('late')
    await expect(failure.ended).rejects.toBe(error)
    expect((await rejected(breaker)).code).toBe('BREAKER_OPEN')
  })

  it('is any that comes after disable and enable (R06)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 }, options)
    const call = hold(breaker)
    breaker.disable()
    const whileDisabled = hold(breaker)
    breaker.enable()
    await call.fail()
    await whileDisabled.fail()
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { failed: 0, late: 2 } })
  })

  it('keeps the counts whole: every admitted call is counted once (R06)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 2 }, options)
    const calls = Array.from({ length: 6 }, () => hold(breaker))
    await calls[0]?.succeed()
    await calls[1]?.fail()
    await calls[2]?.fail()
    clock.advance(30_000)
    for (const call of calls.slice(3)) await call.succeed()
    const { allowed, succeeded, failed, ignored, late } = breaker.stats().calls
    expect(succeeded + failed + ignored + late).toBe(allowed)
  })
})
