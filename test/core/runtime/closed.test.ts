import { describe, expect, it } from 'vitest'
import { acquire, fail, hold, succeed, succeedTimes } from '../../support/calls.ts'
import { EVERY_WAY, newBreaker } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a closed breaker, $way', ({ how }) => {
  it('admits every call, however many are in flight (R01)', async () => {
    const { breaker } = newBreaker({}, how)
    const held = Array.from({ length: 1_000 }, () => hold(breaker))
    expect(breaker.stats().calls).toMatchObject({ allowed: 1_000, rejected: 0 })
    for (const call of held) await call.succeed()
    expect(breaker.stats().calls).toMatchObject({ succeeded: 1_000, failed: 0 })
  })

  it('runs the function before call returns, as a plain async function would (R01)', () => {
    const { breaker } = newBreaker({}, how)
    let ran = false
    void breaker.call(() => {
      ran = true
    })
    expect(ran).toBe(true)
  })

  it('tells the function its endpoint, its generation and a signal (R01)', async () => {
    const { breaker } = newBreaker({}, how)
    breaker.reset()
    const context = await breaker.call(({ signal, endpoint, generation }) => ({ signal, endpoint, generation }))
    expect(context).toMatchObject({ endpoint: 'a', generation: breaker.generation })
    expect(context.signal.aborted).toBe(false)
  })

  it('stays closed one failure below the threshold and opens at it (R12)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 }, how)
    await fail(breaker, 2)
    expect(breaker.state).toBe('closed')
    expect(breaker.allows()).toBe(true)
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('forgets its consecutive failures at a success (R12)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 }, how)
    await fail(breaker, 2)
    await succeed(breaker)
    await fail(breaker, 2)
    expect(breaker.state).toBe('closed')
    expect(breaker.stats().consecutiveFailures).toBe(2)
  })

  it('begins with a clean slate after it was open (R12)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 2, successThreshold: 1 }, how)
    await fail(breaker, 2)
    clock.advance(30_000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    expect(breaker.stats().consecutiveFailures).toBe(0)
    await fail(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('gives a permit to whoever asks, and counts what it reports (R01)', () => {
    const { breaker } = newBreaker({ failureThreshold: 2 }, how)
    expect(acquire(breaker)).toMatchObject({ endpoint: 'a', generation: 0 })
    breaker.reset()
    acquire(breaker).success()
    acquire(breaker).failure()
    acquire(breaker).ignore()
    expect(breaker.stats().calls).toMatchObject({ allowed: 4, succeeded: 1, failed: 1, ignored: 1 })
    acquire(breaker).failure(new Error('down'))
    expect(breaker.state).toBe('open')
  })

  it('counts a permit that is reported twice once (R03)', () => {
    const { breaker } = newBreaker({ failureThreshold: 2 }, how)
    const permit = acquire(breaker)
    permit.failure()
    permit.failure()
    permit.success()
    permit.ignore()
    expect(breaker.stats().calls).toMatchObject({ allowed: 1, succeeded: 0, failed: 1, ignored: 0, late: 0 })
    expect(breaker.state).toBe('closed')
  })

  it('ignores a call whose permit is disposed of without a report (R03)', () => {
    const { breaker } = newBreaker({}, how)
    acquire(breaker)[Symbol.dispose]()
    const reported = acquire(breaker)
    reported.success()
    reported[Symbol.dispose]()
    expect(breaker.stats().calls).toMatchObject({ allowed: 2, succeeded: 1, ignored: 1 })
  })

  it('holds no timer while nothing is open (R33)', async () => {
    const { breaker, clock } = newBreaker({ timeout: '1s' }, how)
    await succeedTimes(breaker, 3)
    await fail(breaker, 3)
    expect(clock.pending).toEqual([])
  })
})
