import { describe, expect, it } from 'vitest'
import { resolvePolicy } from '../../../src/index.ts'
import {
  type BreakerRegistry,
  defaultPolicy,
  getMetrics,
  getOrCreate,
  newBreaker,
  recordFailure,
  recordIgnored,
  recordSuccess,
  reduce,
  reset,
  shouldAllowRequest,
  update,
} from '../../../src/pure.ts'

const INHERITED = ['constructor', 'toString', 'hasOwnProperty', '__proto__']
const EMPTY: BreakerRegistry = Object.freeze({})

const policy = resolvePolicy({ failureThreshold: 2, openTimeout: '10s', halfOpenMaxCalls: 3, successThreshold: 3 })
const tripped = () => reduce(newBreaker(policy), policy, { type: 'trip', message: 'by hand', at: 0 })

/** Half-open with this many probes in flight, numbered from 1. */
function probing(probes: number) {
  let breaker = tripped()
  const permits = Array.from({ length: probes }, (_, index) => {
    const asked = shouldAllowRequest(breaker, policy, 10_000 + index)
    breaker = asked.breaker
    return asked.permit
  })
  return { breaker, permits }
}

const probesOf = (breaker: ReturnType<typeof newBreaker>) => breaker.probes.map(({ id }) => id)

describe('getOrCreate', () => {
  it('makes a closed breaker at first use, and gives the same one afterwards (R20)', () => {
    const [made, registry] = getOrCreate(EMPTY, 'payments')
    expect(made).toEqual(newBreaker(defaultPolicy()))
    expect(registry).toEqual({ payments: made })
    expect(EMPTY).toEqual({})
    const failed = recordFailure(made, defaultPolicy(), 0)
    const [found, unchanged] = getOrCreate(update(registry, 'payments', failed), 'payments')
    expect(found).toBe(failed)
    expect(unchanged).toEqual({ payments: failed })
  })

  it('gives the registry itself where it has nothing to make (R20)', () => {
    const [, registry] = getOrCreate(EMPTY, 'a')
    expect(getOrCreate(registry, 'a')[1]).toBe(registry)
  })

  it('makes it under the policy and at the time given (R20)', () => {
    const rates = resolvePolicy({ failureRate: { threshold: 1, window: { time: '10s', buckets: 10 } } })
    const [made] = getOrCreate(EMPTY, 'a', rates, 5_000)
    expect(made).toEqual(newBreaker(rates, 5_000))
    expect(made.evidence.failureRate?.endsAt).toBe(6_000)
  })

  it('takes no name for one that every object has inherited (R23)', () => {
    for (const name of INHERITED) {
      const [made, registry] = getOrCreate(EMPTY, name)
      expect(made).toEqual(newBreaker())
      expect(Object.keys(registry)).toEqual([name])
    }
  })
})

describe('update', () => {
  it('puts a breaker in the place of the one of its name, in a frozen registry, and leaves the old one (R23)', () => {
    const [, registry] = getOrCreate(getOrCreate(EMPTY, 'a')[1], 'b')
    const updated = update(registry, 'a', tripped())
    expect([updated['a']?.state, updated['b']?.state, registry['a']?.state]).toEqual(['open', 'closed', 'closed'])
    expect(Object.isFrozen(updated)).toBe(true)
  })

  it('takes `__proto__` for a name like any other, and keeps it (R23)', () => {
    const registry = update(update(EMPTY, '__proto__', tripped()), 'a', newBreaker())
    expect(Object.keys(registry)).toEqual(['__proto__', 'a'])
    expect(Object.getPrototypeOf(registry)).toBe(Object.prototype)
    expect(getOrCreate(registry, '__proto__')[0].state).toBe('open')
  })
})

describe('reset of a registry', () => {
  it('closes the breaker of that name, clears its evidence, and makes what was admitted before late (R08)', () => {
    const failed = recordFailure(newBreaker(policy), policy, 0)
    const { permit, breaker } = shouldAllowRequest(failed, policy, 0)
    const registry = reset(update(update(EMPTY, 'a', breaker), 'b', tripped()), 'a', policy, 5)
    const after = registry['a'] ?? expect.fail('a is gone')
    expect([after.state, after.generation, after.evidence.failures]).toEqual(['closed', 1, 0])
    expect(after.reason).toEqual({ type: 'reset' })
    expect(recordFailure(after, policy, 6, { permit }).calls).toMatchObject({ late: 1, failed: 1 })
    expect(registry['b']?.state).toBe('open')
  })

  it('does nothing for a name that nobody has used, inherited ones among them (R20)', () => {
    const registry = update(EMPTY, 'a', tripped())
    for (const name of ['b', ...INHERITED]) expect(reset(registry, name)).toBe(registry)
  })

  it('starts windows at the time given (R13)', () => {
    const rates = resolvePolicy({ failureRate: { threshold: 1, window: { time: '10s', buckets: 10 } } })
    const registry = reset(update(EMPTY, 'a', newBreaker(rates)), 'a', rates, 5_000)
    expect(registry['a']?.evidence.failureRate?.endsAt).toBe(6_000)
  })
})

describe('a request', () => {
  it('that is refused leaves no permit, and is counted (R02)', () => {
    const { allowed, breaker, permit } = shouldAllowRequest(tripped(), policy, 9_999)
    expect([allowed, permit, breaker.calls.rejected, breaker.calls.allowed]).toEqual([false, undefined, 1, 0])
  })

  it('has a permit with its generation, and the number of its probe while half-open (R03, R06)', () => {
    expect(shouldAllowRequest(newBreaker(), defaultPolicy(), 0).permit).toEqual({ generation: 0 })
    const { breaker, permits } = probing(2)
    expect(permits).toEqual([
      { generation: 2, probe: 1 },
      { generation: 2, probe: 2 },
    ])
    expect(probesOf(breaker)).toEqual([1, 2])
    expect(shouldAllowRequest(probing(3).breaker, policy, 10_010).allowed, 'three are out').toBe(false)
  })
})

describe('a report without a permit', () => {
  it('gives back the permit of the oldest probe (R11b)', () => {
    const { breaker } = probing(3)
    expect(probesOf(recordSuccess(breaker, policy, 10_010))).toEqual([2, 3])
    expect(probesOf(recordIgnored(breaker, policy, 10_010))).toEqual([2, 3])
    expect(recordSuccess(breaker, policy, 10_010).probeSuccesses).toBe(1)
  })

  it('with none out counts as a probe’s all the same (R11b)', () => {
    const reported = recordSuccess(probing(0).breaker, policy, 10_000)
    expect([reported.state, reported.probeSuccesses, reported.probes]).toEqual(['halfOpen', 1, []])
  })

  it('after the open time counts in the trial that has begun, not in the open time (R05, R11b)', () => {
    const reported = recordFailure(tripped(), policy, 10_000)
    expect([reported.state, reported.generation, reported.openings]).toEqual(['open', 3, 2])
    expect(reported.deadline).toBe(20_000)
    const early = recordFailure(tripped(), policy, 9_999)
    expect([early.state, early.generation, early.calls.failed, early.calls.late]).toEqual(['open', 1, 1, 0])
  })

  it('counts where the breaker is when it is closed (R11b)', () => {
    const once = recordFailure(newBreaker(policy), policy, 0)
    expect([once.state, once.evidence.consecutiveFailures]).toEqual(['closed', 1])
    expect(recordFailure(once, policy, 0).state).toBe('open')
    expect(recordIgnored(once, policy, 0)).toMatchObject({ state: 'closed', calls: { ignored: 1, failed: 1 } })
    expect(recordSuccess(once, policy, 0).evidence.consecutiveFailures).toBe(0)
  })
})

describe('a report with a permit', () => {
  it('gives back its own permit, whichever it is, and once only (R03)', () => {
    const { breaker, permits } = probing(3)
    const reported = recordSuccess(breaker, policy, 10_010, { permit: permits[1] })
    expect(probesOf(reported)).toEqual([1, 3])
    const again = recordSuccess(reported, policy, 10_010, { permit: permits[1] })
    expect([probesOf(again), again.probeSuccesses, again.calls.late]).toEqual([[1, 3], 1, 1])
  })

  it('that was slow counts as slow, and one without a duration does not (R12)', () => {
    const slow = resolvePolicy({ slowCalls: { slowerThan: 100, threshold: 1, window: { calls: 10 } } })
    const { breaker, permit } = shouldAllowRequest(newBreaker(slow), slow, 0)
    expect(recordSuccess(breaker, slow, 0, { permit, durationMs: 101 }).calls.slow).toBe(1)
    expect(recordSuccess(breaker, slow, 0, { permit, durationMs: 100 }).calls.slow).toBe(0)
    expect(recordSuccess(breaker, slow, 0, { permit }).calls.slow).toBe(0)
    expect(recordIgnored(breaker, slow, 0, { permit, durationMs: 101 }).calls.slow).toBe(0)
  })
})

describe('the metrics of a breaker', () => {
  it('are its figures, its state as a gauge among them, and frozen (R24)', () => {
    const failed = recordFailure(newBreaker(policy), policy, 0)
    expect(getMetrics(failed)).toEqual({
      ...failed.calls,
      generation: 0,
      consecutiveFailures: 1,
      failuresSinceClosed: 1,
      probesInFlight: 0,
      probeSuccesses: 0,
      probeFailures: 0,
      state: 0,
    })
    expect(Object.isFrozen(getMetrics(failed))).toBe(true)
    const { breaker } = probing(2)
    expect(getMetrics(breaker)).toMatchObject({ probesInFlight: 2, state: 1, allowed: 2 })
    expect(getMetrics(tripped())).toMatchObject({ state: 2 })
    expect(getMetrics(reduce(breaker, policy, { type: 'isolate', at: 0 }))).toMatchObject({ state: 3 })
    expect(getMetrics(reduce(breaker, policy, { type: 'disable', at: 0 }))).toMatchObject({ state: 4 })
  })
})

describe('a new breaker', () => {
  it('is JSON, and the same again afterwards (R25)', () => {
    const { breaker } = probing(2)
    expect(JSON.parse(JSON.stringify(breaker))).toEqual(breaker)
    const windows = resolvePolicy({
      failureWindow: '10s',
      failureRate: { threshold: 1, window: { calls: 50 } },
      slowCalls: { slowerThan: 1, threshold: 1, window: { time: '10s' } },
    })
    let counted = newBreaker(windows)
    for (let call = 0; call < 40; call++) counted = recordSuccess(counted, windows, call, { durationMs: call })
    const again: typeof counted = JSON.parse(JSON.stringify(counted))
    expect(recordFailure(again, windows, 50, { durationMs: 5 })).toEqual(
      recordFailure(counted, windows, 50, { durationMs: 5 }),
    )
  })

  it('has the seed it was given, which chooses the jitter of its backoff (R09)', () => {
    const jittered = resolvePolicy({ backoff: { factor: 1, max: '1h', jitter: 0.5 } })
    const deadlineOf = (seed?: number) =>
      reduce(newBreaker(jittered, 0, seed), jittered, { type: 'trip', message: '', at: 0 }).deadline
    expect(deadlineOf(7)).toBe(deadlineOf(7))
    expect(deadlineOf(8)).not.toBe(deadlineOf(7))
    expect(deadlineOf()).toBe(deadlineOf(0))
  })
})
