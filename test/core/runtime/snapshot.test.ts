import { describe, expect, it } from 'vitest'
import {
  createRegistry,
  describeReason,
  type PolicyOptions,
  type Reason,
  type RegistrySnapshot,
  SnapshotError,
} from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { acquire, DOWN, fail, hold, rejected, succeed, thrownBy } from '../../support/calls.ts'
import { BOTH_WAYS, hear, newBreaker, newHalfOpen, newRegistry, START } from '../../support/registries.ts'

function raise(): never {
  throw new Error('raised')
}

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

  it('keeps no failure longer than its window, on another clock neither, in one slice or in seven (R25)', async () => {
    for (const buckets of [1, 7]) {
      const failureRate = { threshold: 1, minimumCalls: 9, window: { time: '10s', buckets } } as const
      const before = newBreaker({ failureThreshold: null, failureRate }, { folding })
      before.clock.advance(9_100)
      await fail(before.breaker)
      before.clock.advance(9_800)
      expect(before.registry.snapshot().breakers[0]?.evidence.failureRate?.buckets[0]).toEqual([1, 1])
      const { breaker, clock } = restored(before.registry.snapshot(), { failureThreshold: null, failureRate }, folding)
      clock.advance(200)
      expect(breaker.stats().failureRate, `${buckets} slices`).toBeNull()
      await fail(breaker)
      expect(breaker.stats().failureRate).toBe(1)
    }
  })

  it('of before the phase of a window was kept is accepted: its evidence leaves early, not late (R25)', async () => {
    const failureRate = { threshold: 1, minimumCalls: 9, window: { time: '10s', buckets: 5 } } as const
    const before = newBreaker({ failureThreshold: null, failureRate }, { folding })
    before.clock.advance(1_900)
    await fail(before.breaker)
    before.clock.advance(50)
    await fail(before.breaker)
    const snapshot = before.registry.snapshot()
    delete snapshot.breakers[0]?.evidence.failureRate?.phaseMs
    const { breaker, clock } = restored(snapshot, { failureThreshold: null, failureRate }, folding)
    expect(breaker.stats().failureRate).toBe(1)
    clock.advance(8_000)
    expect(breaker.stats().failureRate).toBeNull()
  })

  it('restores how far each window is into its round: evidence leaves when it would have (R13, R25)', async () => {
    const failureRate = { threshold: 1, minimumCalls: 9, window: { time: '10s', buckets: 5 } } as const
    const before = newBreaker({ failureThreshold: null, failureRate }, { folding })
    before.clock.advance(1_900)
    await fail(before.breaker)
    const snapshot = before.registry.snapshot()
    expect(snapshot.breakers[0]?.evidence.failureRate?.phaseMs).toBe(START + 1_900)
    const { breaker, clock } = restored(snapshot, { failureThreshold: null, failureRate }, folding)
    clock.advance(9_099)
    expect(breaker.stats().failureRate).toBe(1)
    clock.advance(1)
    expect(breaker.stats().failureRate).toBeNull()
  })

  it('knows times of what is open alone, and none of the future, where time passes as it is made (R25)', () => {
    const { breaker, clock, registry } = newHalfOpen({ probeTimeout: '10s', openTimeout: '30s' }, { folding })
    registry.breaker('b')
    const [halfOpen, closed] = registry.snapshot().breakers
    expect([halfOpen, closed]).toMatchObject(Array(2).fill({ openForMs: null, remainingMs: null }))
    acquire(breaker)
    clock.stall(9_999)
    const { now } = clock
    clock.now = () => {
      clock.stall(1)
      return now() - 1
    }
    expect(registry.snapshot().breakers[0]).toMatchObject({ state: 'open', openForMs: 0 })
  })

  it('has no such thing of a window of calls (R25)', async () => {
    const failureRate = { threshold: 1, window: { calls: 2 } } as const
    const { breaker, registry } = newBreaker({ failureRate }, { folding })
    await succeed(breaker)
    const buckets = [[1, 0]]
    expect(registry.snapshot().breakers[0]?.evidence.failureRate).toStrictEqual({ size: { calls: 2 }, buckets })
  })

  it('restores every count, and both rates (R25)', async () => {
    const window = { calls: 9 }
    const policy: PolicyOptions = {
      failureRate: { threshold: 1, window },
      slowCalls: { slowerThan: 10, threshold: 1, window },
    }
    const before = newBreaker(policy, { folding })
    const late = hold(before.breaker)
    before.breaker.trip()
    await rejected(before.breaker)
    before.breaker.reset()
    await late.succeed()
    acquire(before.breaker).ignore()
    before.breaker.recordSuccess(20)
    before.breaker.recordSuccess(5)
    before.breaker.recordFailure(new DOMException('too long', 'TimeoutError'))
    const failing = before.breaker.call(() => Promise.reject(DOWN), { fallback: () => 'answered' })
    expect(await failing).toBe('answered')
    const { calls, failureRate, slowRate } = before.breaker.stats()
    const few = { allowed: 3, rejected: 1, succeeded: 2, failed: 2, ignored: 1, late: 1, slow: 1 }
    expect(calls).toEqual({ ...few, timedOut: 1, fallbacks: 1, limited: 0 })
    const { breaker } = restored(before.registry.snapshot(), policy, folding)
    expect(breaker.stats()).toMatchObject({ calls, failureRate, slowRate })
    expect([failureRate, slowRate]).toEqual([1 / 2, 1 / 4])
  })

  it('may be restored under a policy that has come by a window, or has lost one (R21, R25)', async () => {
    const window = { calls: 9 }
    const rated: PolicyOptions = {
      failureRate: { threshold: 1, window },
      slowCalls: { slowerThan: 1, threshold: 1, window },
    }
    for (const [was, is] of [
      [{}, rated],
      [rated, {}],
    ] as const) {
      const before = newBreaker(was, { folding })
      await fail(before.breaker)
      const { breaker } = restored(before.registry.snapshot(), is, folding)
      expect(breaker.stats()).toMatchObject({ consecutiveFailures: 1, failureRate: null, slowRate: null })
      await fail(breaker)
      expect(breaker.stats().failureRate).toBe(is === rated ? 1 : null)
    }
  })

  it('is of the windows as they are now, though nobody has read them (R13, R25)', async () => {
    const rule = { threshold: 1, minimumCalls: 9, window: { time: '10s', buckets: 10 } } as const
    const policy: PolicyOptions = {
      failureThreshold: 9,
      failureWindow: '5s',
      counting: 'cumulative',
      failureRate: rule,
      slowCalls: { slowerThan: 1, ...rule },
    }
    const { breaker, registry, clock } = newBreaker(policy, { folding })
    await fail(breaker)
    clock.advance(5_000)
    await fail(breaker)
    expect(registry.snapshot().breakers[0]?.evidence.failureAgesMs, 'one window old is out').toEqual([0])
    clock.advance(10_000)
    const { failureAgesMs, failureRate, slowCalls } = registry.snapshot().breakers[0]?.evidence ?? {}
    expect(failureAgesMs).toEqual([])
    for (const window of [failureRate, slowCalls]) {
      expect(window?.buckets).toEqual(Array.from({ length: 10 }, () => [0, 0]))
    }
  })

  it('tells the ages of failures oldest first, also when their ring has gone round (R25)', async () => {
    const policy: PolicyOptions = { failureThreshold: 3, failureWindow: '1s', counting: 'cumulative' }
    const before = newBreaker(policy, { folding })
    for (const ms of [600, 500, 550, 0]) {
      await fail(before.breaker)
      before.clock.advance(ms)
    }
    const snapshot = before.registry.snapshot()
    expect(snapshot.breakers[0]?.evidence.failureAgesMs).toEqual([550, 0])
    const { breaker, clock } = restored(snapshot, policy, folding)
    clock.advance(450)
    await fail(breaker)
    expect(breaker.state, 'the failure of 550 ms is 1,000 ms old').toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('restores the newest failures, as many as the policy asks for, and none out of its window (R25)', async () => {
    const before = newBreaker({ failureThreshold: 5, failureWindow: '1s', counting: 'cumulative' }, { folding })
    for (const ms of [300, 300, 300]) {
      await fail(before.breaker)
      before.clock.advance(ms)
    }
    const agesUnder = (failureThreshold: number, failureWindow: number) => {
      const { registry } = restored(before.registry.snapshot(), { failureThreshold, failureWindow }, folding)
      return registry.snapshot().breakers[0]?.evidence.failureAgesMs
    }
    expect(agesUnder(5, 1_000)).toEqual([900, 600, 300])
    expect(agesUnder(2, 1_000)).toEqual([600, 300])
    expect(agesUnder(5, 600)).toEqual([300])
  })

  it('leaves a window of another size behind: it would be no evidence under this policy (R25)', async () => {
    const of = (window: object): PolicyOptions =>
      ({ failureThreshold: null, failureRate: { threshold: 1, minimumCalls: 5, window } }) as PolicyOptions
    const sizes = [
      { calls: 10 },
      { calls: 11 },
      { time: 1_000, buckets: 5 },
      { time: 1_000, buckets: 4 },
      { time: 900, buckets: 5 },
    ]
    for (const from of sizes) {
      const before = newBreaker(of(from), { folding })
      await fail(before.breaker)
      for (const to of sizes) {
        const { breaker } = restored(before.registry.snapshot(), of(to), folding)
        expect(breaker.stats().failureRate, JSON.stringify([from, to])).toBe(from === to ? 1 : null)
      }
    }
  })

  it('after the clock stepped back is one that can be restored: no age is negative (R25, R40)', async () => {
    const clock = createVirtualClock(10_000)
    let back = 0
    const policy: PolicyOptions = { failureThreshold: 5, failureWindow: '1m' }
    const stepping = { ...clock, now: () => clock.now() - back }
    const registry = createRegistry({ clock: stepping, policy, folding })
    await fail(registry.breaker('a'))
    registry.breaker('b').trip()
    back = 5_000
    registry.breaker('c').trip()
    back = 9_000
    registry.breaker('c').reset()
    const snapshot = registry.snapshot()
    const [a, b, c] = snapshot.breakers
    expect(a?.evidence.failureAgesMs).toEqual([0])
    expect(b?.openForMs).toBe(0)
    expect(c?.timeInState).toMatchObject({ open: 0, closed: 0 })
    expect(
      restored(snapshot, policy, folding)
        .registry.list()
        .map(({ endpoint }) => endpoint),
    ).toEqual(['a', 'b', 'c'])
  })

  it('restores every kind of reason, and lets nobody change it (R25)', async () => {
    const counted = { failures: 2, threshold: 2 }
    const rated = { rate: 0.5, threshold: 0.5, calls: 4 }
    const reasons: Reason[] = [
      { type: 'consecutiveFailures', ...counted },
      { type: 'cumulativeFailures', ...counted },
      { type: 'failuresInWindow', ...counted, windowMs: 100 },
      { type: 'failureRate', ...rated },
      { type: 'slowCallRate', ...rated, slowerThanMs: 0.5 },
      { type: 'probeFailures', ...counted },
      { type: 'probeSuccesses', successes: 1, threshold: 1 },
      { type: 'openTimeElapsed' },
      { type: 'tripped', message: '' },
      { type: 'reset' },
      { type: 'isolated' },
      { type: 'disabled' },
      { type: 'enabled' },
      { type: 'escalated', restarts: 3, withinMs: 5_000 },
    ]
    const before = newBreaker({}, { folding })
    before.breaker.trip()
    const [open] = before.registry.snapshot().breakers
    for (const reason of reasons) {
      const snapshot = { version: 1, breakers: [{ ...open, reason }] } as RegistrySnapshot
      const { registry, breaker } = restored(snapshot, {}, folding)
      expect(registry.snapshot().breakers[0]?.reason).toEqual(reason)
      const error = await rejected(breaker)
      expect(error.reason).toEqual(reason)
      expect(error.message).toContain(describeReason(reason))
      expect(Object.isFrozen(error.reason)).toBe(true)
    }
  })

  it('restores a half-open breaker that reports without a permit may close (R11b, R25)', () => {
    const before = newHalfOpen({}, { folding })
    const { breaker, registry } = restored(before.registry.snapshot(), { successThreshold: 2 }, folding)
    const restarted = hear(registry, 'restarted')
    breaker.recordSuccess()
    breaker.recordSuccess()
    expect([breaker.state, restarted]).toEqual(['closed', []])
  })

  it('restores one that has no reason: it rejects all the same (R02, R25)', async () => {
    const before = newBreaker({}, { folding })
    before.breaker.trip()
    const [open] = before.registry.snapshot().breakers
    const { breaker } = restored({ version: 1, breakers: [{ ...open, reason: null }] } as RegistrySnapshot, {}, folding)
    expect(await rejected(breaker)).toMatchObject({ state: 'open', reason: { type: 'reset' }, retryAfterMs: 30_000 })
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
  it.each([
    ['ramp', null, 'an object, received null'],
    ['endpoint', 5, 'a string, received 5'],
    ['state', 'ajar', '("closed" | "halfOpen" | "open" | "forcedOpen" | "disabled"), received "ajar"'],
  ])('says in our words what its %s must be (R25)', (field, value, told) => {
    const message = refusal({ version: 1, breakers: [{ ...breaker, [field]: value }] })
    expect(message).toBe(`invalid snapshot:\n  snapshot.breakers.0.${field}: expected ${told}`)
  })

  const wrong: Record<string, object> = {
    'an unknown state': { state: 'ajar' },
    'a negative generation': { generation: -1 },
    'a generation that is no number': { generation: 'two' },
    'a negative remaining time': { remainingMs: -5 },
    'an endpoint that is no string': { endpoint: 5 },
    'no evidence': { evidence: undefined },
    'a key too many': { more: 1 },
    'counts that are wrong': { calls: { ...breaker?.calls, allowed: 0.5 } },
    'more timeouts than failures': { calls: { ...breaker?.calls, failed: 1, timedOut: 2 } },
    'a generation that could not grow any more': { generation: Number.MAX_SAFE_INTEGER },
    'a count that could not grow any more': { openings: 2 ** 53 },
    'a reason of no known type': { reason: { type: 'boredom' } },
    'a reason without a type': { reason: {} },
    'a reason that is no object': { reason: 'tripped' },
    'a message that is no text': { reason: { type: 'tripped', message: { toString: 1 } } },
    'a reason without its figures': { reason: { type: 'consecutiveFailures', failures: 5 } },
    'a reason with a figure that is no number': {
      reason: { type: 'failureRate', rate: Number.NaN, threshold: 0.5, calls: 4 },
    },
    'a rate above 1': { reason: { type: 'slowCallRate', rate: 2, threshold: 0.5, calls: 4, slowerThanMs: 1 } },
    'a reason with a time without end': {
      reason: { type: 'escalated', restarts: 3, withinMs: Number.POSITIVE_INFINITY },
    },
    'a reason with a figure too many': { reason: { type: 'reset', failures: 1 } },
    'no time to go half-open, though it is open': { state: 'open', remainingMs: null, openForMs: 0 },
  }
  for (const [what, change] of Object.entries(wrong)) {
    it(`because a breaker has ${what}, is refused, and says where (R25)`, () => {
      expect(refusal({ version: 1, breakers: [{ ...breaker, ...change }] })).toContain('snapshot.breakers.0')
    })
  }

  it('because its version is something odd, is refused (R25)', () => {
    for (const version of [
      1n,
      Symbol('1'),
      () => 1,
      { toJSON: raise },
      { toString: raise },
      Object.create(null),
      '1',
      [1],
    ]) {
      expect(refusal({ ...valid(), version })).toMatch(/has version .*, expected 1/)
    }
  })

  it('because a window is further into its round than the round is long, is refused (R25)', () => {
    const windows = [
      { size: { timeMs: 100, buckets: 1 }, buckets: [[0, 0]], phaseMs: 100 },
      { size: { timeMs: 100, buckets: 1 }, buckets: [[0, 0]], phaseMs: -1 },
      { size: { calls: 1 }, buckets: [], phaseMs: 0 },
    ]
    for (const slowCalls of windows) {
      const evidence = { ...breaker?.evidence, slowCalls }
      expect(refusal({ version: 1, breakers: [{ ...breaker, evidence }] })).toContain('snapshot.breakers.0.evidence')
    }
  })

  it('is not refused for a generation that can still grow (R25)', async () => {
    const snapshot = { version: 1, breakers: [{ ...breaker, generation: 2 ** 52 }] } as RegistrySnapshot
    const restoredOne = restored(snapshot).breaker
    const { generation } = restoredOne
    restoredOne.trip()
    expect(restoredOne.generation).toBe(generation + 1)
  })

  it('because a breaker is in it twice, is refused (R25)', () => {
    expect(refusal({ version: 1, breakers: [breaker, breaker] })).toContain('snapshot.breakers.1')
  })

  it('because more calls failed in a window than there were, is refused (R25)', () => {
    const failureRate = { size: { calls: 10 }, buckets: [[1, 5]] }
    const evidence = { ...breaker?.evidence, failureRate }
    expect(refusal({ version: 1, breakers: [{ ...breaker, evidence }] })).toContain('snapshot.breakers.0.evidence')
  })

  it('leaves no timer of a registry that was not made (R33)', () => {
    const clock = createVirtualClock()
    const open = { ...breaker, endpoint: 'open', state: 'open', openForMs: 0, remainingMs: 1_000 }
    const snapshot = { version: 1, breakers: [open, { ...open, endpoint: 'too many' }] } as RegistrySnapshot
    expect(() => createRegistry({ clock, snapshot, maxBreakers: 1 })).toThrow()
    expect(clock.pending).toEqual([])
  })
})
