import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/core/runtime/system-clock.ts'
import { run } from '../../support/processes.ts'
import { EVERY_WAY, newBreaker, newHalfOpen } from '../../support/registries.ts'

const LONGEST = 2 ** 31 - 1
const { setTimeout: realSetTimeout, Date: RealDate } = globalThis

interface SetTimer {
  readonly fn: () => void
  readonly ms: number
  unrefs: number
}

/** Catches what the system clock asks of Node, and fires it by hand. */
function catchTimers(): SetTimer[] {
  const timers: SetTimer[] = []
  const setTimeout = (fn: () => void, ms: number) => {
    const timer = { fn, ms, unrefs: 0 }
    timers.push(timer)
    return { unref: () => timer.unrefs++ }
  }
  globalThis.setTimeout = setTimeout as unknown as typeof globalThis.setTimeout
  return timers
}

afterEach(() => {
  globalThis.setTimeout = realSetTimeout
  globalThis.Date = RealDate
})

describe('the system clock', () => {
  it('asks Node for a timer that keeps no process alive, unless it is awaited (R33)', () => {
    const timers = catchTimers()
    systemClock.setTimeout(() => {}, 50)
    systemClock.setTimeout(() => {}, 60, true)
    expect(timers, 'the second is awaited').toMatchObject([
      { ms: 50, unrefs: 1 },
      { ms: 60, unrefs: 0 },
    ])
  })

  it('never fires before its time: a fraction is rounded up (R40)', () => {
    const timers = catchTimers()
    systemClock.setTimeout(() => {}, 50.001)
    systemClock.setTimeout(() => {}, 0)
    expect(timers.map(({ ms }) => ms)).toEqual([51, 0])
  })

  it('takes as long as 2^31-1 ms in one timer, and any longer in several (R40)', () => {
    const timers = catchTimers()
    let fired = 0
    const fn = () => {
      fired++
    }
    systemClock.setTimeout(fn, LONGEST)
    timers[0]?.fn()
    expect([timers.length, fired]).toEqual([1, 1])

    systemClock.setTimeout(fn, 2 * LONGEST + 5)
    timers[1]?.fn()
    timers[2]?.fn()
    expect(fired).toBe(1)
    timers[3]?.fn()
    expect(fired).toBe(2)
    expect(timers.slice(1).map(({ ms }) => ms)).toEqual([LONGEST, LONGEST, 5])
    expect(timers.every(({ unrefs }) => unrefs === 1)).toBe(true)
  })

  it('keeps the process alive for every part of a long timer that is awaited (R40)', () => {
    const timers = catchTimers()
    systemClock.setTimeout(() => {}, LONGEST + 5, true)
    timers[0]?.fn()
    expect(timers).toMatchObject([
      { ms: LONGEST, unrefs: 0 },
      { ms: 5, unrefs: 0 },
    ])
  })

  it('clears a long timer also after it was set anew (R40)', () => {
    const cleared: unknown[] = []
    const { clearTimeout: realClearTimeout } = globalThis
    try {
      const timers = catchTimers()
      globalThis.clearTimeout = ((timer: unknown) => cleared.push(timer)) as typeof globalThis.clearTimeout
      const id = systemClock.setTimeout(() => {}, LONGEST + 5)
      systemClock.clearTimeout(id)
      timers[0]?.fn()
      systemClock.clearTimeout(id)
      expect(cleared).toHaveLength(2)
      expect(cleared[0]).not.toBe(cleared[1])
    } finally {
      globalThis.clearTimeout = realClearTimeout
    }
  })

  it('does not follow the wall clock (R40)', () => {
    let wall = RealDate.now()
    globalThis.Date = class extends RealDate {
      static override now = () => wall
    } as DateConstructor
    const before = systemClock.now()
    wall += 3_600_000
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
    expect(systemClock.now() - before).toBeLessThan(60_000)
  })

  it('never goes back (R40)', () => {
    let last = systemClock.now()
    for (let reading = 0; reading < 100_000; reading++) {
      const now = systemClock.now()
      if (now < last) expect.unreachable(`${now} after ${last}`)
      last = now
    }
  })
})

describe.each(EVERY_WAY)('an injected clock, $way', ({ how }) => {
  it('is the only one: a step of the wall clock changes nothing (R40)', () => {
    const { breaker, clock } = newBreaker({ openTimeout: '30s' }, how)
    breaker.trip()
    globalThis.Date = class extends RealDate {
      static override now = () => 8.64e15
    } as DateConstructor
    expect(breaker.allows()).toBe(false)
    expect(breaker.stats().retryAfterMs).toBe(30_000)
    clock.advance(30_000)
    expect(breaker.state).toBe('halfOpen')
  })

  it('runs open times and leases longer than 2^31-1 ms (R40)', () => {
    const { breaker, clock } = newHalfOpen({ openTimeout: '30d', probeTimeout: '40d' }, how)
    const permit = breaker.tryAcquire()
    expect(permit).toBeDefined()
    clock.advance(40 * 864e5 - 1)
    expect(breaker.state).toBe('halfOpen')
    clock.advance(1)
    expect(breaker.state).toBe('open')
    clock.advance(30 * 864e5 - 1)
    expect(breaker.state).toBe('open')
    clock.advance(1)
    expect(breaker.state).toBe('halfOpen')
  })

  it('may show fractions of a millisecond: the deadline is kept to them (R40)', () => {
    const { breaker, clock } = newBreaker({ openTimeout: 0.25 }, how)
    clock.advance(0.1)
    breaker.trip()
    clock.stall(0.2)
    expect(breaker.allows()).toBe(false)
    clock.stall(0.0625)
    expect(breaker.allows()).toBe(true)
  })
})

describe('a process', () => {
  it('whose breakers are open, or half-open with a probe in flight, exits by itself (R33)', async () => {
    expect(await run('open-and-leave.ts')).toEqual({ code: 0, output: 'open halfOpen 1\n' })
  })

  it('that awaits a call with a timeout lives until then, and no longer (R33)', async () => {
    expect(await run('await-timeout.ts')).toEqual({ code: 0, output: 'CALL_TIMEOUT\n' })
  })

  it('sees an open breaker go half-open by the system clock, and no sooner than it said (R40)', async () => {
    expect(await run('wait-for-half-open.ts')).toEqual({ code: 0, output: 'halfOpen true\n' })
  })
})
