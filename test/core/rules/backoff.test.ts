import { describe, expect, it } from 'vitest'
import { type Breaker, createRegistry } from '../../../src/index.ts'
import { createVirtualClock, type VirtualClock } from '../../../src/testing/index.ts'
import { fail, succeed } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { newBreaker, newRegistry } from '../../support/registries.ts'

/** Opens again and again, each time at a failed probe; the open times. */
async function openTimes(breaker: Breaker, clock: VirtualClock, openings: number): Promise<number[]> {
  const times: number[] = []
  for (let opening = 0; opening < openings; opening++) {
    await fail(breaker)
    const openTime = breaker.stats().retryAfterMs ?? 0
    times.push(openTime)
    clock.advance(openTime)
  }
  return times
}

describe('backoff', () => {
  it('is off by default: each open time is as long as the first (R09)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '1s' })
    expect(await openTimes(breaker, clock, 4)).toEqual([1_000, 1_000, 1_000, 1_000])
  })

  it('grows each open time by its factor, up to its maximum (R09)', async () => {
    const backoff = { factor: 3, max: '10s' } as const
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '1s', backoff })
    expect(await openTimes(breaker, clock, 5)).toEqual([1_000, 3_000, 9_000, 10_000, 10_000])
  })

  it('doubles unless told otherwise (R09)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '1s', backoff: { max: '1h' } })
    expect(await openTimes(breaker, clock, 3)).toEqual([1_000, 2_000, 4_000])
  })

  it('starts over after closing (R09)', async () => {
    const policy = { failureThreshold: 1, successThreshold: 1, openTimeout: '1s', backoff: { max: '1h' } } as const
    const { breaker, clock } = newBreaker(policy)
    await openTimes(breaker, clock, 3)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    expect(await openTimes(breaker, clock, 2)).toEqual([1_000, 2_000])
  })

  it('starts over after a reset (R09)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '1s', backoff: { max: '1h' } })
    await openTimes(breaker, clock, 3)
    breaker.reset()
    expect(await openTimes(breaker, clock, 1)).toEqual([1_000])
  })

  it('goes on growing after a crash (R30)', async () => {
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '1s', backoff: { max: '1h' } })
    await openTimes(breaker, clock, 2)
    await crash(breaker)
    expect(await openTimes(breaker, clock, 1)).toEqual([4_000])
  })

  it('stays at its maximum after a thousand openings (R09)', async () => {
    const { breaker, clock } = newBreaker({
      failureThreshold: 1,
      openTimeout: '1s',
      backoff: { factor: 10, max: '1h' },
    })
    const times = await openTimes(breaker, clock, 1_000)
    expect(times.at(-1)).toBe(3_600_000)
  })

  it('takes off a share up to jitter, never more, never adding (R09)', async () => {
    const backoff = { factor: 1, max: '1h', jitter: 0.25 } as const
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '1s', backoff })
    const times = await openTimes(breaker, clock, 200)
    expect(Math.min(...times)).toBeGreaterThan(750)
    expect(Math.max(...times)).toBeLessThanOrEqual(1_000)
    expect(Math.max(...times) - Math.min(...times), 'it spreads').toBeGreaterThan(200)
  })

  it('takes it off the grown time after its maximum: at the maximum it spreads, too (R09)', async () => {
    const backoff = { factor: 10, max: '2s', jitter: 0.5 } as const
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '1s', backoff })
    const times = (await openTimes(breaker, clock, 200)).slice(1)
    expect(Math.max(...times)).toBeLessThanOrEqual(2_000)
    expect(times.filter((time) => time === 2_000).length, 'all alike').toBeLessThan(2)
    expect(Math.min(...times)).toBeGreaterThan(1_000)
    expect(Math.min(...times)).toBeLessThan(1_100)
  })

  it('is another in every registry that was given no seed: processes should not probe together (R09)', async () => {
    const policy = { failureThreshold: 1, backoff: { max: '1h', jitter: 0.5 } } as const
    const firsts = new Set<number>()
    for (let process = 0; process < 5; process++) {
      const clock = createVirtualClock()
      const breaker = createRegistry({ clock, policy }).breaker('a')
      for (const time of await openTimes(breaker, clock, 1)) firsts.add(time)
    }
    expect(firsts.size).toBe(5)
  })

  it('never comes to nothing, even with a jitter of 1 (R09)', async () => {
    const backoff = { factor: 1, max: '1h', jitter: 1 } as const
    const { breaker, clock } = newBreaker({ failureThreshold: 1, openTimeout: '1s', backoff })
    const times = await openTimes(breaker, clock, 200)
    expect(Math.min(...times)).toBeGreaterThan(0)
  })

  it('is the same for the same seed, and another for another seed or endpoint (R09)', async () => {
    const policy = { failureThreshold: 1, backoff: { max: '1h', jitter: 0.5 } } as const
    async function timesOf(seed: number, name: string): Promise<number[]> {
      const { clock, registry } = newRegistry({ seed })
      return openTimes(registry.breaker(name, policy), clock, 3)
    }
    const times = await timesOf(7, 'a')
    expect(await timesOf(7, 'a')).toEqual(times)
    expect(await timesOf(8, 'a')).not.toEqual(times)
    expect(await timesOf(7, 'b')).not.toEqual(times)
  })
})
