// What attacks on the core have found: hostile callers, listeners, clocks and promises, and the moments between two buckets.
import { setTimeout as sleep } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { type Clock, createRegistry, isBreakerError, type PolicyOptions } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { errorOf, hold, rejected, succeed } from '../../support/calls.ts'
import { EVERY_PATH, EVERY_WAY, hear, newBreaker, newHalfOpen, newRegistry } from '../../support/registries.ts'

/** The virtual clock with other functions in the place of some of its own. */
function virtualClockWith(functions: (clock: Clock) => Partial<Clock>) {
  const virtual = createVirtualClock(1_000)
  const { now, setTimeout, clearTimeout } = virtual
  return { virtual, clock: { now, setTimeout, clearTimeout, ...functions(virtual) } }
}

describe('a clock', () => {
  /** Sets no timer the first time it is asked to. */
  const failsOnce = (how: (fn: () => void) => void) =>
    virtualClockWith(({ setTimeout }) => {
      let asked = 0
      return {
        setTimeout(fn, ms) {
          if (asked++ > 0) return setTimeout(fn, ms)
          how(fn)
          return undefined
        },
      }
    })
  const refuse = () => {
    throw new Error('no timer now')
  }
  it.each([
    { what: 'throws', how: refuse },
    { what: 'calls at once', how: (fn: () => void) => fn() },
  ])('whose setTimeout $what once sets all timers after that one (R05)', async ({ how }) => {
    const { virtual, clock } = failsOnce(how)
    const registry = createRegistry({ clock, policy: { openTimeout: 1_000 } })
    const errors = hear(registry, 'error')
    registry.breaker('a').trip()
    registry.breaker('b').trip()
    const heard = hear(registry, 'transition')
    virtual.advance(1_000)
    expect(heard.map(({ endpoint, to }) => [endpoint, to])).toEqual([
      ['a', 'halfOpen'],
      ['b', 'halfOpen'],
    ])
    await sleep(0)
    expect(errors.map(({ source }) => source)).toEqual(['clock'])
  })

  it('whose setTimeout throws once ends the calls after that one when their time is up (R33)', async () => {
    const { virtual, clock } = failsOnce(refuse)
    const registry = createRegistry({ clock })
    registry.on('error', () => {})
    const ended: string[] = []
    const hang = (name: string) =>
      registry.call(name, () => new Promise<never>(() => {}), { timeout: 10 }).catch(() => ended.push(name))
    void hang('a')
    virtual.advance(50)
    void hang('b')
    virtual.advance(50)
    await sleep(0)
    expect(ended).toEqual(['a', 'b'])
  })

  it('whose setTimeout always throws is told of once, whatever its listener does (R32)', async () => {
    const { clock } = virtualClockWith(() => ({ setTimeout: refuse }))
    const registry = createRegistry({ clock })
    let told = 0
    registry.on('error', () => {
      // Each makes an task, and the clock is asked again.
      if (told++ < 50) registry.breaker(`b${told}`).trip()
    })
    registry.breaker('a').trip()
    await sleep(0)
    expect(told).toBe(1)
  })

  it('that sets no timers does not keep the registry from closing (R33)', async () => {
    // Each look takes a ms: every fifth breaker or so ends a bucket.
    let now = 1_000
    const clock = { now: () => now++, setTimeout: refuse, clearTimeout: () => {} }
    const registry = createRegistry({ clock })
    registry.on('error', () => {})
    for (let index = 0; index < 20; index++) registry.breaker(`n${index}`).trip()
    const closed = registry.close().then(() => 'closed')
    expect(await Promise.race([closed, sleep(1_000)])).toBe('closed')
  })
})

describe('a promise that was not asked for', () => {
  class Trap extends Promise<boolean> {
    override catch(): never {
      throw new Error('trapped')
    }
  }
  const hostile = [
    { what: 'a promise whose catch throws', answer: () => Trap.reject(new Error('lost')) },
    { what: 'a promise of another realm', answer: runInNewContext('async () => { throw new Error("lost") }') },
    {
      what: 'a proxy that tells nothing of itself',
      answer: () =>
        new Proxy(Object.create(null), {
          getPrototypeOf: () => {
            throw new Error('trapped')
          },
        }),
    },
  ] as { what: string; answer: () => unknown }[]

  it.each(hostile)(
    '$what, as a classifier’s answer, is a failure and gives the permit back (R11)',
    async ({ answer }) => {
      const policy = { isFailure: answer as () => boolean, halfOpenFailureThreshold: 2 }
      const { breaker, registry } = newHalfOpen(policy)
      const errors = hear(registry, 'error')
      expect(await succeed(breaker)).toBe('ok')
      expect(breaker.stats().calls).toMatchObject({ allowed: 1, failed: 1 })
      expect(breaker.allows()).toBe(true)
      await sleep(0)
      expect(errors.map(({ source }) => source)).toEqual(['isFailure'])
    },
  )

  it.each(hostile.slice(0, 2))(
    '$what, as a listener’s, is an error event, not the end of the process (R32)',
    async ({ answer }) => {
      const { registry } = newBreaker()
      const errors = hear(registry, 'error')
      registry.on('created', answer)
      registry.breaker('b')
      await sleep(0)
      expect(errors.map(({ source }) => source)).toEqual(['listener'])
    },
  )
})

describe('a process that throws at every warning', () => {
  it('loses no call and no event by one (R32)', async () => {
    const { registry } = newRegistry({
      policy: {
        isFailure: () => {
          throw new Error('wrong')
        },
      },
    })
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {
      throw new Error('no warnings here')
    })
    try {
      const breaker = registry.breaker('a')
      expect(await succeed(breaker)).toBe('ok')
      expect(breaker.stats().calls).toMatchObject({ allowed: 1, failed: 1 })
      expect(emitWarning).toHaveBeenCalledOnce()
    } finally {
      emitWarning.mockRestore()
    }
  })
})

describe('a signal', () => {
  it('aborted with a reason that throws when it is looked at gives the permit back (R03)', async () => {
    const { breaker } = newHalfOpen()
    const caller = new AbortController()
    const ended = breaker.call(() => new Promise(() => {}), { signal: caller.signal }).catch(() => 'ended')
    caller.abort(
      new Proxy(
        {},
        {
          has: () => {
            throw new Error('trapped')
          },
        },
      ),
    )
    expect(await ended).toBe('ended')
    expect(breaker.stats().calls).toMatchObject({ allowed: 1, ignored: 1 })
    expect(breaker.allows()).toBe(true)
  })

  it('that lacks a function is refused before the call is made (R50)', async () => {
    const { breaker } = newBreaker()
    const signal = { aborted: false, addEventListener: () => {} } as unknown as AbortSignal
    const error = await errorOf(breaker.call(() => 'ran', { signal }))
    expect(isBreakerError(error, 'INVALID_ARGUMENT')).toBe(true)
    expect(breaker.stats().calls.allowed).toBe(0)
  })

  const refuse = () => {
    throw new Error('no')
  }

  it('that throws when its listener is removed is told of, and the call keeps its value (R32)', async () => {
    const { breaker, registry } = newBreaker()
    const errors = hear(registry, 'error')
    const signal = { aborted: false, addEventListener: () => {}, removeEventListener: refuse }
    expect(await breaker.call(() => 'ok', { signal: signal as unknown as AbortSignal })).toBe('ok')
    expect(breaker.stats().calls).toMatchObject({ succeeded: 1, failed: 0 })
    expect(errors).toMatchObject([{ source: 'signal', endpoint: 'a' }])
  })

  it('that takes no listener leaves no timer behind (R33)', async () => {
    const { breaker, clock } = newBreaker()
    const signal = { aborted: false, addEventListener: refuse, removeEventListener: () => {} }
    await errorOf(breaker.call(() => 'ok', { signal: signal as unknown as AbortSignal, timeout: '1h' }))
    await breaker.call(() => 'ok', { timeout: 5 })
    expect(clock.pending).toEqual([])
  })
})

it('isBreakerError answers of a value that throws when it is looked at (R32)', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  expect(isBreakerError(proxy)).toBe(false)
})

describe('admission', () => {
  it('says in whole ms when to come back while a backoff holds, and not too early (R02)', async () => {
    let now = 1_000.3
    const clock = { now: () => now, setTimeout: () => 0, clearTimeout: () => {} }
    const backoff = { factor: 10, max: '1h' } as const
    const registry = createRegistry({ clock, policy: { openTimeout: '1s', backoff, halfOpenMaxCalls: 2 } })
    const breaker = registry.breaker('a')
    breaker.trip()
    now += 1_000
    breaker.recordFailure()
    now += 0.2
    expect((await rejected(breaker)).retryAfterMs).toBe(10_000)
  })

  it('is asked for anew when a subscriber ends the generation by it, unfolded (R06)', () => {
    const { breaker } = newBreaker({}, { folding: false })
    let isFirst = true
    breaker.actor?.subscribe(() => {
      if (isFirst) breaker.trip()
      isFirst = false
    })
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { allowed: 0, rejected: 1 } })
  })
})

it('a listener that makes two rejections of each one keeps what waits from doubling (R32)', async () => {
  const { breaker, registry } = newBreaker()
  let calls = 0
  registry.on('rejected', () => {
    calls++
    for (let time = 0; time < 2; time++) breaker.call(() => 'never').catch(() => {})
  })
  breaker.trip()
  const counts: number[] = []
  await rejected(breaker)
  // A timer of the platform, set after ours: between two of these there is one task of ours, or few.
  for (let task = 0; task < 10; task++) {
    counts.push(calls)
    await sleep(1)
  }
  await registry.close()
  expect(calls).toBeLessThan(40_000)
  expect(counts[9]).toBeGreaterThan(counts[1] ?? 0)
})

describe('resetAll', () => {
  /** Breakers on a clock of which each look takes a ms, as if they were very many: a bucket ends after a few. */
  function slow(policy: PolicyOptions = {}) {
    const time = { now: 1_000, perLook: 1 }
    const timers: (() => void)[] = []
    const clock: Clock = {
      now: () => {
        time.now += time.perLook
        return time.now
      },
      setTimeout: (fn) => timers.push(fn),
      clearTimeout: () => {},
    }
    const registry = createRegistry({ clock, policy: { openTimeout: '1h', ...policy } })
    for (let index = 0; index < 20; index++) registry.breaker(`n${index}`).trip()
    return { time, timers, registry }
  }

  it('has reset every breaker when the registry is closed before its end (R08)', () => {
    const { registry } = slow()
    void registry.resetAll()
    void registry.close()
    expect(registry.list().filter(({ state }) => state !== 'closed')).toEqual([])
    for (const { state, reason, remainingMs } of registry.snapshot().breakers) {
      expect({ state, reason, remainingMs }).toEqual({ state: 'closed', reason: { type: 'reset' }, remainingMs: null })
    }
  })

  it('comes before what fell due after it (R08)', () => {
    const { registry, time, timers } = slow()
    registry.breaker('last', { openTimeout: 500 }).trip()
    const heard = hear(registry, 'transition')
    void registry.resetAll()
    const at = time.now
    Object.assign(time, { now: at + 1_000, perLook: 0 })
    // Those of the scheduler, not that of the next bucket.
    for (const fire of timers.slice(0, -1)) fire()
    expect(registry.state('last')).toBe('closed')
    const ofLast = heard.filter(({ endpoint }) => endpoint === 'last')
    expect(ofLast.map(({ from, to }) => `${from} ${to}`)).toEqual(['open closed'])
    expect(ofLast[0]?.at).toBeLessThanOrEqual(at)
  })

  it.each([0, 1])(
    'finds a call in flight late before it has come to its breaker, sampling %i (R06)',
    async (sampling) => {
      const { registry } = slow({ latencySampling: sampling })
      const breaker = registry.breaker('last')
      const call = hold(breaker)
      void registry.resetAll()
      await call.succeed()
      expect(breaker.stats().calls).toMatchObject({ allowed: 1, succeeded: 0, late: 1 })
    },
  )
})

describe.each(EVERY_WAY)('a clock that uses the name that is being made, $way', ({ how }) => {
  it('makes no second breaker of it (R22)', () => {
    let isAsked = false
    const { virtual, clock } = virtualClockWith(({ now }) => ({
      now: () => {
        if (isAsked) {
          isAsked = false
          registry.breaker('a').trip()
        }
        return now()
      },
    }))
    const registry = createRegistry({ clock, ...how })
    isAsked = true
    expect(registry.breaker('a').state).toBe('open')
    registry.delete('a')
    expect(virtual.pending).toEqual([])
  })
})

describe.each(EVERY_PATH)('a classifier that came while the call was in flight, $path', ({ options }) => {
  it('judges it, as the rest of the policy does (R11, R21)', async () => {
    const { breaker, registry } = newBreaker({}, options)
    const calls = [hold(breaker), hold(breaker)]
    registry.configure('a', { isFailure: { value: () => true, error: () => false } })
    await calls[0]?.succeed()
    await calls[1]?.fail()
    expect(breaker.stats().calls).toMatchObject({ succeeded: 1, failed: 1, late: 0 })
    expect(breaker.stats().consecutiveFailures).toBe(0)
    await hold(breaker).succeed()
    expect(breaker.stats().consecutiveFailures).toBe(1)
  })
})
