import { describe, expect, it } from 'vitest'
import { createRegistry, type PolicyOptions, type RegistrySnapshot, SnapshotError } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { acquire, fail, hold, rejected, succeed, thrownBy } from '../support/calls.ts'
import { BOTH_WAYS, newBreaker, newHalfOpen, newRegistry } from '../support/registries.ts'

/** Another registry, in another process as it were: its clock shows another time. */
function restored(snapshot: RegistrySnapshot, policy: PolicyOptions = {}, folding = true) {
  const clock = createVirtualClock(77)
  const registry = createRegistry({ clock, policy, folding, snapshot: JSON.parse(JSON.stringify(snapshot)) })
  return { clock, registry, breaker: registry.breaker('a') }
}

describe.each(BOTH_WAYS)('a snapshot, $way', ({ folding }) => {
  it('is JSON: nothing is lost on the way through text (R25)', async () => {
    const policy: PolicyOptions = {
      failureWindow: '1m',
      failureRate: { threshold: 0.9, window: { time: '10s' } },
      slowCalls: { slowerThan: 1, threshold: 0.9, window: { calls: 20 } },
    }
    const { registry, breaker } = newBreaker(policy, { folding })
    await fail(breaker, 2)
    registry.breaker('b').trip('by hand')
    registry.breaker('c').isolate()
    const snapshot = registry.snapshot()
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
    expect(snapshot.breakers.map(({ state }) => state)).toEqual(['closed', 'open', 'forcedOpen'])
  })

  it('restores a closed breaker with its evidence: one more failure opens it (R25)', async () => {
    const policy = { failureThreshold: 3 }
    const before = newBreaker(policy, { folding })
    await succeed(before.breaker)
    await fail(before.breaker, 2)
    const { breaker } = restored(before.registry.snapshot(), policy, folding)
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      consecutiveFailures: 2,
      calls: { allowed: 3, succeeded: 1, failed: 2 },
    })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('restores an open breaker for its remaining time (R25)', async () => {
    const before = newBreaker({ failureThreshold: 1, openTimeout: '30s' }, { folding })
    await fail(before.breaker)
    before.clock.advance(10_000)
    const { breaker, clock } = restored(before.registry.snapshot(), {}, folding)
    expect(await rejected(breaker)).toMatchObject({ retryAfterMs: 20_000, reason: { type: 'consecutiveFailures' } })
    expect(breaker.stats().openedAt).toBe(77 - 10_000)
    clock.advance(19_999)
    expect(breaker.state).toBe('open')
    clock.advance(1)
    expect(breaker.state).toBe('halfOpen')
  })

  it('restores an open breaker whose time has passed in a stall: it probes at once (R25)', () => {
    const before = newBreaker({}, { folding })
    before.breaker.trip()
    before.clock.stall(40_000)
    const { breaker, clock } = restored(before.registry.snapshot(), {}, folding)
    clock.advance(0)
    expect(breaker.state).toBe('halfOpen')
  })

  it('restores a half-open breaker with all its permits: the probes of before are gone (R25)', () => {
    const before = newHalfOpen({ successThreshold: 1 }, { folding })
    hold(before.breaker)
    const { breaker, clock } = restored(before.registry.snapshot(), { successThreshold: 1 }, folding)
    expect(breaker.state).toBe('halfOpen')
    expect(clock.pending).toEqual([])
    acquire(breaker).success()
    expect(breaker.state).toBe('closed')
  })

  it('restores what an operator ordered (R25)', () => {
    for (const [command, state] of [
      ['isolate', 'forcedOpen'],
      ['disable', 'disabled'],
    ] as const) {
      const before = newBreaker({}, { folding })
      before.breaker[command]()
      const { breaker } = restored(before.registry.snapshot(), {}, folding)
      expect(breaker.state).toBe(state)
      breaker.enable()
      expect(breaker.state).toBe('closed')
    }
  })

  it('restores windows: what was young enough stays so, and no longer (R25)', async () => {
    const policy: PolicyOptions = {
      failureThreshold: 3,
      failureWindow: '10s',
      counting: 'cumulative',
      failureRate: { threshold: 0.9, minimumCalls: 10, window: { time: '10s', buckets: 10 } },
    }
    const before = newBreaker(policy, { folding })
    await fail(before.breaker)
    before.clock.advance(6_000)
    await fail(before.breaker)
    await succeed(before.breaker)
    const { breaker, clock } = restored(before.registry.snapshot(), policy, folding)
    expect(breaker.stats().failureRate).toBe(2 / 3)
    clock.advance(4_000)
    expect(breaker.stats().failureRate).toBe(1 / 2)
    await fail(breaker)
    expect(breaker.state, 'the first failure is 10 s old').toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('restores the backoff: the next opening is as long as it would have been (R25)', async () => {
    const policy: PolicyOptions = { failureThreshold: 1, openTimeout: '1s', backoff: { max: '1h' } }
    const before = newBreaker(policy, { folding })
    await fail(before.breaker)
    before.clock.advance(1_000)
    await fail(before.breaker)
    const { breaker, clock } = restored(before.registry.snapshot(), policy, folding)
    expect(breaker.stats().retryAfterMs).toBe(2_000)
    clock.advance(2_000)
    await fail(breaker)
    expect(breaker.stats().retryAfterMs).toBe(4_000)
  })

  it('restores the time in each state, and starts in a new generation (R25)', () => {
    const before = newBreaker({}, { folding })
    before.clock.advance(500)
    before.breaker.trip()
    before.clock.advance(100)
    const { breaker } = restored(before.registry.snapshot(), {}, folding)
    expect(breaker.stats().timeInState).toMatchObject({ closed: 500, open: 100 })
    expect(breaker.generation).toBeGreaterThan(before.breaker.generation)
  })

  it('of a restored registry is that of before, but for the generation (R25)', async () => {
    const policy: PolicyOptions = { failureRate: { threshold: 1, window: { calls: 9 } }, failureWindow: '7s' }
    const before = newBreaker(policy, { folding, policy })
    await fail(before.breaker, 2)
    await succeed(before.breaker)
    before.registry.breaker('b').trip()
    const snapshot = before.registry.snapshot()
    const again = restored(snapshot, policy, folding).registry.snapshot()
    const sameGeneration = again.breakers.map((breaker, index) => ({
      ...breaker,
      generation: snapshot.breakers[index]?.generation,
    }))
    expect(sameGeneration).toEqual(snapshot.breakers)
  })
})

describe('a snapshot that is not one', () => {
  const valid = () => {
    const { registry } = newBreaker()
    return registry.snapshot()
  }
  const refusal = (snapshot: unknown) => {
    const error = thrownBy(() => newRegistry({ snapshot: snapshot as RegistrySnapshot }))
    expect(error).toBeInstanceOf(SnapshotError)
    expect(error).toMatchObject({ name: 'SnapshotError', code: 'INVALID_SNAPSHOT' })
    return (error as SnapshotError).message
  }

  it('because its JSON is broken, is refused (R25)', () => {
    for (const text of ['', '{', JSON.stringify(valid()).slice(0, -5), 'undefined']) {
      expect(refusal(text)).toContain('is not JSON')
    }
  })

  it('because it is of another version, is refused (R25)', () => {
    for (const other of [{ ...valid(), version: 2 }, { breakers: [] }, 5, [], '[]', 'null', '"1"']) {
      expect(refusal(other)).toMatch(/has version .*, expected 1/)
    }
  })

  const [breaker] = valid().breakers
  const wrong: Record<string, object> = {
    'an unknown state': { state: 'ajar' },
    'a negative generation': { generation: -1 },
    'a generation that is no number': { generation: 'two' },
    'a negative remaining time': { remainingMs: -5 },
    'an endpoint that is no string': { endpoint: 5 },
    'no tally': { tally: undefined },
    'a key too many': { more: 1 },
    'counts that are wrong': { calls: { ...breaker?.calls, allowed: 0.5 } },
    'no time to go half-open, though it is open': { state: 'open', remainingMs: null, openForMs: 0 },
  }
  for (const [what, change] of Object.entries(wrong)) {
    it(`because a breaker has ${what}, is refused, and says where (R25)`, () => {
      expect(refusal({ version: 1, breakers: [{ ...breaker, ...change }] })).toContain('snapshot.breakers.0')
    })
  }

  it('because a breaker is in it twice, is refused (R25)', () => {
    expect(refusal({ version: 1, breakers: [breaker, breaker] })).toContain('snapshot.breakers.1')
  })

  it('because more calls failed in a window than there were, is refused (R25)', () => {
    const failureRate = { size: { calls: 10 }, slices: [[1, 5]] }
    const tally = { ...breaker?.tally, failureRate }
    expect(refusal({ version: 1, breakers: [{ ...breaker, tally }] })).toContain('snapshot.breakers.0.tally')
  })

  it('leaves no timer of a registry that was not made (R33)', () => {
    const clock = createVirtualClock()
    const open = { ...breaker, endpoint: 'open', state: 'open', openForMs: 0, remainingMs: 1_000 }
    const snapshot = { version: 1, breakers: [open, { ...open, endpoint: 'too many' }] } as RegistrySnapshot
    expect(() => createRegistry({ clock, snapshot, maxBreakers: 1 })).toThrow()
    expect(clock.pending).toEqual([])
  })
})
