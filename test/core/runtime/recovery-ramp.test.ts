import { describe, expect, it } from 'vitest'
import type { Breaker, BreakerOpenError, PolicyOptions } from '../../../src/index.ts'
import { acquire, fail, hold, rejected, succeed } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

const RAMP: PolicyOptions = { successThreshold: 1, recoveryRamp: { duration: '10s', from: 0.2, steps: 4 } }

/** Of so many calls, which are admitted. */
function admitted(breaker: Breaker, calls: number): number[] {
  return Array.from({ length: calls }, (_, call) => call + 1).filter(() => breaker.tryAcquire() !== undefined)
}

describe.each(EVERY_WAY)('a recovery ramp, $way', ({ how }) => {
  async function onRamp(policy: PolicyOptions = {}) {
    const made = newHalfOpen({ ...RAMP, ...policy }, how)
    await succeed(made.breaker)
    return made
  }

  it('follows the last success that would have closed it; it is half-open until all calls are admitted (R04)', async () => {
    const { breaker, registry, clock } = await onRamp()
    const heard = hear(registry, 'transition')
    expect(breaker.state).toBe('halfOpen')
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', rampShare: 0.2, retryAfterMs: 10_000, generation: 2 })
    clock.advance(9_999)
    expect(breaker.state).toBe('halfOpen')
    clock.advance(1)
    expect(breaker.stats()).toMatchObject({ state: 'closed', rampShare: null, reason: { type: 'rampEnded' } })
    expect(heard).toMatchObject([{ from: 'halfOpen', to: 'closed', reason: { type: 'rampEnded', durationMs: 10_000 } }])
    expect(clock.pending).toEqual([])
  })

  it('has ended when its time was over, not when it was last asked: in events, in times and in windows (R05)', async () => {
    const failureRate = { threshold: 0.5, minimumCalls: 1, window: { time: 10_000, buckets: 10 } }
    const { breaker, registry, clock } = await onRamp({ failureThreshold: null, failureRate })
    const heard = hear(registry, 'transition')
    const begun = clock.now()
    clock.advance(10_000)
    expect(heard).toMatchObject([{ to: 'closed', at: begun + 10_000 }])
    expect(breaker.stats().timeInState).toMatchObject({ halfOpen: 10_000, closed: 0 })
    breaker.recordSuccess()
    clock.advance(9_000)
    expect(breaker.stats().failureRate).toBe(0)
  })

  it('admits its share of the calls, evenly, and a greater one at each step (R03)', async () => {
    const { breaker, clock } = await onRamp()
    expect(admitted(breaker, 15)).toEqual([5, 10, 15])
    clock.advance(2_500)
    expect(breaker.stats().rampShare).toBe(0.4)
    expect(admitted(breaker, 10)).toEqual([3, 5, 8, 10])
    clock.advance(5_000)
    expect(breaker.stats().rampShare).toBe(0.8)
    expect(admitted(breaker, 10)).toHaveLength(8)
  })

  it('grows steadily without steps, from a tenth by default', async () => {
    const { breaker, clock } = await onRamp({ recoveryRamp: { duration: '10s' } })
    expect(breaker.policy.recoveryRamp).toEqual({ durationMs: 10_000, from: 0.1, steps: null })
    expect(admitted(breaker, 20)).toEqual([10, 20])
    clock.advance(5_000)
    expect(breaker.stats().rampShare).toBeCloseTo(0.55, 9)
  })

  it('turns the others away, and says why and until when (R02)', async () => {
    const { breaker, clock } = await onRamp()
    clock.advance(1_000)
    expect(breaker.allows()).toBe(false)
    const error = await rejected(breaker)
    expect(error).toMatchObject({ code: 'BREAKER_OPEN', state: 'halfOpen' })
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(9_000)
    expect(error.retryAfterMs).toBeLessThanOrEqual(18_000)
    expect(breaker.stats().retryAfterMs).toBe(9_000)
    expect(error.message).toMatch(/^circuit "a" is half-open and admits a growing share of calls: /)
    expect(breaker.stats().calls.rejected).toBe(1)
  })

  it('asks for a permit without counting the question (R03)', async () => {
    const { breaker } = await onRamp()
    admitted(breaker, 4)
    expect([breaker.allows(), breaker.allows()]).toEqual([true, true])
    expect(admitted(breaker, 1)).toEqual([1])
  })

  it('is at an end with the failure that half-open does not bear, and the open time goes on growing (R04, R09)', async () => {
    const { breaker, registry } = await onRamp({
      halfOpenFailureThreshold: 2,
      backoff: { factor: 2, max: '10m' },
      openTimeout: '30s',
    })
    const heard = hear(registry, 'transition')
    admitted(breaker, 4)
    await fail(breaker)
    expect(breaker.state).toBe('halfOpen')
    breaker.recordFailure()
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfterMs: 60_000, rampShare: null })
    expect(heard).toMatchObject([{ from: 'halfOpen', to: 'open', reason: { type: 'probeFailures', failures: 2 } }])
  })

  it('gives no leases: a call may take as long as any, and counts when it ends (R07)', async () => {
    const { breaker, clock } = await onRamp({ probeTimeout: '1s' })
    admitted(breaker, 4)
    const call = hold(breaker)
    clock.advance(5_000)
    expect(breaker.state).toBe('halfOpen')
    await call.fail()
    expect(breaker.state).toBe('open')
  })

  it('knows the probes before it no more: what they come to is late (R06)', async () => {
    const { breaker } = newHalfOpen({ ...RAMP, halfOpenMaxCalls: 2 }, how)
    const [first, second] = [acquire(breaker), acquire(breaker)]
    first.success()
    second.failure()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', rampShare: 0.2, calls: { late: 1, failed: 0 } })
  })

  it('calls admitted on it are late once it has closed, or opened (R06)', async () => {
    const { breaker, clock } = await onRamp()
    admitted(breaker, 4)
    const call = hold(breaker)
    clock.advance(10_000)
    await call.fail()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 0, calls: { late: 1 } })
  })

  it('after a stall past its end the next call finds it closed (R05)', async () => {
    const { breaker, clock } = await onRamp()
    clock.stall(10_000)
    expect(admitted(breaker, 3)).toEqual([1, 2, 3])
    expect(breaker.state).toBe('closed')
  })

  it('goes on where it was when its actor crashes (R30)', async () => {
    const { breaker, clock } = await onRamp()
    admitted(breaker, 3)
    clock.advance(2_000)
    await crash(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', rampShare: 0.2, retryAfterMs: 8_000 })
    expect(admitted(breaker, 2)).toEqual([2])
    clock.advance(8_000)
    expect(breaker.state).toBe('closed')
  })

  it('is left by every command, and its timer with it (R08)', async () => {
    const left = { trip: 'open', reset: 'closed', isolate: 'forcedOpen', disable: 'disabled' } as const
    for (const [command, state] of Object.entries(left) as [keyof typeof left, string][]) {
      const { breaker, clock } = await onRamp()
      breaker[command]()
      expect(breaker.stats()).toMatchObject({ state, rampShare: null })
      expect(clock.pending).toHaveLength(state === 'open' ? 1 : 0)
    }
    const { breaker } = await onRamp()
    for (const command of ['probe', 'enable'] as const) {
      breaker[command]()
      expect(breaker.stats()).toMatchObject({ state: 'halfOpen', rampShare: 0.2 })
    }
  })

  it('takes the share of a new policy, and neither opens nor closes by that (R21)', async () => {
    const { breaker, registry, clock } = await onRamp()
    registry.configure('a', { recoveryRamp: { duration: '1m', from: 0.5, steps: 2 } })
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', rampShare: 0.5, retryAfterMs: 10_000 })
    registry.configure('a', { recoveryRamp: null })
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', rampShare: 1 })
    expect(admitted(breaker, 3)).toEqual([1, 2, 3])
    clock.advance(10_000)
    expect(breaker.state).toBe('closed')
  })

  it('is taken up by a registry that is made of a snapshot (R25)', async () => {
    const { registry, breaker: before, clock } = await onRamp()
    admitted(before, 3)
    clock.advance(4_000)
    const restored = newBreaker(RAMP, { ...how, snapshot: JSON.stringify(registry.snapshot()) })
    expect(restored.breaker.stats()).toMatchObject({ state: 'halfOpen', rampShare: 0.4, retryAfterMs: 6_000 })
    expect(admitted(restored.breaker, 1)).toEqual([1])
    restored.clock.advance(6_000)
    expect(restored.breaker.state).toBe('closed')
  })

  it('does not have all whom it turned away back in one instant, though each comes when it was told (R03)', async () => {
    const { breaker, clock } = await onRamp({ recoveryRamp: { duration: '10s', from: 0.1 } })
    // A call every 10 ms; who is turned away comes again.
    const due = new Map<number, number>()
    const arriving: number[] = []
    for (let ms = 0; ms < 25_000; ms += 10) {
      const calls = 1 + (due.get(ms) ?? 0)
      arriving.push(calls)
      for (let call = 0; call < calls; call++) {
        const turnedAway = await succeed(breaker).catch(({ retryAfterMs }: BreakerOpenError) => retryAfterMs ?? 0)
        if (typeof turnedAway === 'string') continue
        const back = ms + Math.ceil(turnedAway / 10) * 10
        due.set(back, (due.get(back) ?? 0) + 1)
      }
      clock.advance(10)
    }
    expect(breaker.state).toBe('closed')
    expect(Math.max(...arriving), 'at once').toBeLessThanOrEqual(10)
    const seconds = Array.from({ length: 25 }, (_, second) => arriving.slice(second * 100, (second + 1) * 100))
    const load = seconds.map((calls) => calls.reduce((sum, each) => sum + each, 0))
    expect(Math.max(...load), 'in a second that would have 100').toBeLessThanOrEqual(250)
    expect(load.at(-1)).toBe(100)
  })

  it('counts the calls that come while every slot is taken: those of the share wait, the others are turned away (R03)', async () => {
    const { breaker } = await onRamp({ maxConcurrent: 1, maxQueued: 10 })
    expect(admitted(breaker, 4)).toEqual([])
    const running = hold(breaker)
    const calls = Array.from({ length: 5 }, () => breaker.call(() => 'ok').catch(({ code }) => code))
    expect(breaker.stats()).toMatchObject({ concurrency: { inFlight: 1, queued: 1 }, calls: { rejected: 8 } })
    await running.succeed()
    expect(await Promise.all(calls)).toEqual([...Array(4).fill('BREAKER_OPEN'), 'ok'])
  })

  it('may be ended by who watches a call that is turned away under a limit: then the call is admitted (R32)', async () => {
    const { breaker, registry } = await onRamp({ maxConcurrent: 1, maxQueued: 1 })
    expect(admitted(breaker, 4)).toEqual([])
    const running = hold(breaker)
    breaker.unfold()
    const watching = breaker.actor?.subscribe(() => breaker.reset())
    const call = breaker.call(() => 'ok')
    expect(breaker.state).toBe('closed')
    watching?.unsubscribe()
    await running.succeed()
    expect(await call).toBe('ok')
    await registry.close()
  })

  it('is left alone by 1,000 calls that all come at once, but for their share (R03)', async () => {
    const { breaker } = await onRamp()
    expect(admitted(breaker, 1_000)).toHaveLength(200)
    expect(breaker.stats().calls).toMatchObject({ rejected: 800 })
  })
})
