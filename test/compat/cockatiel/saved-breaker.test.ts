// The state of a policy on its way into another process.
import { CircuitState } from 'cockatiel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { breakerPolicy, type CockatielBreaker } from '../../../src/compat/cockatiel/index.ts'
import { newPolicy, open } from './policies.ts'

describe('saved and restored', () => {
  afterEach(() => void vi.useRealTimers())
  const again = (saved: CockatielBreaker) => newPolicy({ initialState: JSON.parse(JSON.stringify(saved)) })

  it('stays open for what is left of its time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { policy, clock } = newPolicy()
    await open(policy)
    clock.advance('4s')
    const text = JSON.stringify(policy)
    vi.setSystemTime(Date.now() + 1_000)
    const restored = newPolicy({ initialState: JSON.parse(text) })
    expect(restored.policy.breaker.stats().retryAfterMs).toBe(5_000)
    restored.clock.advance('5s')
    expect(restored.policy.state).toBe(CircuitState.HalfOpen)
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(newPolicy({ initialState: JSON.parse(text) }).policy.breaker.stats().retryAfterMs).toBe(6_000)
    vi.setSystemTime(Date.now() + 7_200_000)
    const late = newPolicy({ initialState: JSON.parse(text) })
    late.clock.advance(1)
    expect(late.policy.state).toBe(CircuitState.HalfOpen)
  })

  it('is in the state it was in', () => {
    const { policy } = newPolicy()
    expect(again(policy).policy.state).toBe(CircuitState.Closed)
    policy.isolate()
    expect(again(policy).policy.state).toBe(CircuitState.Isolated)
    policy.breaker.disable()
    expect(again(policy).policy.breaker.state).toBe('disabled')
  })

  it('changes no breaker that is there already', () => {
    const { policy, registry } = newPolicy()
    policy.isolate()
    const saved = policy.toJSON()
    policy.breaker.reset()
    expect(breakerPolicy(registry, 'search', { initialState: saved }).state).toBe(CircuitState.Closed)
  })
})
