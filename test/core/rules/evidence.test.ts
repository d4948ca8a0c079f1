// Tests that came of mutants of evidence and windows which no other test had noticed.
import { describe, expect, it } from 'vitest'
import { failuresInWindow } from '../../../src/core/rules/triggers/failures.ts'
import {
  addFailure,
  addSuccess,
  expireEvidence,
  newEvidence,
  refitEvidence,
} from '../../../src/core/rules/triggers/index.ts'
import { addCall, bucketsOf, newWindow, resizeWindow, windowOf } from '../../../src/core/rules/window.ts'
import { createRegistry, type PolicyOptions, resolvePolicy } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { newBreaker } from '../../support/registries.ts'

const window = { time: '1s', buckets: 1 } as const
const rate: PolicyOptions = { failureThreshold: null, failureRate: { threshold: 0.5, minimumCalls: 2, window } }
const slow: PolicyOptions = {
  failureThreshold: null,
  slowCalls: { slowerThan: 100, threshold: 0.5, minimumCalls: 2, window },
}

describe('an outcome', () => {
  it('that is reported to a permit goes into the slice of its own time (R13)', () => {
    const { breaker, clock } = newBreaker(rate)
    breaker.tryAcquire()?.failure()
    clock.advance(1_500)
    breaker.tryAcquire()?.failure()
    expect([breaker.state, breaker.stats().failureRate]).toEqual(['closed', 1])
    breaker.tryAcquire()?.failure()
    expect(breaker.state).toBe('open')
  })

  it('that is reported without a permit goes into the slice of its own time, if durations alone count too (R11b, R13)', () => {
    const { breaker, clock } = newBreaker(slow)
    breaker.recordSuccess(500)
    clock.advance(1_500)
    breaker.recordSuccess(500)
    expect(breaker.state).toBe('closed')
    breaker.recordSuccess(500)
    expect(breaker.state).toBe('open')
  })

  it('under a policy without windows costs no look at the clock (R13)', () => {
    const clock = createVirtualClock()
    let looks = 0
    const counting = { ...clock, now: () => clock.now() + 0 * ++looks }
    const breaker = createRegistry({ clock: counting, policy: { latencySampling: 0 } }).breaker('a')
    looks = 0
    breaker.tryAcquire()?.success()
    expect(looks).toBe(0)
  })
})

describe('a evidence', () => {
  it('keeps the times of failures only where a window asks for them (R13)', () => {
    const policy = resolvePolicy({ failureThreshold: 3 })
    const evidence = newEvidence(policy, 0)
    addFailure(evidence, policy, 5, 0)
    expect(evidence.failureTimes).toBeNull()
  })

  it('counts a failure exactly one window old no more (R12)', () => {
    const policy = resolvePolicy({ failureThreshold: 5, failureWindow: 10 })
    const evidence = newEvidence(policy, 0)
    for (const at of [0, 1, 5]) addFailure(evidence, policy, at, 0)
    expect(failuresInWindow(evidence, 10, 10)).toBe(2)
  })

  it('read under a policy with other windows is left as it is (R13)', () => {
    const evidence = newEvidence(resolvePolicy(slow), 0)
    addSuccess(evidence, resolvePolicy(slow), 0, 500)
    expireEvidence(evidence, resolvePolicy(rate), 5_000)
    expect(evidence.slowCalls?.calls).toBe(1)
  })
})

describe('evidence under another policy', () => {
  it('is without times of failures where no window asks for them (R21)', () => {
    const from = resolvePolicy({ failureThreshold: 3, failureWindow: 100 })
    const evidence = newEvidence(from, 0)
    addFailure(evidence, from, 0, 0)
    expect(refitEvidence(evidence, from, resolvePolicy({ failureThreshold: 3 }), 0).failureTimes).toBeNull()
  })

  it('keeps the newest failures, as many as the new threshold asks for (R21)', () => {
    const from = resolvePolicy({ failureThreshold: 5, failureWindow: 1_000 })
    const evidence = newEvidence(from, 0)
    for (const at of [0, 100, 200, 300]) addFailure(evidence, from, at, 0)
    const to = resolvePolicy({ failureThreshold: 2, failureWindow: 1_000 })
    expect(refitEvidence(evidence, from, to, 300).failureTimes).toEqual([200, 300])
  })

  it('keeps the slow calls of a window of the same kind (R21)', () => {
    const evidence = newEvidence(resolvePolicy(slow), 0)
    addSuccess(evidence, resolvePolicy(slow), 0, 500)
    const { slowCalls, failureRate } = refitEvidence(
      evidence,
      resolvePolicy(slow),
      resolvePolicy({ ...slow, ...rate }),
      0,
    )
    expect([slowCalls?.calls, slowCalls?.marked, failureRate?.calls]).toEqual([1, 1, 0])
  })

  it('keeps no failure that is out of the old window by now, though the new one is longer (R21)', () => {
    const from = resolvePolicy({ failureThreshold: 5, failureWindow: 100 })
    const evidence = newEvidence(from, 0)
    for (const at of [0, 50, 100]) addFailure(evidence, from, at, 0)
    const to = resolvePolicy({ failureThreshold: 5, failureWindow: 1_000 })
    expect(refitEvidence(evidence, from, to, 100).failureTimes).toEqual([50, 100])
  })

  it('that counts failures in a row has none of those before the last success (R21)', () => {
    const from = resolvePolicy({ failureThreshold: 5, failureWindow: 1_000, counting: 'cumulative' })
    const to = resolvePolicy({ failureThreshold: 5, failureWindow: 1_000 })
    const evidence = newEvidence(from, 0)
    for (const at of [0, 50]) addFailure(evidence, from, at, 0)
    addSuccess(evidence, from, 60, 0)
    expect(refitEvidence(evidence, from, to, 100).failureTimes).toBeNull()
    addFailure(evidence, from, 70, 0)
    expect(refitEvidence(evidence, from, to, 100).failureTimes).toEqual([70])
    expect(refitEvidence(evidence, from, from, 100).failureTimes).toEqual([0, 50, 70])
  })

  it('starts empty in a window that was not there before (R21)', () => {
    const evidence = newEvidence(resolvePolicy({}), 0)
    expect(refitEvidence(evidence, resolvePolicy(rate), resolvePolicy(rate), 0).failureRate).toMatchObject({ calls: 0 })
  })
})

describe('a window', () => {
  it('of calls that is not full tells the calls that it holds, and no others (R25)', () => {
    const size = { calls: 3 }
    const held = newWindow(size, 0)
    addCall(held, size, true, 0)
    expect(bucketsOf(held, size, 0)).toEqual([[1, 1]])
  })

  it('of calls takes a slice without a call for nothing (R25)', () => {
    const buckets = [
      [0, 0],
      [1, 1],
    ] as const
    expect(windowOf(buckets, { calls: 3 }, 0)).toMatchObject({ calls: 1, marked: 1 })
  })

  it('of time that is made shorter forgets what is too old for it (R21)', () => {
    const long = { timeMs: 4_000, buckets: 4 }
    const held = newWindow(long, 0)
    for (let second = 0; second < 4; second++) addCall(held, long, second < 2, second * 1_000)
    const short = { timeMs: 2_000, buckets: 2 }
    const resized = resizeWindow(held, long, short, 3_000)
    expect(resized).toMatchObject({ calls: 2, marked: 0 })
  })
})
