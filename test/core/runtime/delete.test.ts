import { describe, expect, it } from 'vitest'
import { acquire, fail, hold, succeed } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a deleted breaker, $way', ({ how }) => {
  it('leaves no row, no actor and no timer (R22)', () => {
    const { breaker, clock, registry } = newBreaker({}, how)
    const deleted = hear(registry, 'deleted')
    breaker.trip()
    const { actor } = breaker
    expect(clock.pending).toHaveLength(1)
    expect(registry.delete('a')).toBe(true)
    expect(clock.pending).toEqual([])
    expect(actor?.getSnapshot().status).toBe('stopped')
    expect(registry.list()).toEqual([])
    expect(registry.snapshot().breakers).toEqual([])
    expect(deleted).toEqual([{ endpoint: 'a', why: 'deleted' }])
    expect(registry.delete('a')).toBe(false)
  })

  it('leaves no lease and no call timeout that would act on it (R22)', async () => {
    const { breaker, clock, registry } = newHalfOpen({ halfOpenMaxCalls: 2 }, how)
    const transitions = hear(registry, 'transition')
    acquire(breaker)
    const call = hold(breaker, { timeout: '1s' })
    registry.delete('a')
    clock.advance(60_000)
    await expect(call.ended).rejects.toMatchObject({ code: 'CALL_TIMEOUT' })
    expect(transitions).toEqual([])
    expect(registry.has('a')).toBe(false)
    expect(clock.pending).toEqual([])
  })

  it('is not brought back by a late result, of a call or a permit (R22)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1 }, how)
    const late = hear(registry, 'late')
    const [success, failure, permit] = [hold(breaker), hold(breaker), acquire(breaker)]
    registry.delete('a')
    await success.succeed()
    await failure.fail()
    permit.failure()
    expect(registry.has('a')).toBe(false)
    expect(late).toHaveLength(3)
  })

  it('is not heard in the breaker that has its name now (R06)', async () => {
    const { breaker, registry, clock } = newBreaker({ failureThreshold: 1, successThreshold: 1 }, how)
    const [success, failure] = [hold(breaker), acquire(breaker)]
    registry.delete('a')
    const next = registry.breaker('a', { failureThreshold: 1, successThreshold: 1 })
    failure.failure()
    expect(next.stats()).toMatchObject({ state: 'closed', calls: { allowed: 0, failed: 0 } })
    next.trip()
    clock.advance(30_000)
    const { actor, generation } = next
    await success.succeed()
    expect(next.stats()).toMatchObject({ state: 'halfOpen', generation, calls: { succeeded: 0 } })
    expect(next.actor).toBe(actor)
  })

  it('gives way to one of a new generation, above all before (R22)', () => {
    const { breaker, registry } = newBreaker({}, how)
    let highest = breaker.generation
    for (let round = 0; round < 5; round++) {
      const next = registry.breaker('a')
      for (let trip = 0; trip < round; trip++) {
        next.trip()
        next.reset()
      }
      highest = next.generation
      registry.delete('a')
      expect(registry.breaker('a').generation).toBeGreaterThan(highest)
    }
  })

  it('gives way to one above all before, though others of lower generations were deleted since (R22)', () => {
    const { breaker, registry } = newBreaker({}, how)
    const other = registry.breaker('b')
    for (let trip = 0; trip < 5; trip++) {
      breaker.trip()
      breaker.reset()
    }
    const { generation } = breaker
    registry.delete('a')
    other.trip()
    registry.delete('b')
    expect(registry.breaker('a').generation).toBeGreaterThan(generation)
  })

  it('begins anew: no evidence, no counts (R22)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 2 }, how)
    await fail(breaker)
    registry.delete('a')
    const { calls, consecutiveFailures, timeInState, latency } = registry.breaker('a').stats()
    expect(new Set(Object.values(calls))).toEqual(new Set([0]))
    expect([consecutiveFailures, timeInState.open, latency.max]).toEqual([0, 0, null])
  })

  it('can be used through its handle: it looks for the name again (R22)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1 }, how)
    breaker.trip()
    registry.delete('a')
    expect(breaker.state).toBe('closed')
    expect(registry.has('a')).toBe(false)
    await succeed(breaker)
    expect(registry.has('a')).toBe(true)
    breaker.trip()
    expect([registry.state('a'), registry.breaker('a').state]).toEqual(['open', 'open'])
  })

  it('is seen through its old handle as through the new one (R24)', () => {
    const { breaker, registry } = newBreaker({}, how)
    registry.delete('a')
    const next = registry.breaker('a')
    next.trip()
    expect(breaker.state).toBe('open')
    expect(breaker.stats()).toEqual(next.stats())
    expect(breaker.actor).toBe(next.actor)
  })

  it('in the middle of a call, by the call itself, ends well (R22)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    expect(await breaker.call(() => registry.delete('a'))).toBe(true)
    expect(registry.has('a')).toBe(false)
  })

  it('takes its crashes with it (R31)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    await crash(breaker, 3)
    registry.delete('a')
    await crash(registry.breaker('a'))
    expect(registry.state('a')).toBe('closed')
  })
})
