// One scheduler of due times behind one timer of the clock.
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Clock, createRegistry } from '../../../src/index.ts'
import { errorOf, hold, succeed } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newRegistry, statesIn } from '../../support/registries.ts'

/** A clock whose time is the test's, on timers that are the platform's: delays above 2^31-1 ms are 1 ms to them. */
function clockOnPlatformTimers() {
  const time = { now: 1_000 }
  const delays: number[] = []
  const fires: (() => void)[] = []
  const clock: Clock = {
    now: () => time.now,
    setTimeout(fire, ms) {
      delays.push(ms)
      return fires.push(fire) - 1
    },
    clearTimeout: (id) => delete fires[id as number],
  }
  return { clock, delays, fires, time }
}

describe.each(EVERY_WAY)('the scheduler, $way', ({ how }) => {
  it('keeps a deadline that is longer than any timer of the platform (R40)', () => {
    const { clock, delays, fires, time } = clockOnPlatformTimers()
    const { breaker } = newBreaker({ openTimeout: '30d' }, { ...how, clock })
    breaker.trip()
    expect(delays).toEqual([2 ** 31 - 1])
    time.now += 2 ** 31 - 1
    fires[0]?.()
    expect(breaker.state).toBe('open')
    expect(delays[1]).toBe(30 * 86_400_000 - (2 ** 31 - 1))
    time.now = 1_000 + 30 * 86_400_000
    fires[1]?.()
    expect(breaker.actor?.getSnapshot().value).toBe('halfOpen')
  })

  it('keeps the timeout of a call that is longer than any timer (R40)', async () => {
    const { clock, delays, fires, time } = clockOnPlatformTimers()
    const { breaker } = newBreaker({ timeout: '60d' }, { ...how, clock })
    const call = hold(breaker)
    expect(delays).toEqual([2 ** 31 - 1])
    fires[0]?.()
    time.now += 60 * 86_400_000
    fires[1]?.()
    expect(await errorOf(call.ended)).toMatchObject({ code: 'CALL_TIMEOUT' })
  })

  it('does not believe a timer that is early (R05)', () => {
    const { clock, fires, time } = clockOnPlatformTimers()
    const { breaker } = newBreaker({ openTimeout: 1_000 }, { ...how, clock })
    breaker.trip()
    time.now += 999.2
    fires[0]?.()
    expect(breaker.actor?.getSnapshot().value).toBe('open')
    time.now += 0.8
    fires[1]?.()
    expect(breaker.actor?.getSnapshot().value).toBe('halfOpen')
  })

  it('works off what is due in the order of its deadlines, however it was made (R05)', () => {
    const { registry, clock } = newRegistry(how)
    const heard = hear(registry, 'transition')
    const order = [5, 2, 9, 1, 7, 3, 8, 4, 6, 2]
    order.forEach((seconds, index) => void registry.breaker(`${index}`, { openTimeout: seconds * 1_000 }).trip())
    registry.breaker('2').reset()
    const opened = heard.length
    clock.stall(20_000)
    clock.advance(0)
    const half = heard.slice(opened)
    expect(half.map(({ endpoint }) => endpoint)).toEqual(['3', '1', '9', '5', '7', '0', '8', '4', '6'])
    expect(half.map(({ at }) => at)).toEqual([2, 3, 3, 4, 5, 6, 7, 8, 9].map((seconds) => seconds * 1_000))
    expect(clock.pending).toEqual([])
  })

  it('leaves no timer of deadlines that no longer apply (R08)', () => {
    const { registry, clock } = newRegistry(how)
    for (let index = 0; index < 100; index++) registry.breaker(`${index}`).trip()
    expect(clock.pending).toHaveLength(1)
    for (let index = 0; index < 99; index++) registry.breaker(`${index}`).reset()
    expect(clock.pending).toHaveLength(1)
    registry.delete('99')
    expect(clock.pending).toEqual([])
  })

  it('shows a breaker caught up to whoever reads it before its turn (R24)', () => {
    const { registry, clock } = newRegistry(how)
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) registry.breaker(name, { openTimeout: '1s' }).trip()
    clock.stall(1_000)
    expect(statesIn(registry)).toEqual(names.map((endpoint) => ({ endpoint, state: 'halfOpen' })))
    expect(registry.state('a')).toBe('halfOpen')
    expect(registry.breaker('b').stats().state).toBe('halfOpen')
    expect(registry.breaker('c').tryAcquire()).toBeDefined()
    expect(registry.snapshot().breakers.map(({ state }) => state)).toEqual(Array(4).fill('halfOpen'))
  })

  it('lists what is open as it is by then, and leaves its turn to it (R24)', () => {
    const { breaker, clock, registry } = newBreaker({}, how)
    breaker.trip()
    const heard = hear(registry, 'transition')
    clock.stall(30_000)
    expect(statesIn(registry)).toEqual([{ endpoint: 'a', state: 'halfOpen' }])
    expect(heard).toEqual([])
    clock.advance(0)
    expect(heard).toMatchObject([{ from: 'open', to: 'halfOpen' }])
  })

  it('lists a probe whose lease and open time have passed in a stall as what it is by then (R07)', () => {
    const { breaker, registry, clock } = newBreaker({ openTimeout: '1s', probeTimeout: '1s' }, how)
    breaker.trip()
    clock.advance(1_000)
    breaker.tryAcquire()
    clock.stall(1_500)
    expect(statesIn(registry)).toEqual([{ endpoint: 'a', state: 'open' }])
    clock.stall(500)
    expect(statesIn(registry)).toEqual([{ endpoint: 'a', state: 'halfOpen' }])
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', generation: 4 })
  })
})

describe('very many breakers', () => {
  /** A clock on which every reading takes 0.1 ms, so that a bucket of 5 ms holds few of them. */
  function slowClock() {
    const time = { now: 0 }
    const fires: (() => void)[] = []
    const keepsAlive = { last: false }
    const clock: Clock = {
      now: () => {
        time.now += 0.1
        return time.now
      },
      setTimeout(fire, _, keepAlive) {
        keepsAlive.last = keepAlive === true
        return fires.push(fire) - 1
      },
      clearTimeout: (id) => delete fires[id as number],
    }
    const fire = () => {
      for (const index of Object.keys(fires)) {
        const next = fires[Number(index)]
        delete fires[Number(index)]
        next?.()
      }
    }
    return { clock, fire, keepsAlive, time }
  }

  function openOnes(many: number) {
    const { clock, fire, keepsAlive, time } = slowClock()
    const registry = createRegistry({ clock, policy: { openTimeout: '1h' } })
    for (let index = 0; index < many; index++) registry.breaker(`${index}`).trip()
    return { registry, fire, keepsAlive, time }
  }

  const states = (registry: ReturnType<typeof createRegistry>) => [
    ...new Set(registry.list().map(({ state }) => state)),
  ]

  it('that are due at once are worked off in slices (R05)', () => {
    const { registry, fire, time } = openOnes(500)
    const heard = hear(registry, 'transition')
    time.now += 3_600_000
    fire()
    expect(heard.length).toBeGreaterThan(5)
    expect(heard.length).toBeLessThan(200)
    for (let buckets = 0; buckets < 200 && heard.length < 500; buckets++) fire()
    expect(heard.map(({ endpoint }) => endpoint)).toEqual(Array.from({ length: 500 }, (_, index) => `${index}`))
  })

  it('are reset in slices by resetAll, and found reset by whoever looks, calls or reports before (R08)', async () => {
    const { registry, fire } = openOnes(500)
    const heard = hear(registry, 'transition')
    const done = registry.resetAll()
    expect(heard.length).toBeLessThan(200)
    const told = heard.length
    expect(states(registry)).toEqual(['closed'])
    expect(heard).toHaveLength(told)
    expect(registry.state('499')).toBe('closed')
    expect(await registry.call('498', () => 'called')).toBe('called')
    registry.breaker('497').recordFailure()
    expect(registry.breaker('497').stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1 })
    for (let buckets = 0; buckets < 200 && heard.length < 500; buckets++) fire()
    await done
    expect(heard).toHaveLength(500)
    expect(registry.breaker('497').stats().consecutiveFailures).toBe(1)
  })

  it('that are closed lose their evidence by resetAll, before the next call already (R08)', async () => {
    const { registry } = newRegistry({ policy: { failureThreshold: 2 } })
    await errorOf(registry.call('a', () => Promise.reject(new Error('down'))))
    await registry.call('b', () => 1)
    registry.resetAll()
    await errorOf(registry.call('a', () => Promise.reject(new Error('down'))))
    expect(registry.state('a')).toBe('closed')
  })

  it('are stopped in slices by close, which at once rejects what comes (R33)', async () => {
    const { registry, fire, keepsAlive } = openOnes(500)
    const { children } = registry.actor.getSnapshot().context
    let isClosed = false
    const closing = registry.close().then(() => {
      isClosed = true
    })
    expect(children.size).toBeGreaterThan(300)
    expect(children.size, 'one by one, not all at the end').toBeLessThan(500)
    expect(keepsAlive.last, 'the process must not end before').toBe(true)
    expect(await errorOf(registry.call('3', () => 1))).toMatchObject({ code: 'REGISTRY_CLOSED' })
    await Promise.resolve()
    expect(isClosed).toBe(false)
    for (let buckets = 0; buckets < 200 && children.size > 0; buckets++) fire()
    await closing
    expect(registry.actor.getSnapshot().status).toBe('done')
    expect(registry.list()).toHaveLength(500)
  })
})

describe('what happens when something is due', () => {
  it('does not run in the asynchronous context of the call that caused it, which may be let go (R32)', async () => {
    const storage = new AsyncLocalStorage<string>()
    const registry = createRegistry({ policy: { openTimeout: 5, failureThreshold: 1 } })
    const seen = new Promise((resolve) => {
      registry.on('transition', ({ to }) => to === 'halfOpen' && resolve(storage.getStore()))
    })
    await storage.run('the request', () => errorOf(registry.call('a', () => Promise.reject(new Error('down')))))
    // Nothing but the breaker's timer, which keeps no process alive.
    const alive = setInterval(() => {}, 5)
    expect(await seen).toBeUndefined()
    clearInterval(alive)
    await registry.close()
  })

  it('never comes before its time on the system’s clock, in 200 openings (R05)', async () => {
    const registry = createRegistry({ policy: { openTimeout: 2.5, successThreshold: 1 } })
    const early: number[] = []
    const since = new Map<string, number>()
    registry.on('transition', ({ endpoint, to }) => {
      const waited = performance.now() - (since.get(endpoint) ?? 0)
      if (to === 'halfOpen' && waited < 2.5) early.push(waited)
    })
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 10; index++) {
        since.set(`${index}`, performance.now())
        registry.breaker(`${index}`).trip()
      }
      while (registry.list().some(({ state }) => state !== 'halfOpen')) await sleep(1)
      for (let index = 0; index < 10; index++) await succeed(registry.breaker(`${index}`))
    }
    expect(early).toEqual([])
    await registry.close()
  })
})
