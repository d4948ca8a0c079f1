// An outage and its end, for breakers that are called inside calls of themselves: what every such test goes through.
import { expect } from 'vitest'
import type { Breaker, PolicyOptions } from '../../src/index.ts'
import type { VirtualClock } from '../../src/testing/index.ts'

/** What users have: some failures open it, more than one probe closes it. */
export const NESTED_POLICY = { failureThreshold: 3, successThreshold: 2, openTimeout: '30s' } satisfies PolicyOptions

/**
 * Calls until it opens, waits until it is half-open, and calls again: each call is a probe that succeeds, and it closes after as
 * many as its policy asks for.
 */
export async function closesAgain(breaker: Breaker, clock: VirtualClock, call: (isUp: boolean) => Promise<unknown>) {
  for (let calls = 0; breaker.state === 'closed' && calls < 10; calls++) await call(false).catch(() => {})
  expect(breaker.state, 'after the outage').toBe('open')
  clock.advance(breaker.policy.openTimeoutMs)
  for (let probe = 0; probe < breaker.policy.successThreshold; probe++) {
    expect(breaker.state, `before probe ${probe + 1}`).toBe('halfOpen')
    await call(true)
  }
  if (breaker.policy.recoveryRamp !== null) clock.advance(breaker.policy.recoveryRamp.durationMs)
  expect(breaker.state, 'after the probes').toBe('closed')
}
