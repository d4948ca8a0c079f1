import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { BreakerOpenError } from '../../../src/index.ts'
import { fail, hold, rejected, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen, newRegistry, START } from '../../support/registries.ts'

describe.each(EVERY_WAY)('an open breaker, $way', ({ how }) => {
  it('rejects every call at once, without running it (R02)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 2 }, how)
    await fail(breaker, 2)
    const error = await rejected(breaker)
    expect(error).toBeInstanceOf(BreakerOpenError)
    expect(error).toMatchObject({
      name: 'BreakerOpenError',
      code: 'BREAKER_OPEN',
      endpoint: 'a',
      state: 'open',
      reason: { type: 'consecutiveFailures', failures: 2, threshold: 2 },
      retryAfterMs: 30_000,
    })
    expect(breaker.allows()).toBe(false)
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(breaker.stats().calls).toMatchObject({ allowed: 2, rejected: 2 })
  })

  it('says how long to wait: all of the open time at first, 1 ms just before its end (R02)', async () => {
    const { breaker, clock } = newBreaker({ openTimeout: '30s' }, how)
    breaker.trip()
    expect((await rejected(breaker)).retryAfterMs).toBe(30_000)
    clock.advance(29_999)
    expect((await rejected(breaker)).retryAfterMs).toBe(1)
    expect(breaker.stats()).toMatchObject({ openedAt: START, retryAfterMs: 1 })
  })

  it('is half-open exactly at the deadline, without a call (R05)', () => {
    const { breaker, clock, registry } = newBreaker({ openTimeout: '30s' }, how)
    const transitions = hear(registry, 'transition')
    breaker.trip()
    clock.advance(29_999)
    expect(breaker.state).toBe('open')
    clock.advance(1)
    expect(breaker.state).toBe('halfOpen')
    expect(transitions.at(-1)).toMatchObject({
      from: 'open',
      to: 'halfOpen',
      reason: { type: 'openTimeElapsed' },
      at: START + 30_000,
    })
    expect(breaker.stats()).toMatchObject({ openedAt: null, retryAfterMs: null })
  })

  it('admits a call as a probe when the event loop was stalled past the deadline (R05)', async () => {
    const { breaker, clock } = newBreaker({ openTimeout: '30s', successThreshold: 1 }, how)
    breaker.trip()
    clock.stall(30_000)
    expect(breaker.allows()).toBe(true)
    const probe = hold(breaker)
    expect(breaker.state).toBe('halfOpen')
    expect(breaker.allows()).toBe(false)
    await probe.succeed()
    expect(breaker.state).toBe('closed')
    clock.advance(0)
    expect(breaker.state).toBe('closed')
    expect(clock.pending).toEqual([])
  })

  it('still rejects when the event loop was stalled to 1 ms before the deadline (R05)', async () => {
    const { breaker, clock } = newBreaker({ openTimeout: '30s' }, how)
    breaker.trip()
    clock.stall(29_999)
    expect((await rejected(breaker)).retryAfterMs).toBe(1)
  })

  it('does not begin the trial twice when the late timer fires after the first probe (R05)', () => {
    const { breaker, clock, registry } = newBreaker({ openTimeout: '30s' }, how)
    const transitions = hear(registry, 'transition')
    breaker.trip()
    clock.stall(40_000)
    hold(breaker)
    clock.advance(0)
    expect(transitions.map(({ to }) => to)).toEqual(['open', 'halfOpen'])
  })

  it('is not opened, extended or counted anew by a failure of before (R06)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1 }, how)
    const [first, second] = [hold(breaker), hold(breaker)]
    await first.fail()
    const { generation } = breaker
    clock.advance(10_000)
    await second.fail()
    expect(breaker.stats()).toMatchObject({ generation, calls: { failed: 1, late: 1 }, retryAfterMs: 20_000 })
  })
})

describe('the error of a rejected call', () => {
  it('is an Error to everyone who looks (R02)', async () => {
    const { breaker } = newBreaker()
    breaker.trip('maintenance')
    const error = await rejected(breaker)
    expect(error).toBeInstanceOf(Error)
    expect(String(error)).toBe('BreakerOpenError: circuit "a" is open: tripped: maintenance')
    expect(inspect(error)).toContain('BreakerOpenError: circuit "a" is open: tripped: maintenance')
    expect(error.stack).toContain('BreakerOpenError')
  })

  it('has the stack of its caller only where the policy asks for it (R02)', async () => {
    const { registry } = newRegistry()
    const plain = registry.breaker('plain')
    const traced = registry.breaker('traced', { captureStack: true })
    plain.trip()
    traced.trip()
    expect((await rejected(plain)).stack).not.toContain('open.test')
    expect((await rejected(traced)).stack).toContain('calls.ts')
  })

  it('says why it is open now, not why it was before (R02)', async () => {
    const { breaker } = newBreaker()
    for (const message of ['first', 'second']) {
      breaker.trip(message)
      expect((await rejected(breaker)).reason).toEqual({ type: 'tripped', message })
      breaker.reset()
    }
  })

  it('is its own for every call, though it says the same (R02)', async () => {
    const { breaker, clock } = newBreaker()
    breaker.trip()
    const before = await rejected(breaker)
    clock.advance(10_000)
    const after = await rejected(breaker)
    expect(before).not.toBe(after)
    expect([before.retryAfterMs, after.retryAfterMs]).toEqual([30_000, 20_000])
  })

  it('says why a half-open breaker rejects, and when a permit must come back (R02)', async () => {
    const { breaker, clock } = newHalfOpen({ openTimeout: '30s', probeTimeout: '10s' })
    hold(breaker)
    clock.advance(4_000)
    const error = await rejected(breaker)
    expect(error).toMatchObject({ state: 'halfOpen', retryAfterMs: 6_000 })
    expect(error.message).toBe('circuit "a" is half-open and every permit is held: the open time has passed')
  })

  it('takes one reading of the clock (R02)', async () => {
    const { breaker, clock } = newBreaker()
    breaker.trip()
    let readings = 0
    const { now } = clock
    clock.now = () => {
      readings++
      return now()
    }
    await rejected(breaker)
    expect(readings).toBe(1)
  })

  it('leaves the open time alone, whatever reports while it is open (R02)', async () => {
    const { breaker, clock } = newBreaker()
    breaker.trip()
    clock.advance(10_000)
    breaker.recordFailure()
    breaker.recordSuccess()
    expect(await rejected(breaker)).toMatchObject({ retryAfterMs: 20_000, reason: { message: 'by hand' } })
    clock.advance(20_000)
    await succeed(breaker)
    expect(breaker.state).toBe('halfOpen')
  })
})
