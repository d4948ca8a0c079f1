// Tests that came of mutants of the rules of a generation which no other test had noticed.
import { describe, expect, it } from 'vitest'
import {
  type BreakerData,
  enterClosed,
  enterOpen,
  holdsProbe,
  isDue,
  newData,
  overdueEvent,
  releaseProbe,
  reserveProbe,
} from '../../../src/core/rules/decide.ts'
import { addDuration, latencyOf, newSketch } from '../../../src/core/rules/latency.ts'
import { describeReason, type PolicyOptions, resolvePolicy } from '../../../src/index.ts'
import {
  type BreakerEvent,
  defaultPolicy,
  getMetrics,
  newBreaker,
  recordFailure,
  recordSuccess,
  reduce,
} from '../../../src/pure.ts'

const halfOpen = (...leases: readonly (readonly [admittedAt: number, probeTimeout: number])[]) => {
  const data = newData(defaultPolicy(), 0)
  leases.forEach(([at, probeTimeout], index) => {
    reserveProbe(data, resolvePolicy({ probeTimeout }), index + 1, at)
  })
  return data
}

describe('of leases that a stalled event loop kept from ending', () => {
  const toldBy = (data: BreakerData, now: number) => {
    const told: number[] = []
    for (let due = overdueEvent('halfOpen', data, now); due !== null; due = overdueEvent('halfOpen', data, now)) {
      const probe = due.type === 'leaseExpired' ? due.probe : Number.NaN
      expect(due.at).toBe(data.probes.find(({ id }) => id === probe)?.expiresAt)
      told.push(probe)
      releaseProbe(data, probe)
    }
    return told
  }

  it('the one that ends first comes first, whoever was admitted first (R07)', () => {
    expect(toldBy(halfOpen([0, 10], [5, 10]), 30)).toEqual([1, 2])
    expect(toldBy(halfOpen([0, 30], [5, 10]), 30), 'a shorter lease was configured between').toEqual([2, 1])
    expect(toldBy(halfOpen([0, 30], [5, 10], [6, 20], [7, 3]), 30)).toEqual([4, 2, 3, 1])
    expect(toldBy(halfOpen([0, 30], [5, 10], [6, 100]), 30)).toEqual([2, 1])
  })

  it('those are told that have ended, exactly at their end too, and no others (R07)', () => {
    expect(toldBy(halfOpen([0, 10], [5, 10]), 9)).toEqual([])
    expect(toldBy(halfOpen([0, 10], [5, 10]), 10)).toEqual([1])
    expect(toldBy(halfOpen([0, 30], [5, 10]), 14)).toEqual([])
    expect(toldBy(halfOpen([0, 30], [5, 10]), 15)).toEqual([2])
  })

  it('two that end together come in the order of their admission (R07)', () => {
    expect(toldBy(halfOpen([0, 10], [0, 10]), 10)).toEqual([1, 2])
    expect(toldBy(halfOpen([0, 30], [0, 10], [0, 10]), 30)).toEqual([2, 3, 1])
  })

  it('none is told of a breaker that is not half-open (R07)', () => {
    for (const state of ['closed', 'forcedOpen', 'disabled'] as const)
      expect(overdueEvent(state, halfOpen([0, 10]), 30)).toBeNull()
  })
})

describe('probes in flight', () => {
  it('are found by their number, wherever they are, and given back one at a time (R03)', () => {
    const data = newData(defaultPolicy(), 0)
    const numbers = Array.from({ length: 9 }, (_, index) => 3 * index + 2)
    for (const id of numbers) reserveProbe(data, defaultPolicy(), id, 0)
    for (let id = 0; id < 30; id++) expect(holdsProbe(data, id), `probe ${id}`).toBe(numbers.includes(id))
    for (const id of [14, 2, 26, 5, 14, 99, undefined]) releaseProbe(data, id)
    expect(data.probes.map(({ id }) => id)).toEqual([8, 11, 17, 20, 23])
  })

  it('are replaced, not changed: who holds them from before sees what was (R03)', () => {
    const data = halfOpen([0, 10], [0, 10])
    const before = Object.freeze(data.probes)
    releaseProbe(data, 1)
    reserveProbe(data, defaultPolicy(), 3, 0)
    expect([before.length, data.probes.map(({ id }) => id)]).toEqual([2, [2, 3]])
  })

  it('may be ten thousand: none is looked at for the sake of another (R03)', () => {
    const policy = resolvePolicy({ halfOpenMaxCalls: 10_000, successThreshold: 10_001 })
    let breaker = reduce(newBreaker(policy), policy, { type: 'trip', message: '', at: 0 })
    const at = policy.openTimeoutMs
    // Looking at each took 2.5 s; this takes a tenth of that.
    for (let probe = 1; probe <= 10_000; probe++) breaker = reduce(breaker, policy, { type: 'admit', probe, at })
    expect(breaker.probes).toHaveLength(10_000)
    const { generation } = breaker
    for (let probe = 10_000; probe > 0; probe--) {
      breaker = reduce(breaker, policy, { type: 'succeed', generation, probe, durationMs: 1, at })
    }
    expect([breaker.probes, breaker.probeSuccesses, breaker.calls.late]).toEqual([[], 10_000, 0])
  })
})

describe('a generation', () => {
  const policy = resolvePolicy({ failureThreshold: 1, successThreshold: 1, openTimeout: 100 })

  it('is one more with every change of state and every reset, and never goes back (R06)', () => {
    const events: BreakerEvent[] = [
      { type: 'trip', message: '', at: 0 },
      { type: 'elapse', at: 100 },
      { type: 'fail', generation: 2, durationMs: 0, at: 100 },
      { type: 'elapse', at: 200 },
      { type: 'succeed', generation: 4, durationMs: 0, at: 200 },
      { type: 'reset', at: 200 },
      { type: 'isolate', at: 200 },
      { type: 'enable', at: 200 },
      { type: 'disable', at: 200 },
      { type: 'enable', at: 200 },
      { type: 'fail', generation: 10, durationMs: 0, at: 200 },
    ]
    let breaker = newBreaker(policy)
    events.forEach((event, index) => {
      breaker = reduce(breaker, policy, event)
      expect(breaker.generation, JSON.stringify(event)).toBe(index + 1)
    })
  })

  it('stays when a command finds its work done (R08)', () => {
    for (const [first, again] of [
      [{ type: 'isolate' }, { type: 'isolate' }],
      [{ type: 'disable' }, { type: 'disable' }],
      [{ type: 'reset' }, { type: 'enable' }],
    ] as const) {
      const once = reduce(newBreaker(policy), policy, { ...first, at: 0 })
      expect(reduce(once, policy, { ...again, at: 0 })).toEqual(once)
    }
  })
})

describe('the reason of a stay', () => {
  it('can be changed by nobody who was given it (R08)', () => {
    const data = newData(defaultPolicy(), 0)
    enterOpen(data, defaultPolicy(), { type: 'tripped', message: 'by hand' }, 0, 0)
    expect(Object.isFrozen(data.reason)).toBe(true)
    enterClosed(data, defaultPolicy(), { type: 'reset' }, 0)
    expect(Object.isFrozen(data.reason)).toBe(true)
  })
})

describe('the default policy', () => {
  it('can be changed by nobody who was given it (R50)', () => {
    expect(Object.isFrozen(defaultPolicy())).toBe(true)
    expect(Reflect.set(defaultPolicy(), 'failureThreshold', 1)).toBe(false)
    expect(defaultPolicy().failureThreshold).toBe(5)
  })
})

describe('a new breaker', () => {
  it('has no probe in flight, and no deadline that could pass (R01, R03)', () => {
    expect(getMetrics(newBreaker())).toMatchObject({ probesInFlight: 0, generation: 0 })
    expect(isDue(newData(defaultPolicy(), 0), 1e12)).toBe(false)
  })
})

describe('under a policy whose threshold was lowered', () => {
  it('a success does not open for the failures before it (R12, R21)', () => {
    const of = (failureThreshold: number) => resolvePolicy({ counting: 'cumulative', failureThreshold })
    let breaker = newBreaker(of(5))
    for (let failure = 0; failure < 3; failure++) breaker = recordFailure(breaker, of(5), 0)
    breaker = recordSuccess(breaker, of(2), 0)
    expect(breaker.state).toBe('closed')
    expect(recordFailure(breaker, of(2), 0).state).toBe('open')
  })
})

describe('a breaker made under one policy and judged by another', () => {
  const window = { time: '10s', buckets: 10 } as const
  const rates: PolicyOptions = {
    failureThreshold: null,
    failureRate: { threshold: 0.5, minimumCalls: 2, window },
    slowCalls: { slowerThan: 100, threshold: 0.5, minimumCalls: 2, window },
  }

  for (const [from, to] of [
    ['without', 'with'],
    ['with', 'without'],
  ]) {
    it(`counts failures ${from} windows, then ${to} them (R12, R13)`, () => {
      const policy = {
        with: resolvePolicy({ ...rates, failureThreshold: 2 }),
        without: resolvePolicy({ failureThreshold: 2 }),
      }
      const [first, then] = from === 'with' ? [policy.with, policy.without] : [policy.without, policy.with]
      const succeeded = recordSuccess(newBreaker(first), then, 0, { durationMs: 500 })
      const failed = recordFailure(succeeded, then, 0, { durationMs: 500 })
      expect([failed.state, failed.evidence.consecutiveFailures]).toEqual(['closed', 1])
      expect(recordFailure(failed, then, 0).state).toBe('open')
    })
  }
})

describe('a reason in words', () => {
  it('tells what the probes came to, with its figures (R12)', () => {
    expect(describeReason({ type: 'probeFailures', failures: 2, threshold: 3 })).toBe(
      '2 failed while half-open (threshold 3)',
    )
    expect(describeReason({ type: 'probeSuccesses', successes: 4, threshold: 5 })).toBe(
      '4 succeeded while half-open (threshold 5)',
    )
  })

  it('tells an operator’s command by its name (R08)', () => {
    for (const type of ['reset', 'isolated', 'disabled', 'enabled'] as const)
      expect(describeReason({ type })).toBe(type)
  })
})

describe('a quantile', () => {
  it('is the call at its rank, not the one after it (R13)', () => {
    const sketch = newSketch()
    addDuration(sketch, 1)
    addDuration(sketch, 1_000)
    expect(latencyOf(sketch).p50).toBeLessThan(2)
  })
})
