// One breaker unfolded: its actor sees every call, those of the others none.
import { describe, expect, it } from 'vitest'
import type { AnyActorRef } from 'xstate'
import type { Breaker } from '../../../src/index.ts'
import { errorOf, fail, succeed } from '../../support/calls.ts'
import { newBreaker, type newRegistry } from '../../support/registries.ts'

/** The events that the actors get, by breaker, as an inspector that was attached later sees them. */
function inspect(registry: ReturnType<typeof newRegistry>['registry']) {
  const events: string[] = []
  registry.actor.system.inspect((event) => {
    if (event.type !== '@xstate.event' || event.actorRef === registry.actor) return
    events.push(`${(event.actorRef as AnyActorRef).id}: ${event.event.type}`)
  })
  return events
}

const failuresKnownTo = (breaker: Breaker) => breaker.actor?.getSnapshot().context.data.evidence.failures

describe('a breaker that is unfolded', () => {
  it('has its actor see every admission and outcome, until that is ended', async () => {
    const { breaker, registry } = newBreaker()
    await registry.call('b', () => 'ok')
    const events = inspect(registry)
    const fold = breaker.unfold()
    events.length = 0
    await succeed(breaker)
    await registry.call('b', () => 'ok')
    await fail(breaker)
    expect(events).toEqual(['a: admit', 'a: succeed', 'a: admit', 'a: fail'])
    fold()
    events.length = 0
    await succeed(breaker)
    expect(events).toEqual([])
  })

  it('knows what was folded before, and forgets nothing that comes after', async () => {
    const { breaker } = newBreaker({ failureThreshold: 4, counting: 'cumulative' })
    await fail(breaker)
    const fold = breaker.unfold()
    expect(failuresKnownTo(breaker)).toBe(1)
    await fail(breaker)
    expect(failuresKnownTo(breaker)).toBe(2)
    fold()
    await fail(breaker)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('knows what was folded while somebody subscribed to its actor', async () => {
    const { breaker } = newBreaker()
    breaker.actor?.subscribe(() => {})
    await fail(breaker, 2)
    breaker.unfold()
    expect(failuresKnownTo(breaker)).toBe(2)
  })

  it('keeps its actor, which rests again afterwards', async () => {
    const { breaker, registry } = newBreaker()
    const running = () => registry.actor.getSnapshot().context.children.size
    const fold = breaker.unfold()
    await succeed(breaker)
    breaker.trip()
    breaker.reset()
    expect(running()).toBe(1)
    fold()
    expect(running()).toBe(0)
  })

  it('stays so until the last of those who asked for it has ended that, once each', async () => {
    const { breaker, registry } = newBreaker()
    const first = breaker.unfold()
    const second = breaker.unfold()
    first()
    first()
    const events = inspect(registry)
    await succeed(breaker)
    expect(events).toHaveLength(2)
    second()
    await succeed(breaker)
    expect(events.filter((event) => event.endsWith('admit'))).toHaveLength(1)
  })

  it('is so again when it is deleted and made anew', async () => {
    const { breaker, registry } = newBreaker()
    breaker.unfold()
    registry.delete('a')
    const events = inspect(registry)
    await succeed(breaker)
    expect(events).toContain('a: admit')
  })

  it('ends calls in flight as they were admitted', async () => {
    const { breaker } = newBreaker({ failureThreshold: 1 })
    await succeed(breaker)
    let reject = () => {}
    const call = breaker.call(() => new Promise((_, no) => (reject = () => no(new Error('down')))))
    const fold = breaker.unfold()
    const inFlight = breaker.tryAcquire()
    fold()
    inFlight?.success()
    reject()
    await errorOf(call)
    expect(breaker.state).toBe('open')
    expect(breaker.stats().calls).toMatchObject({ allowed: 3, succeeded: 2, failed: 1, late: 0 })
  })

  it('may be unfolded and folded when it is gone, or its registry closed', async () => {
    const { breaker, registry } = newBreaker()
    registry.delete('a')
    const fold = breaker.unfold()
    await registry.close()
    expect(() => fold()).not.toThrow()
    expect(() => breaker.unfold()()).not.toThrow()
  })
})
