// Breakers that nobody uses retire by themselves after `idleTimeout`.

import { describe, expect, it } from 'vitest'
import { setup } from 'xstate'
import type { Registry } from '../../../src/index.ts'
import { acquire, fail, hold, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newRegistry } from '../../support/registries.ts'

const HOUR = 3_600_000
const names = (registry: Registry) => registry.list().map(({ endpoint }) => endpoint)

describe.each(EVERY_WAY)('with idleTimeout, $way, a breaker', ({ how }) => {
  const start = (options = {}) => newRegistry({ ...how, idleTimeout: '1h', ...options })

  it('without a call retires after that time, and at most half as long again (R23)', async () => {
    const { registry, clock } = start()
    const deleted = hear(registry, 'deleted')
    await succeed(registry.breaker('a'))
    clock.advance(HOUR - 1)
    expect(registry.has('a')).toBe(true)
    clock.advance(HOUR / 2 + 1)
    expect(registry.has('a')).toBe(false)
    expect(deleted).toEqual([{ endpoint: 'a', why: 'idle' }])
    expect(clock.pending, 'and leaves no timer').toEqual([])
  })

  it('that was used at any time is kept for that long after its last use, whenever that was (R23)', async () => {
    for (let usedAt = 0; usedAt <= 2 * HOUR; usedAt += HOUR / 7) {
      const { registry, clock } = start()
      registry.breaker('a')
      registry.breaker('other')
      for (let time = 0; time < usedAt; time += HOUR / 7) {
        await succeed(registry.breaker('a'))
        clock.advance(HOUR / 7)
      }
      await succeed(registry.breaker('a'))
      clock.advance(HOUR - 1)
      expect(registry.has('a'), `used at ${usedAt}`).toBe(true)
      clock.advance(HOUR / 2 + 1)
      expect(names(registry), `used at ${usedAt}`).toEqual([])
    }
  })

  it('is used by calls however they end, reports, rejections and commands, and not by a look at it (R23)', async () => {
    const { registry, clock } = start({ policy: { maxConcurrent: 5 } })
    const used: Record<string, (name: string) => unknown> = {
      succeeds: (name) => succeed(registry.breaker(name)),
      fails: (name) => fail(registry.breaker(name)),
      ignored: (name) => acquire(registry.breaker(name)).ignore(),
      reported: (name) => registry.breaker(name).recordSuccess(),
      commanded: (name) => registry.reset(name),
    }
    const looked: Record<string, (name: string) => unknown> = {
      stats: (name) => registry.breaker(name).stats(),
      state: (name) => registry.state(name),
      allows: (name) => registry.breaker(name).allows(),
      listed: () => [registry.list(), registry.stats(), registry.health(), registry.snapshot(), registry.changes()],
    }
    const all = { ...used, ...looked }
    for (const name of Object.keys(all)) registry.breaker(name)
    for (let times = 0; times < 3; times++) {
      clock.advance(HOUR / 2)
      for (const [name, use] of Object.entries(all)) if (registry.has(name)) await use(name)
    }
    expect(names(registry)).toEqual(Object.keys(used))
  })

  it('with a call in flight stays, and for that long after its end (R23)', async () => {
    const { registry, clock } = start()
    const call = hold(registry.breaker('a'))
    clock.advance(10 * HOUR)
    expect(registry.has('a')).toBe(true)
    await call.succeed()
    clock.advance(HOUR - 1)
    expect(registry.breaker('a').stats().calls.succeeded).toBe(1)
    clock.advance(HOUR / 2 + 1)
    expect(registry.has('a')).toBe(false)
  })

  it('with a call in flight stays, also when outcomes of other calls are reported without a permit (R23)', async () => {
    const { registry, clock } = start()
    const breaker = registry.breaker('a')
    const call = hold(breaker)
    for (let nth = 0; nth < 3; nth++) breaker.recordSuccess()
    breaker.recordFailure()
    clock.advance(10 * HOUR)
    expect(registry.has('a')).toBe(true)
    await call.succeed()
  })

  it('that holds a decision stays: open, forced open, disabled, probing, closed by reports alone (R23)', async () => {
    const { registry, clock } = start()
    registry.breaker('open').trip('', { openTimeout: '10h' })
    registry.breaker('forced').isolate()
    registry.breaker('disabled').disable()
    registry.breaker('probing', { probeTimeout: '100h' }).trip()
    registry.breaker('reports', { probes: 'reports' }).trip()
    clock.advance(30_000)
    const probe = hold(registry.breaker('probing'))
    clock.advance(9 * HOUR)
    expect(names(registry)).toEqual(['open', 'forced', 'disabled', 'probing', 'reports'])
    await probe.succeed()
    clock.advance(HOUR + HOUR / 2)
    expect(names(registry), 'half-open and idle, open no more').toEqual(['open', 'forced', 'disabled', 'reports'])
    registry.breaker('forced').enable()
    clock.advance(HOUR + HOUR / 2)
    expect(names(registry), 'half-open for an hour').toEqual(['disabled', 'reports'])
  })

  it('that a fleet overrides stays while it does (R23)', () => {
    const { registry, clock } = start()
    const breaker = registry.breaker('a')
    breaker.override({ state: 'open', reason: { type: 'tripped', message: 'by hand' } })
    clock.advance(10 * HOUR)
    expect(registry.has('a')).toBe(true)
    breaker.override(null)
    clock.advance(HOUR - 1)
    expect(registry.has('a')).toBe(true)
    clock.advance(HOUR / 2 + 1)
    expect(registry.has('a')).toBe(false)
  })

  it('with actors of an integration under its own stays until those are stopped (R23)', () => {
    const { registry, clock } = start()
    const spawned = registry.breaker('a').spawn(setup({}).createMachine({}), { id: 'beneath' })
    clock.advance(10 * HOUR)
    expect(registry.has('a')).toBe(true)
    spawned.stop()
    clock.advance(HOUR + HOUR / 2)
    expect(registry.has('a')).toBe(false)
  })

  it('that retired is made anew by its handle, with the policy that was given for its name (R21, R23)', async () => {
    const { registry, clock } = start()
    const breaker = registry.breaker('a', { failureThreshold: 7 })
    await fail(breaker, 6)
    registry.configure('b', { failureThreshold: 8 })
    clock.advance(2 * HOUR)
    expect(names(registry)).toEqual([])
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { failed: 1 } })
    expect(registry.breaker('a').policy.failureThreshold).toBe(7)
    expect(registry.breaker('b').policy.failureThreshold).toBe(8)
  })

  it('that is made while others retire is looked at, too, and a listener may make one (R23)', () => {
    const { registry, clock } = start()
    registry.on('deleted', ({ endpoint }) => {
      if (endpoint.length < 3) registry.breaker(`${endpoint}+`)
    })
    registry.breaker('a')
    clock.advance(1.5 * HOUR)
    expect(names(registry)).toEqual(['a+'])
    clock.advance(10 * HOUR)
    expect(names(registry)).toEqual([])
    expect(clock.pending).toEqual([])
  })

  it('of a registry that is closed meanwhile stays, to be read (R23)', async () => {
    const { registry, clock } = start()
    registry.breaker('a')
    registry.breaker('b')
    registry.on('deleted', () => void registry.close())
    clock.advance(2 * HOUR)
    await registry.close()
    expect(registry.isClosed).toBe(true)
    expect(clock.pending).toEqual([])
  })
})

describe('idleTimeout', () => {
  it('keeps no breaker by default, and none retires (R23)', () => {
    const { registry, clock } = newRegistry()
    registry.breaker('a')
    expect(clock.pending).toEqual([])
    clock.advance('365d')
    expect(registry.has('a')).toBe(true)
  })

  it('takes one timer, however many names there are (R23)', async () => {
    const { registry, clock } = newRegistry({ idleTimeout: '1h' })
    for (let name = 0; name < 1_000; name++) await registry.call(`${name}`, () => 'ok')
    expect(clock.pending).toHaveLength(1)
  })

  it('looks at 100,000 names in slices of some ms, between which others have their turn (R23)', () => {
    // A clock on which every look at it takes a hundredth of a ms, and which is moved on by hand when a round is over.
    let time = 0
    const timers: (() => void)[] = []
    const clock = {
      now: () => {
        time += 0.01
        return time
      },
      setTimeout: (fn: () => void, ms: number) => {
        if (ms >= HOUR / 4) time += HOUR / 2
        return timers.push(fn)
      },
      clearTimeout: () => {},
    }
    const { registry } = newRegistry({ idleTimeout: '1h', clock })
    for (let name = 0; name < 100_000; name++) registry.breaker(`${name}`)
    let longest = 0
    let buckets = 0
    for (let next = timers.shift(); next !== undefined && buckets < 5_000; next = timers.shift()) {
      const startedAt = time
      next()
      // Without the time until the next round.
      longest = Math.max(longest, (time - startedAt) % (HOUR / 2))
      buckets++
    }
    expect(registry.list()).toEqual([])
    expect(buckets).toBeGreaterThan(500)
    expect(longest).toBeLessThan(10)
  }, 60_000)
})
