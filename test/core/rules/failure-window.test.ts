// The window of failures: a ring of times, judged by the clock's own sums.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addFailure,
  addSuccess,
  failuresInWindow,
  inOrder,
  newTally,
  refitTally,
} from '../../../src/core/rules/tally.ts'
import { firedTrigger } from '../../../src/core/rules/triggers.ts'
import { resolvePolicy } from '../../../src/index.ts'
import type { Policy } from '../../../src/pure.ts'
import { defaultPolicy } from '../../../src/pure.ts'
import { RUNS, SEED } from '../../property/seed.ts'

const policyOf = (failureThreshold: number, failureWindow: number) => resolvePolicy({ failureThreshold, failureWindow })

describe('a failure in a window of failures', () => {
  it('counts no more one window later, whatever the fractions of the clock (R12)', () => {
    const times = fc.oneof(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 1.7e12, max: 2e12, noNaN: true }),
    )
    const windows = fc.oneof(fc.integer({ min: 1, max: 1e5 }), fc.double({ min: 0.5, max: 1e5, noNaN: true }))
    const property = fc.property(times, windows, (at, windowMs) => {
      const policy = { ...policyOf(2, 1), failureWindowMs: windowMs }
      const tally = newTally(policy, at)
      addFailure(tally, policy, at, 0)
      addFailure(tally, policy, at + windowMs, 0)
      expect(failuresInWindow(tally, windowMs, at + windowMs)).toBe(1)
      expect(firedTrigger(tally, policy, at + windowMs)).toBeNull()
    })
    fc.assert(property, { numRuns: 50 * RUNS, seed: SEED })
  })

  it('is counted only if there is a threshold that asks for it (R12)', () => {
    const policy: Policy = { ...defaultPolicy(), failureThreshold: null, failureWindowMs: 100 }
    const tally = newTally(policy, 0)
    for (let at = 0; at < 5; at++) addFailure(tally, policy, at, 0)
    expect([tally.failureTimes, tally.oldestFailure, tally.failures]).toEqual([null, 0, 5])
    expect(firedTrigger(tally, policy, 5)).toBeNull()
    expect(refitTally(tally, policy, policyOf(3, 100), 5).failureTimes).toBeNull()
  })
})

describe('the ring of failures', () => {
  it('holds the newest, in order, and nothing before the first failure or after a success (R13)', () => {
    const policy = policyOf(3, 1_000)
    const tally = newTally(policy, 0)
    expect([tally.failureTimes, inOrder(tally)]).toEqual([null, []])
    for (const at of [1, 2, 3, 4, 5]) addFailure(tally, policy, at, 0)
    expect(inOrder(tally)).toEqual([3, 4, 5])
    expect(tally.oldestFailure).toBe(2)
    addSuccess(tally, policy, 6, 0)
    expect([tally.failureTimes, tally.oldestFailure]).toEqual([null, 0])
    addFailure(tally, policy, 7, 0)
    expect(inOrder(tally)).toEqual([7])
  })

  it('under a policy without a threshold is dropped, not kept whole (R21)', () => {
    const from = policyOf(3, 1_000)
    const tally = newTally(from, 0)
    for (const at of [1, 2]) addFailure(tally, from, at, 0)
    const to: Policy = { ...defaultPolicy(), failureThreshold: null, failureWindowMs: 1_000 }
    expect(refitTally(tally, from, to, 2).failureTimes).toBeNull()
  })
})
