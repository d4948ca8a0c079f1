// Dates of events: whole milliseconds, in the order of what they date.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { dateAt } from '../../../src/core/runtime/dates.ts'
import { createRegistry } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A clock, and a wall clock that shows whole milliseconds of the same time: `wall` of it since 1970. */
function newTime() {
  const time = { now: 0, wall: 1_000.4 }
  vi.spyOn(Date, 'now').mockImplementation(() => Math.floor(time.wall + time.now))
  const clock = { ...createVirtualClock(), now: () => time.now }
  return { time, clock }
}

describe('the date of an event', () => {
  it('is a whole number, and never before that of what was earlier (R43)', () => {
    const { time, clock } = newTime()
    let latest = 0
    for (let step = 0; step < 5_000; step++) {
      time.now += (step * 0.137) % 0.9
      const date = dateAt(clock, time.now)
      expect(Number.isInteger(date)).toBe(true)
      expect(date).toBeGreaterThanOrEqual(latest)
      expect(date).toBe(Date.now())
      latest = date
    }
  })

  it('of what was due in a stall is when it was due (R43)', () => {
    const { time, clock } = newTime()
    dateAt(clock, 0)
    time.now = 10_000
    expect(dateAt(clock, 4_000)).toBe(Math.floor(4_000 + time.wall))
  })

  it('follows the wall clock that is set, forwards and back (R43)', () => {
    const { time, clock } = newTime()
    dateAt(clock, 0)
    time.wall += 3_600_000
    expect(dateAt(clock, 0)).toBe(3_601_000)
    time.wall -= 7_200_000
    expect(dateAt(clock, 0)).toBe(-3_599_000)
  })

  it('is the one of a clock that runs faster than time (R43)', () => {
    const { time, clock } = newTime()
    const fast = { ...clock, now: () => time.now * 100 }
    for (let step = 0; step < 1_000; step++) {
      time.now += 0.37
      expect(dateAt(fast, fast.now())).toBe(Date.now())
    }
  })

  it('does not believe two readings between which somebody else ran (R43)', () => {
    const { time, clock } = newTime()
    dateAt(clock, 0)
    let pauses = 1
    const paused = {
      ...clock,
      now() {
        if (pauses-- > 0) time.now += 50
        return time.now
      },
    }
    expect(dateAt(paused, 0)).toBe(1_000)
  })

  it('of transitions, restarts and escalations is whole, and none runs backwards (R43)', () => {
    const registry = createRegistry({ supervision: { maxRestarts: 1 } })
    const dates: number[] = []
    for (const name of ['transition', 'restarted', 'escalated'] as const) {
      registry.on(name, ({ time }) => dates.push(time))
    }
    const crash = { type: 'xstate.error.actor.x', error: new Error('crash'), actorId: 'x' }
    for (let round = 0; round < 300; round++) {
      const breaker = registry.breaker(`${round % 7}`)
      breaker.trip()
      if (round % 10 === 0) breaker.actor?.send(crash as never)
      breaker.reset()
    }
    expect(dates.length).toBeGreaterThan(600)
    expect(dates.every(Number.isInteger)).toBe(true)
    expect(dates).toEqual(dates.toSorted((a, b) => a - b))
  })
})
