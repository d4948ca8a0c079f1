import { describe, expect, it } from 'vitest'
import type { Override, Reason } from '../../../src/index.ts'
import { acquire, fail, hold, rejected, succeed, thrownBy } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

const reason: Reason = {
  ...{ type: 'fleet', decision: 'failureRate', rate: 0.62, calls: 120, reporters: 5, version: 7, message: '' },
}
const OPEN: Override = { state: 'open', reason, retryAfterMs: 2_000 }

describe.each(EVERY_WAY)('a breaker that is override from above, $way', ({ how }) => {
  it('rejects what it would admit itself, and says who has decided and until when', async () => {
    const { breaker, registry, clock } = newBreaker({}, how)
    const heard = hear(registry, 'rejected')
    breaker.override(OPEN)
    clock.advance(500)
    expect(breaker.allows()).toBe(false)
    expect(breaker.tryAcquire()).toBeUndefined()
    const error = await rejected(breaker)
    expect(error).toMatchObject({ code: 'BREAKER_OPEN', state: 'open', reason, retryAfterMs: 1_500 })
    expect(error.message).toBe(
      'circuit "a" is open: the fleet: 62% failures over 120 calls, seen by 5 processes (version 7)',
    )
    expect(heard.at(-1)).toEqual({ endpoint: 'a', state: 'open', generation: 0, by: 'fleet', at: clock.now() })
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      override: { state: 'open', reason, retryAfterMs: 1_500, share: 0 },
      calls: { allowed: 0, rejected: 2 },
    })
  })

  it('rules for itself again once nothing is override', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1 }, how)
    const heard = hear(registry, 'overridden')
    breaker.override(OPEN)
    breaker.override({ ...OPEN, retryAfterMs: 9_000 })
    breaker.override(null)
    breaker.override(null)
    expect(heard).toMatchObject([
      { endpoint: 'a', state: 'open', reason },
      { endpoint: 'a', state: null, reason: null },
    ])
    expect(await succeed(breaker)).toBe('ok')
    expect(breaker.stats().override).toBeNull()
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('is listed with it, and the health of the service counts it in', () => {
    const { breaker, registry } = newBreaker({}, how)
    registry.breaker('b')
    breaker.override(OPEN)
    expect(registry.list()).toMatchObject([
      { endpoint: 'a', state: 'closed', admission: { admits: 'none', refusedBy: 'fleet', state: 'open' } },
      { endpoint: 'b', state: 'closed', admission: { admits: 'all', refusedBy: null } },
    ])
    expect(registry.health({ critical: ['a'] })).toEqual({
      status: 'down',
      endpoints: [
        {
          ...{ endpoint: 'a', state: 'open', admits: 'none', refusedBy: 'fleet', critical: true, retryAfterMs: 2_000 },
          reason: 'open: the fleet: 62% failures over 120 calls, seen by 5 processes (version 7)',
        },
      ],
    })
    breaker.isolate()
    expect(registry.health().endpoints).toMatchObject([{ state: 'forcedOpen', reason: 'forced open: isolated' }])
    breaker.disable()
    expect(registry.health().status).toBe('up')
  })

  it('is still asked first: its own rejection is its own, and no override lets anything through', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const heard = hear(registry, 'rejected')
    breaker.trip('maintenance')
    breaker.override({ state: 'halfOpen', reason, share: 1, probe: () => () => {} })
    expect(await rejected(breaker)).toMatchObject({ state: 'open', reason: { type: 'tripped' } })
    expect(heard).toMatchObject([{ by: 'breaker' }])
  })

  it('lets one call through as the probe, and tells what it came to', async () => {
    for (const [end, result] of [
      ['success', 'succeed'],
      ['failure', 'fail'],
      ['ignore', 'ignore'],
    ] as const) {
      const { breaker } = newBreaker({}, how)
      const told: string[] = []
      const probe = () => {
        told.push('began')
        return (ended: string) => told.push(ended)
      }
      breaker.override({ ...OPEN, state: 'halfOpen', probe })
      expect(breaker.allows()).toBe(true)
      const permit = acquire(breaker)
      expect(breaker.allows()).toBe(false)
      expect(await rejected(breaker)).toMatchObject({ state: 'halfOpen' })
      expect(told).toEqual(['began'])
      permit[end]()
      permit[end]()
      expect(told).toEqual(['began', result])
    }
  })

  it('tells of a probe that was a call, whose place under a limit it holds, too', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1 }, how)
    const told: string[] = []
    breaker.override({ ...OPEN, probe: () => (ended) => told.push(ended) })
    const call = hold(breaker)
    expect(breaker.stats().concurrency).toEqual({ inFlight: 1, queued: 0 })
    await call.fail()
    expect(told).toEqual(['fail'])
    expect(breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
  })

  it('turns away at once who waits for a slot, and who comes when there is none', async () => {
    const { breaker } = newBreaker({ maxConcurrent: 1, maxQueued: 2 }, how)
    const call = hold(breaker)
    const waiting = rejected(breaker)
    breaker.override(OPEN)
    expect(await waiting).toMatchObject({ state: 'open', reason })
    expect(await rejected(breaker)).toMatchObject({ state: 'open', reason })
    await call.succeed()
    expect(breaker.stats()).toMatchObject({
      concurrency: { inFlight: 0, queued: 0 },
      calls: { rejected: 2, limited: 0 },
    })
  })

  it('lets a share of calls through, evenly', () => {
    const { breaker } = newBreaker({}, how)
    breaker.override({ state: 'halfOpen', reason, share: 0.3 })
    const admitted = Array.from({ length: 10 }, () => breaker.tryAcquire() !== undefined)
    expect(admitted.map(Number).join('')).toBe('0001001001')
  })

  it('asks both when it is half-open itself, and takes no permit for a call that is turned away', async () => {
    const { breaker } = newHalfOpen({ successThreshold: 1 }, how)
    breaker.override(OPEN)
    expect(await rejected(breaker)).toMatchObject({ state: 'open', reason })
    expect(breaker.stats().probesInFlight).toBe(0)
    breaker.override(null)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('admits every call when an operator has disabled it', async () => {
    const { breaker } = newBreaker({}, how)
    breaker.override(OPEN)
    breaker.disable()
    expect(breaker.allows()).toBe(true)
    expect(await succeed(breaker)).toBe('ok')
  })

  it('tells once that a call was turned away', async () => {
    const { breaker } = newBreaker({}, how)
    let told = 0
    breaker.override({ ...OPEN, onRejected: () => told++ })
    await rejected(breaker)
    await rejected(breaker)
    expect(told).toBe(1)
  })

  it('is harmed by nothing that a override does', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const errors = hear(registry, 'error')
    const boom = () => {
      throw new Error('boom')
    }
    breaker.override({ ...OPEN, probe: boom, onRejected: boom })
    expect(await succeed(breaker)).toBe('ok')
    await rejected(breaker)
    breaker.override({ ...OPEN, probe: () => boom })
    expect(await succeed(breaker)).toBe('ok')
    expect(errors).toMatchObject([{ source: 'fleet' }, { source: 'fleet' }, { source: 'fleet' }])
  })

  it('is override no more when it was deleted, and made anew', async () => {
    const { breaker, registry } = newBreaker({}, how)
    breaker.override(OPEN)
    registry.delete('a')
    expect(await succeed(breaker)).toBe('ok')
  })
})

it('what is no override is refused', () => {
  const { breaker } = newBreaker()
  const wrong: [unknown, string][] = [
    [5, 'override(given): expected'],
    [{ ...OPEN, state: 'closed' }, "override.state: expected 'open', 'halfOpen' or 'forcedOpen', received"],
    [{ state: 'open' }, 'override.reason: expected a reason'],
    [{ ...OPEN, retryAfterMs: -1 }, 'override.retryAfterMs: expected milliseconds'],
    [{ ...OPEN, share: 2 }, 'override.share: expected a share'],
    [{ ...OPEN, probe: true }, 'override.probe: expected a function'],
    [{ ...OPEN, shares: 1 }, 'did you mean share?'],
  ]
  for (const [override, expected] of wrong) {
    expect(thrownBy(() => breaker.override(override as Override))).toMatchObject({
      message: expect.stringContaining(expected),
    })
  }
  expect(breaker.stats().override).toBeNull()
})
