// Rates at their threshold, against the arithmetic of big integers: a threshold means the number that was written.
import { describe, expect, it } from 'vitest'
import { addFailure, addSuccess, firedWithoutFailure, newEvidence } from '../../../src/core/rules/triggers/index.ts'
import { newWindow } from '../../../src/core/rules/window.ts'
import { resolvePolicy } from '../../../src/index.ts'
import { defaultPolicy, newBreaker, recordFailure, recordSuccess } from '../../../src/pure.ts'

const MOST_CALLS = 400

/** k / n written as a decimal, if that can be done in 10 digits. */
function decimalOf(k: number, n: number): string | undefined {
  const digits = (BigInt(k) * 10n ** 10n) / BigInt(n)
  return digits * BigInt(n) === BigInt(k) * 10n ** 10n
    ? `${digits / 10n ** 10n}.${(digits % 10n ** 10n).toString().padStart(10, '0')}`
    : undefined
}

/** Whether marked / calls is at least the decimal, as big integers have it. */
function isReached(marked: number, calls: number, decimal: string): boolean {
  const [whole = '0', fraction = ''] = decimal.split('.')
  return BigInt(marked) * 10n ** BigInt(fraction.length) >= BigInt(whole + fraction) * BigInt(calls)
}

function fires(marked: number, calls: number, threshold: number): boolean {
  const failureRate = { threshold, minimumCalls: 1, window: { calls } }
  const evidence = newEvidence(defaultPolicy(), 0)
  evidence.failureRate = { ...newWindow({ calls: 1 }, 0), calls, marked }
  return firedWithoutFailure(evidence, { ...defaultPolicy(), failureRate }) !== null
}

describe('a rate', () => {
  it('exactly at its threshold opens, whatever the fraction; one failure fewer does not (R12)', () => {
    let judged = 0
    for (let n = 1; n <= MOST_CALLS; n++) {
      for (let k = 1; k <= n; k++) {
        const decimal = decimalOf(k, n)
        if (decimal === undefined) continue
        judged++
        if (!fires(k, n, Number(decimal))) expect.fail(`${k} of ${n} does not open at ${decimal}`)
        if (fires(k - 1, n, Number(decimal))) expect.fail(`${k - 1} of ${n} opens at ${decimal}`)
      }
    }
    expect(judged, 'a check that finds nothing to check proves nothing').toBeGreaterThan(3_000)
  })

  it('opens at every threshold of three digits from the call on that reaches it, and no sooner (R12)', () => {
    for (let thousandths = 1; thousandths <= 1_000; thousandths += 7) {
      const decimal = (thousandths / 1_000).toFixed(3)
      for (const calls of [3, 10, 25, 49, 100, 333, 1_000, 99_999]) {
        const nearest = Math.floor((thousandths * calls) / 1_000)
        for (const marked of [nearest - 1, nearest, nearest + 1].filter((k) => k >= 1 && k <= calls)) {
          const expected = isReached(marked, calls, decimal)
          expect(fires(marked, calls, Number(decimal)), `${marked} of ${calls} at ${decimal}`).toBe(expected)
        }
      }
    }
  })

  it.each([
    [7, 100, 0.07],
    [55, 100, 0.55],
    [14, 25, 0.56],
  ])('of %d failures in %d calls opens at %d, and so do slow calls (R12)', (marked, calls, threshold) => {
    const rule = { threshold, minimumCalls: calls, window: { calls } }
    const byRate = resolvePolicy({ failureThreshold: null, failureRate: rule })
    const bySlowness = resolvePolicy({ failureThreshold: null, slowCalls: { slowerThan: 10, ...rule } })
    let failing = newBreaker(byRate)
    let slow = newBreaker(bySlowness)
    for (let call = 1; call <= calls; call++) {
      expect([failing.state, slow.state]).toEqual(['closed', 'closed'])
      failing = call <= marked ? recordFailure(failing, byRate, 0) : recordSuccess(failing, byRate, 0)
      slow = recordSuccess(slow, bySlowness, 0, { durationMs: call <= marked ? 11 : 10 })
    }
    expect([failing.state, slow.state]).toEqual(['open', 'open'])
    expect(failing.reason).toEqual({ type: 'failureRate', rate: threshold, threshold, calls })
  })

  it('is judged after the count of failures: of two that fire at once the count is the reason (R12)', () => {
    const rule = { threshold: 1, minimumCalls: 2, window: { calls: 2 } }
    const policy = resolvePolicy({ failureThreshold: 2, failureRate: rule, slowCalls: { slowerThan: 1, ...rule } })
    const afterTwo = (failureThreshold: number | null, failureRate: typeof rule | null) => {
      const judging = resolvePolicy({ failureThreshold, failureRate, slowCalls: { slowerThan: 1, ...rule } })
      const once = recordFailure(newBreaker(judging), judging, 0, { durationMs: 5 })
      return recordFailure(once, judging, 0, { durationMs: 5 }).reason?.type
    }
    expect(policy.failureThreshold).toBe(2)
    expect(afterTwo(2, rule)).toBe('consecutiveFailures')
    expect(afterTwo(null, rule), 'failures before slow calls').toBe('failureRate')
    expect(afterTwo(null, null)).toBe('slowCallRate')
  })

  it('is of the calls in the window, failures and successes, not of all (R12)', () => {
    const policy = resolvePolicy({
      failureThreshold: null,
      failureRate: { threshold: 1, minimumCalls: 70, window: { calls: 70 } },
    })
    const evidence = newEvidence(policy, 0)
    const expected: boolean[] = []
    for (let call = 0; call < 1_000; call++) {
      const failed = (call * 7919) % 13 < 5
      if (failed) addFailure(evidence, policy, 0, 0)
      else addSuccess(evidence, policy, 0, 0)
      expected.push(failed)
      const last = expected.slice(-70)
      expect([evidence.failureRate?.calls, evidence.failureRate?.marked]).toEqual([
        last.length,
        last.filter(Boolean).length,
      ])
    }
  })
})
