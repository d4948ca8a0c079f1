import { describe, expect, it } from 'vitest'
import { type Breaker, RegistryFullError } from '../../../src/index.ts'
import { acquire, errorOf, fail, hold, succeed, thrownBy } from '../../support/calls.ts'
import { EVERY_WAY, hear, newRegistry, statesIn } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a registry with maxBreakers, $way', ({ how }) => {
  it('holds that many, and evicts a closed idle one for the next (R23)', () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 3 })
    const deleted = hear(registry, 'deleted')
    for (const name of ['a', 'b', 'c']) registry.breaker(name)
    expect(deleted).toEqual([])
    registry.breaker('d')
    expect(registry.list()).toHaveLength(3)
    expect(registry.has('d')).toBe(true)
    expect(deleted).toEqual([{ endpoint: 'a', why: 'evicted' }])
  })

  it('evicts the idle before the busy (R23)', async () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 3 })
    const breakers = ['a', 'b', 'c'].map((name) => registry.breaker(name))
    for (const breaker of [breakers[0], breakers[2]]) if (breaker) await succeed(breaker)
    registry.breaker('d')
    expect(['a', 'b', 'c', 'd'].map((name) => registry.has(name))).toEqual([true, false, true, true])
  })

  it('evicts one of the busy when all are, and they are closed (R23)', async () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 2 })
    for (const name of ['a', 'b']) await succeed(registry.breaker(name))
    await succeed(registry.breaker('c'))
    expect(registry.list()).toHaveLength(2)
    expect(registry.has('c')).toBe(true)
  })

  it('never evicts one that is open, probing, forced open or disabled (R23)', async () => {
    const { registry, clock } = newRegistry({ ...how, maxBreakers: 4 })
    registry.breaker('halfOpen').trip()
    clock.advance(30_000)
    const probe = hold(registry.breaker('halfOpen'))
    registry.breaker('open').trip()
    registry.breaker('forcedOpen').isolate()
    registry.breaker('disabled').disable()
    expect(
      registry
        .list()
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['disabled', 'forcedOpen', 'halfOpen', 'open'])
    const error = thrownBy(() => registry.breaker('more'))
    expect(error).toBeInstanceOf(RegistryFullError)
    expect(error).toMatchObject({ code: 'REGISTRY_FULL', message: expect.stringContaining('maxBreakers = 4') })
    let ran = false
    const fn = () => {
      ran = true
    }
    expect(await errorOf(registry.call('more', fn))).toMatchObject({ code: 'REGISTRY_FULL' })
    expect(thrownBy(() => registry.configure('more', {}))).toMatchObject({ code: 'REGISTRY_FULL' })
    expect(ran).toBe(false)
    expect(registry.list()).toHaveLength(4)
    expect(registry.has('more')).toBe(false)
    expect(await registry.call('disabled', () => 'ok'), 'those it has go on').toBe('ok')
    await probe.succeed()
    registry.breaker('more')
    expect(registry.has('halfOpen'), 'its probe has ended').toBe(false)
  })

  it('has a slot for a healthy tenant when those that failed once have left (R26)', async () => {
    const { registry, clock } = newRegistry({ ...how, maxBreakers: 3, policy: { failureThreshold: 1 } })
    const deleted = hear(registry, 'deleted')
    for (const name of ['a', 'b', 'c']) {
      await fail(registry.breaker(name))
      clock.advance(1)
    }
    clock.advance(365 * 24 * 3_600_000)
    expect(await registry.call('healthy', () => 'ok')).toBe('ok')
    expect(deleted, 'the longest half-open').toEqual([{ endpoint: 'a', why: 'evicted' }])
    registry.breaker('d')
    const endpoints = registry.list().map(({ endpoint }) => endpoint)
    expect(endpoints, 'one that is closed goes before').toEqual(['b', 'c', 'd'])
  })

  it('keeps a half-open one where there is any that is closed, with calls in flight, too (R26)', async () => {
    const { registry, clock } = newRegistry({ ...how, maxBreakers: 2 })
    registry.breaker('halfOpen').trip()
    clock.advance(30_000)
    const call = hold(registry.breaker('busy'))
    registry.breaker('next')
    expect(registry.list().map(({ endpoint }) => endpoint)).toEqual(['halfOpen', 'next'])
    await call.succeed()
  })

  it('takes one whose open time has passed for half-open before a timer says so (R26)', () => {
    let now = 0
    const stalled = { now: () => now, setTimeout: () => 1, clearTimeout: () => {} }
    const { registry } = newRegistry({ ...how, maxBreakers: 2, clock: stalled })
    registry.breaker('a').trip('', { openTimeout: '1m' })
    registry.breaker('b').trip('', { openTimeout: '10s' })
    now = 9_999
    expect(() => registry.breaker('c')).toThrow('none can make room')
    now = 10_000
    registry.breaker('c')
    expect(registry.list().map(({ endpoint }) => endpoint)).toEqual(['a', 'c'])
  })

  it('keeps a half-open one that only reports may close, or that ramps up: it does not admit any call (R26)', async () => {
    const { registry, clock } = newRegistry({ ...how, maxBreakers: 2 })
    registry.breaker('reports', { probes: 'reports' }).trip()
    const ramping = registry.breaker('ramping', { recoveryRamp: { duration: '1m' }, successThreshold: 1 })
    ramping.trip()
    clock.advance(30_000)
    await succeed(ramping)
    expect(registry.list().map(({ state }) => state)).toEqual(['halfOpen', 'halfOpen'])
    expect(() => registry.breaker('more')).toThrow('none can make room')
    registry.configure('reports', { probes: 'calls' })
    registry.breaker('more')
    expect(registry.has('reports')).toBe(false)
  })

  it('looks past any number of half-open ones that probe (R26)', async () => {
    const { registry, clock } = newRegistry({ ...how, maxBreakers: 200 })
    const names = Array.from({ length: 200 }, (_, index) => `${index}`)
    for (const name of names) registry.breaker(name).trip()
    clock.advance(30_000)
    const probes = names.slice(0, 199).map((name) => hold(registry.breaker(name)))
    // A choice looks at 64; the next goes on from there.
    for (let times = 0; times < 3; times++) expect(() => registry.breaker('more')).toThrow('none can make room')
    registry.breaker('more')
    expect(registry.has('199')).toBe(false)
    await Promise.all(probes.map((probe) => probe.succeed()))
  })

  it('makes room again when one closes (R23)', () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 1 })
    registry.breaker('a').trip()
    expect(() => registry.breaker('b')).toThrow('none can make room')
    registry.reset('a')
    registry.breaker('b')
    expect(statesIn(registry)).toEqual([{ endpoint: 'b', state: 'closed' }])
  })

  it('makes a call in flight late when its breaker is evicted (R22)', async () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 1, policy: { failureThreshold: 1 } })
    const breaker = registry.breaker('a')
    const call = hold(breaker)
    await succeed(registry.breaker('b'))
    await call.fail()
    expect(statesIn(registry)).toEqual([{ endpoint: 'b', state: 'closed' }])
    await expect(call.ended).rejects.toThrow('down')
  })

  it('keeps to its limit and leaks no timer when ten thousand names come and go (R23)', async () => {
    const { registry, clock } = newRegistry({ ...how, maxBreakers: 10 })
    for (let name = 0; name < 10_000; name++) registry.breaker(`name ${name}`)
    expect(registry.list()).toHaveLength(10)
    expect(clock.pending).toEqual([])
  })

  it('takes one that is worked by records alone for busy (R23)', () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 2, policy: { failureThreshold: 3 } })
    const recorded = registry.breaker('recorded')
    registry.breaker('idle')
    for (const name of ['b', 'c']) {
      recorded.recordFailure()
      registry.breaker(name)
      expect(registry.has('recorded')).toBe(true)
    }
    recorded.recordFailure()
    expect(recorded.state).toBe('open')
  })

  it('takes one with calls in flight for busy, however long ago they came (R23)', async () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 2, policy: { failureThreshold: 1 } })
    const call = hold(registry.breaker('slow'))
    for (let name = 0; name < 10; name++) {
      await succeed(registry.breaker(`${name}`))
      expect(registry.has('slow'), `after ${name}`).toBe(true)
    }
    await call.fail()
    expect(registry.state('slow')).toBe('open')
  })

  it('takes one whose calls have ended for idle, however they ended (R23)', async () => {
    const ends: Record<string, (breaker: Breaker) => unknown> = {
      succeeded: (breaker) => acquire(breaker).success(),
      failed: (breaker) => acquire(breaker).failure(),
      ignored: (breaker) => acquire(breaker).ignore(),
      recorded: (breaker) => breaker.recordFailure(),
      late: (breaker) => {
        const permit = acquire(breaker)
        breaker.reset()
        permit.success()
      },
    }
    for (const [name, end] of Object.entries(ends)) {
      const { registry } = newRegistry({ ...how, maxBreakers: 2 })
      const call = hold(registry.breaker('busy'))
      end(registry.breaker(name))
      registry.breaker('next')
      expect([registry.has('busy'), registry.has(name)], name).toEqual([true, false])
      await call.succeed()
    }
  })

  it('evicts the first that has no call in flight where very many are busy (R23)', async () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 70 })
    const breakers = Array.from({ length: 70 }, (_, index) => registry.breaker(`${index}`))
    const call = hold(registry.breaker('0'))
    for (const breaker of breakers.slice(1)) acquire(breaker).success()
    const deleted = hear(registry, 'deleted')
    registry.breaker('next')
    expect(deleted).toEqual([{ endpoint: '1', why: 'evicted' }])
    await call.succeed()
  })

  it('counts no call of before a restart as in flight (R25)', async () => {
    const before = newRegistry({ ...how })
    const breaker = before.registry.breaker('a')
    const late = acquire(breaker)
    breaker.reset()
    late.success()
    acquire(breaker).success()
    acquire(breaker).failure()
    acquire(breaker).ignore()
    hold(breaker)
    const snapshot = before.registry.snapshot()
    const { registry } = newRegistry({ ...how, maxBreakers: 2, snapshot, clock: before.clock })
    const call = hold(registry.breaker('b'))
    // Behind the other, which is looked at first.
    registry.breaker('a').trip()
    registry.reset('a')
    registry.breaker('c')
    expect(registry.list().map(({ endpoint }) => endpoint)).toEqual(['b', 'c'])
    await call.succeed()
  })

  it('keeps the policies that were given by name, bound or configured (R21)', async () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 1 })
    registry.breaker('bound', { failureThreshold: 7 })
    registry.configure('configured', { failureThreshold: 8 })
    registry.breaker('other')
    expect(registry.breaker('bound').policy.failureThreshold).toBe(7)
    expect(registry.breaker('configured').policy.failureThreshold).toBe(8)
    await registry.call('bound', () => 1)
    expect(registry.breaker('bound').policy.failureThreshold).toBe(7)
    registry.delete('bound')
    expect(registry.breaker('bound').policy.failureThreshold, 'a deletion forgets').toBe(5)
  })

  it.each([2, 1_200])('remembers policies of names evicted last, with %i breakers (R21, R23)', (maxBreakers) => {
    const { registry } = newRegistry({ ...how, maxBreakers })
    const ignored = hear(registry, 'policyIgnored')
    const threshold = (name: number) => registry.breaker(`${name}`).policy.failureThreshold
    const first = registry.breaker('0', { failureThreshold: 11 })
    registry.breaker('0', { failureThreshold: 99 })
    const remembered = Math.max(1_000, maxBreakers)
    for (let name = 1; name <= maxBreakers + remembered; name++) registry.breaker(`${name}`, { failureThreshold: 12 })
    expect([threshold(1), threshold(2)], 'the longest evicted that is remembered, and the next').toEqual([12, 12])
    expect(threshold(0), 'forgotten: the registry’s').toBe(5)
    expect(threshold(3), 'and so is this one, for another that went').toBe(5)
    registry.breaker('0', { failureThreshold: 21 })
    expect(threshold(0), 'and may have another').toBe(21)
    registry.breaker('0', { failureThreshold: 22 })
    expect(ignored, 'told of again').toEqual([{ endpoint: '0' }, { endpoint: '0' }])
    expect(first.policy.failureThreshold).toBe(21)
  })

  it('has a handle bring its policy along, however long it was evicted (R21, R23)', () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 1 })
    const breaker = registry.breaker('a', { failureThreshold: 7 })
    for (let name = 0; name < 1_100; name++) registry.breaker(`${name}`, { failureThreshold: 3 })
    breaker.recordSuccess()
    expect(registry.breaker('a').policy.failureThreshold).toBe(7)
  })

  it('forgets the policy of an evicted name that is deleted (R21, R22)', () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 1 })
    registry.configure('a', { failureThreshold: 7 })
    registry.breaker('b')
    expect(registry.delete('a')).toBe(false)
    expect(registry.breaker('a').policy.failureThreshold).toBe(5)
  })

  it('refuses a name at the same cost, however many breakers are open (R23)', () => {
    const refusals = (many: number) => {
      const { registry } = newRegistry({ ...how, maxBreakers: many })
      for (let name = 0; name < many; name++) registry.breaker(`${name}`).isolate()
      // The best of some, because the machine has other things to do, too.
      const rounds = Array.from({ length: 10 }, () => {
        const start = performance.now()
        for (let name = 0; name < 200; name++) thrownBy(() => registry.breaker(`more ${name}`))
        return performance.now() - start
      })
      return Math.min(...rounds)
    }
    refusals(100)
    expect(refusals(10_000) / refusals(100)).toBeLessThan(20)
  })
})
