import { withGlobal } from '@sinonjs/fake-timers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../../src/core/runtime/system-clock.ts'
import { createRegistry } from '../../../src/index.ts'
import { AS_IN_TRUE_TIME, inFakeTime } from '../../support/fake-time.ts'

afterEach(() => {
  vi.useRealTimers()
})

const advance = (ms: number) => void vi.advanceTimersByTime(ms)

describe('fake timers drive the breakers of the system clock', () => {
  it('of vitest, as they come (R40)', async () => {
    vi.useFakeTimers()
    expect(await inFakeTime(createRegistry, advance)).toEqual(AS_IN_TRUE_TIME)
  })

  it('of vitest, with Date but not performance, as they once came (R40)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    expect(await inFakeTime(createRegistry, advance)).toEqual(AS_IN_TRUE_TIME)
  })

  it('of sinon (R40)', async () => {
    const clock = withGlobal(globalThis).install()
    try {
      expect(await inFakeTime(createRegistry, (ms) => void clock.tick(ms))).toEqual(AS_IN_TRUE_TIME)
    } finally {
      clock.uninstall()
    }
  })

  it('without any clock: that a timer fires says how late it is (R05, R40)', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const breaker = createRegistry({ policy: { openTimeout: '30s' } }).breaker('payments')
    breaker.trip('test')
    // Real time goes on beside the fake one, between the trip and its timer too.
    vi.advanceTimersByTime(29_000)
    expect(breaker.state).toBe('open')
    vi.advanceTimersByTime(1_000)
    expect(breaker.state).toBe('halfOpen')
    breaker.trip('again')
    vi.advanceTimersByTime(30_000)
    expect(breaker.state).toBe('halfOpen')
  })
})

describe('from real to fake time and back', () => {
  it('time never goes back, and goes on where it was (R40)', () => {
    const readings = [systemClock.now()]
    const read = () => readings.push(systemClock.now())
    vi.useFakeTimers()
    read()
    vi.advanceTimersByTime(60_000)
    read()
    vi.useRealTimers()
    read()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    read()
    vi.useRealTimers()
    read()
    expect(readings).toEqual(readings.toSorted((a, b) => a - b))
    const passed = Math.max(...readings) - Math.min(...readings)
    expect(passed).toBeGreaterThanOrEqual(60_000)
    expect(passed, 'what passed in fake time, a millisecond for each change, and the time of this test').toBeLessThan(
      61_000,
    )
  })

  it('a fake Date that is set back does not hold time up (R40)', () => {
    vi.useFakeTimers({ now: 1e12, toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const before = systemClock.now()
    vi.setSystemTime(0)
    expect(systemClock.now()).toBe(before)
    vi.advanceTimersByTime(500)
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(499)
    expect(systemClock.now() - before).toBeLessThanOrEqual(500)
  })

  it('a real timer is not believed by fake time, and a fake one not by real time (R40)', async () => {
    let fired = 0
    const real = new Promise<void>((resolve) => {
      systemClock.setTimeout(() => fired++, 5)
      setTimeout(resolve, 10)
    })
    vi.useFakeTimers()
    const before = systemClock.now()
    await real
    expect(systemClock.now()).toBe(before)
    expect(fired, 'none of its 5 ms has passed').toBe(0)
    vi.advanceTimersByTime(5)
    expect(fired).toBe(1)
  })

  it('a fake clock is counted in its own ticks, none of them halved (R40)', () => {
    while (Number.isInteger(systemClock.now()));
    vi.useFakeTimers()
    expect(Number.isInteger(systemClock.now())).toBe(true)
  })

  it('a fake wall clock that is set changes nothing while there is a monotonic one (R40)', () => {
    vi.useFakeTimers()
    const before = systemClock.now()
    vi.setSystemTime(8e15)
    expect(systemClock.now()).toBe(before)
  })

  it('a timer is cleared by the timers it was set with (R33)', async () => {
    let fired = 0
    const id = systemClock.setTimeout(() => fired++, 2)
    const passed = new Promise((resolve) => setTimeout(resolve, 10))
    const refuses = vi.spyOn(globalThis, 'clearTimeout').mockImplementation(() => {})
    systemClock.clearTimeout(id)
    refuses.mockRestore()
    await passed
    expect([fired, refuses.mock.calls]).toEqual([0, []])
  })
})
