// The window of failures: a ring of times, judged by the clock's own sums.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failuresInWindow, inOrder } from '../../../src/core/rules/triggers/failures.ts'
import {
  addFailure,
  addSuccess,
  firedTrigger,
  newEvidence,
  refitEvidence,
} from '../../../src/core/rules/triggers/index.ts'
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
      const evidence = newEvidence(policy, at)
      addFailure(evidence, policy, at, 0)
      addFailure(evidence, policy, at + windowMs, 0)
      expect(failuresInWindow(evidence, windowMs, at + windowMs)).toBe(1)
      expect(firedTrigger(evidence, policy, at + windowMs)).toBeNull()
    })
    fc.assert(property, { numRuns: 50 * RUNS, seed: SEED })
  })

  it('is counted only if there is a threshold that asks for it (R12)', () => {
    const policy: Policy = { ...defaultPolicy(), failureThreshold: null, failureWindowMs: 100 }
    const evidence = newEvidence(policy, 0)
    for (let at = 0; at < 5; at++) addFailure(evidence, policy, at, 0)
    expect([evidence.failureTimes, evidence.oldestFailure, evidence.failures]).toEqual([null, 0, 5])
    expect(firedTrigger(evidence, policy, 5)).toBeNull()
    expect(refitEvidence(evidence, policy, policyOf(3, 100), 5).failureTimes).toBeNull()
  })
})

describe('the ring of failures', () => {
  it('holds the newest, in order, and nothing before the first failure or after a success (R13)', () => {
    const policy = policyOf(3, 1_000)
    const evidence = newEvidence(policy, 0)
    expect([evidence.failureTimes, inOrder(evidence)]).toEqual([null, []])
    for (const at of [1, 2, 3, 4, 5]) addFailure(evidence, policy, at, 0)
    expect(inOrder(evidence)).toEqual([3, 4, 5])
    expect(evidence.oldestFailure).toBe(2)
    addSuccess(evidence, policy, 6, 0)
    expect([evidence.failureTimes, evidence.oldestFailure]).toEqual([null, 0])
    addFailure(evidence, policy, 7, 0)
    expect(inOrder(evidence)).toEqual([7])
  })

  it('under a policy without a threshold is dropped, not kept whole (R21)', () => {
    const from = policyOf(3, 1_000)
    const evidence = newEvidence(from, 0)
    for (const at of [1, 2]) addFailure(evidence, from, at, 0)
    const to: Policy = { ...defaultPolicy(), failureThreshold: null, failureWindowMs: 1_000 }
    expect(refitEvidence(evidence, from, to, 2).failureTimes).toBeNull()
  })
})
