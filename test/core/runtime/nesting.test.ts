// Calls of a breaker inside admitted calls of the same breaker.
import { describe, expect, it } from 'vitest'
import type { Breaker, BreakerState, CallContext, PolicyOptions } from '../../../src/index.ts'
import { acquire, DOWN, errorOf, fail, hold, jobsDone, promiseOf, succeed } from '../../support/calls.ts'
import { closesAgain, NESTED_POLICY } from '../../support/outage.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen, newRegistry } from '../../support/registries.ts'

const io = async (isUp: boolean) => {
  await jobsDone()
  if (!isUp) throw DOWN
  return 'rows'
}

/** The ways in which a call comes to be inside one of the same breaker. */
const WAYS: Record<string, (breaker: Breaker, isUp: boolean) => Promise<unknown>> = {
  'a call in a call': (breaker, isUp) => breaker.call(() => breaker.call(() => io(isUp))),
  'a call in a call with a time limit': (breaker, isUp) =>
    breaker.call(() => breaker.call(() => io(isUp), { timeout: '1s' }), { timeout: '2s' }),
  'recursion through wrap': (breaker, isUp) => {
    const load = breaker.wrap((depth: number): Promise<unknown> => (depth === 0 ? io(isUp) : load(depth - 1)))
    return load(4)
  },
  'three calls at a time in a call': (breaker, isUp) =>
    breaker.call(() => Promise.all([1, 2, 3].map(() => breaker.call(() => io(isUp))))),
  'a call under a permit': async (breaker, isUp) => {
    const permit = acquire(breaker)
    return permit
      .run(() => breaker.call(() => io(isUp)))
      .then(
        () => permit.success(),
        (error) => permit.failure(error),
      )
  },
  'a permit under a permit that was waited for': async (breaker, isUp) => {
    using outer = await breaker.acquire()
    await outer.run(async () => {
      using inner = await breaker.acquire()
      await io(isUp).catch((error) => {
        inner.failure(error)
        outer.failure(error)
        throw error
      })
      inner.success()
    })
    outer.success()
  },
  'a permit in a call': (breaker, isUp) =>
    breaker.call(async () => {
      using permit = acquire(breaker)
      await io(isUp)
      permit.success()
    }),
}

const POLICIES: Record<string, PolicyOptions> = {
  'one probe at a time': {},
  'two probes at a time': { halfOpenMaxCalls: 2 },
  'a ramp': { recoveryRamp: { duration: '1m', from: 0.1 } },
  'a bulkhead of one': { maxConcurrent: 1 },
  'a bulkhead of one, and a queue': { maxConcurrent: 1, maxQueued: 5 },
}

describe.each(EVERY_WAY)('a breaker that is called inside itself, $way', ({ how }) => {
  for (const [policy, options] of Object.entries(POLICIES)) {
    it.each(Object.keys(WAYS))(`closes again after an outage, with ${policy}: %s (R14)`, async (way) => {
      const { breaker, clock, registry } = newBreaker({ ...NESTED_POLICY, ...options }, how)
      const errors = hear(registry, 'error')
      await closesAgain(
        breaker,
        clock,
        (isUp) => WAYS[way]?.(breaker, isUp) ?? Promise.reject(new Error('no such way')),
      )
      expect(errors).toEqual([])
      expect(breaker.stats()).toMatchObject({ calls: { rejected: 0, limited: 0 } })
      expect(breaker.admission()).toMatchObject({ admits: 'all' })
    })
  }

  it('with another breaker between them closes again, and so does that (R14)', async () => {
    const { registry, clock } = newRegistry({ ...how, policy: NESTED_POLICY })
    const a = registry.breaker('a')
    const b = registry.breaker('b')
    const inside = (isUp: boolean) => a.call(() => b.call(() => a.call(() => io(isUp))))
    await closesAgain(a, clock, async (isUp) => {
      // All at once open, so that both come back at once.
      if (!isUp) {
        a.trip()
        b.trip()
      } else await inside(true)
    })
    expect(b.state).toBe('closed')
  })

  it('counts a probe once, and tells of the call inside (R14)', async () => {
    const { breaker, registry } = newHalfOpen(NESTED_POLICY, how)
    const probes = hear(registry, 'probe')
    const nested = hear(registry, 'nested')
    await breaker.call(() => breaker.call(() => io(true)))
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { allowed: 1, succeeded: 1, rejected: 0 } })
    expect(probes).toHaveLength(1)
    expect(nested).toMatchObject([{ endpoint: 'a', generation: breaker.generation, outcome: 'success' }])
  })

  it('counts both calls while it is closed and has no limit (R14)', async () => {
    const { breaker } = newBreaker({}, how)
    await breaker.call(() => breaker.call(() => io(true)))
    await breaker.call((context) => breaker.call(() => io(true), { context }), { timeout: '1s' })
    expect(breaker.stats().calls).toMatchObject({ allowed: 4, succeeded: 4 })
  })

  it('rejects others while its probe is under way, whose calls it admits (R14)', async () => {
    const { breaker } = newHalfOpen(NESTED_POLICY, how)
    const { promise, resolve } = promiseOf<void>()
    const probe = breaker.call(async () => {
      await promise
      expect(breaker.allows()).toBe(true)
      return breaker.call(() => 'inside')
    })
    expect(breaker.allows()).toBe(false)
    expect(await errorOf(succeed(breaker))).toMatchObject({ code: 'BREAKER_OPEN' })
    resolve()
    expect(await probe).toBe('inside')
  })
})

describe('a call inside a probe of its breaker', () => {
  it('that fails gives no verdict where the call around it makes good (R14)', async () => {
    const { breaker, registry } = newHalfOpen({ ...NESTED_POLICY, successThreshold: 1 })
    const nested = hear(registry, 'nested')
    await breaker.call(() => breaker.call(() => io(false)).catch(() => 'from a replica'))
    expect(nested).toMatchObject([{ outcome: 'failure' }])
    expect(breaker.state).toBe('closed')
  })

  it('has its own time limit, signal and fallback (R14)', async () => {
    const { breaker, clock, registry } = newHalfOpen({ ...NESTED_POLICY, successThreshold: 1 })
    const nested = hear(registry, 'nested')
    const hang = () => new Promise<never>(() => {})
    const caller = new AbortController()
    const probe = breaker.call(async () => {
      const limited = errorOf(breaker.call(hang, { timeout: '1s' }))
      const left = errorOf(breaker.call(hang, { signal: caller.signal }))
      const answered = breaker.call(() => io(false), { fallback: (_, { outcome }) => outcome })
      clock.advance(1_000)
      caller.abort('left')
      return [await limited, await left, await answered]
    })
    expect(await probe).toMatchObject([{ code: 'CALL_TIMEOUT', timeoutMs: 1_000 }, 'left', 'failure'])
    expect(nested.map(({ outcome }) => outcome).sort()).toEqual(['failure', 'ignored', 'timeout'])
    expect(breaker.state).toBe('closed')
  })

  it('is admitted by itself once the call around it has ended (R14)', async () => {
    const { breaker, clock, registry } = newHalfOpen({ ...NESTED_POLICY, halfOpenFailureThreshold: 2 })
    const nested = hear(registry, 'nested')
    const { promise, resolve } = promiseOf<void>()
    let after: Promise<unknown> = Promise.resolve()
    const probe = breaker.call(
      () => {
        after = promise.then(() => breaker.call(() => 'after'))
        return after
      },
      { timeout: '1s' },
    )
    const ended = errorOf(probe)
    clock.advance(1_000)
    expect(await ended).toMatchObject({ code: 'CALL_TIMEOUT' })
    // It needs a permit like any other: there is one, as the call around it has given its own back.
    const other = acquire(breaker)
    resolve()
    expect(await errorOf(after)).toMatchObject({ code: 'BREAKER_OPEN', state: 'halfOpen' })
    other.ignore()
    expect(nested).toEqual([])
  })

  it('is admitted by itself once the probe has lost its lease, or its stay has ended (R14)', async () => {
    for (const end of ['lease', 'reset', 'trip'] as const) {
      const { breaker, clock, registry } = newHalfOpen({ ...NESTED_POLICY, halfOpenFailureThreshold: 2 })
      const nested = hear(registry, 'nested')
      const { promise, resolve } = promiseOf<void>()
      let seen: [BreakerState, unknown] | undefined
      const probe = breaker.call(async () => {
        await promise
        const inside = await breaker.call(() => 'inside').catch((error) => error.code)
        seen = [breaker.state, inside]
      })
      if (end === 'lease') clock.advance(30_000)
      else breaker[end]()
      resolve()
      await probe
      expect(nested).toEqual([])
      const expected = { lease: ['halfOpen', 'inside'], reset: ['closed', 'inside'], trip: ['open', 'BREAKER_OPEN'] }
      expect(seen).toEqual(expected[end])
    }
  })

  it('of a namesake in another registry is none: that has permits of its own (R14)', async () => {
    const one = newHalfOpen(NESTED_POLICY)
    const other = newHalfOpen(NESTED_POLICY)
    const errors = hear(one.registry, 'error')
    const nested = hear(other.registry, 'nested')
    await one.breaker.call(() => other.breaker.call(() => 'ok'))
    expect([one, other].map(({ breaker }) => breaker.stats().calls.succeeded)).toEqual([1, 1])
    const held = acquire(other.breaker)
    const code = await one.breaker.call(() => other.breaker.call(() => 'ok')).catch((error) => error.code)
    expect(code).toBe('BREAKER_OPEN')
    held.ignore()
    expect([nested, errors]).toEqual([[], []])
    expect(one.breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { failed: 0, ignored: 1 } })
  })

  it('knows that it is a probe, as the probe does, and no other call does (R14)', async () => {
    const { breaker, clock } = newBreaker(NESTED_POLICY)
    const told: boolean[] = []
    const see = ({ probe }: CallContext) => told.push(probe)
    await breaker.call(see)
    await breaker.call(see, { timeout: '1s' })
    breaker.trip()
    clock.advance(30_000)
    await breaker.call((context) => {
      see(context)
      return breaker.call(see)
    })
    await breaker.call(see, { timeout: '1s' })
    expect(breaker.state).toBe('closed')
    await breaker.call(see)
    expect(told).toEqual([false, false, true, true, true, false])
  })
})

describe('a call inside one that holds the only place', () => {
  it('is refused when the breaker has opened meanwhile, and nobody is told that it knew nothing of the call around it (R14)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1, maxConcurrent: 1 })
    const errors = hear(registry, 'error')
    const { promise, resolve } = promiseOf<void>()
    const outer = breaker.call(async () => {
      await promise
      return breaker.call(() => 'inside')
    })
    breaker.recordFailure()
    resolve()
    expect(await errorOf(outer)).toMatchObject({ code: 'BREAKER_OPEN' })
    expect(errors).toEqual([])
  })

  it('takes none, and none is left over when all have ended, in whatever order (R14)', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1 })
    const { promise, resolve } = promiseOf<void>()
    let inner: Promise<unknown> = Promise.resolve()
    const outer = breaker.call(() => {
      inner = breaker.call(() => promise)
    })
    await outer
    // The slot is free though the call inside goes on: it holds none.
    expect(await succeed(breaker)).toBe('ok')
    resolve()
    await inner
    expect(await succeed(breaker)).toBe('ok')
    const held = hold(breaker)
    expect(breaker.admission()).toMatchObject({ admits: 'none', refusedBy: 'bulkhead' })
    await held.succeed()
  })
})

describe('a call of a breaker that is closed', () => {
  it('inside itself, fails as two: an outage opens it after half as many (R14)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 4 })
    const nested = () => breaker.call(() => breaker.call(() => io(false))).catch(() => {})
    await nested()
    expect(breaker.stats().calls.failed).toBe(2)
    await fail(breaker)
    await nested()
    expect(breaker.state).toBe('open')
  })
})
