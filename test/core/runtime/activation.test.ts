// A closed breaker needs no actor: it is started when something happens that only it may decide, and rests afterwards.
import { describe, expect, it } from 'vitest'
import type { Breaker } from '../../../src/index.ts'
import { fail, hold, rejected, succeed, succeedTimes } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { hear, newBreaker, newHalfOpen, newRegistry } from '../../support/registries.ts'

/** The names of the breakers whose actors run. */
function active({ registry }: Pick<ReturnType<typeof newRegistry>, 'registry'>): string[] {
  return [...registry.actor.getSnapshot().context.children.keys()]
}

describe('by default, a breaker’s actor', () => {
  it('does not exist while it is closed and only called (R20)', async () => {
    const made = newBreaker({ failureThreshold: 2 })
    await succeedTimes(made.breaker, 3)
    await fail(made.breaker)
    expect(active(made)).toEqual([])
  })

  it('is started by the outcome that makes a trigger fire, with all that came before as evidence (R12)', async () => {
    const made = newBreaker({ failureThreshold: 3 })
    await fail(made.breaker, 3)
    expect(active(made)).toEqual(['a'])
    expect(made.breaker.stats()).toMatchObject({ state: 'open', consecutiveFailures: 3 })
    expect(made.breaker.actor?.getSnapshot().context.data.evidence.failures).toBe(3)
  })

  it('rests when it has closed, and leaves no timer (R08)', async () => {
    const made = newBreaker({ failureThreshold: 1, successThreshold: 1 })
    await fail(made.breaker)
    const { actor } = made.breaker
    made.clock.advance(30_000)
    expect(active(made)).toEqual(['a'])
    await succeed(made.breaker)
    expect(active(made)).toEqual([])
    expect(actor?.getSnapshot().status).toBe('stopped')
    expect(made.clock.pending).toEqual([])
  })

  it('opens again after a rest, in a later generation, with its backoff begun anew (R09)', async () => {
    const made = newBreaker({ failureThreshold: 1, successThreshold: 1, backoff: { factor: 2, max: '10m' } })
    for (const generation of [1, 4]) {
      await fail(made.breaker)
      expect(made.breaker.stats()).toMatchObject({ state: 'open', generation, retryAfterMs: 30_000 })
      made.clock.advance(30_000)
      await succeed(made.breaker)
    }
  })

  it('rests after a command that finds or leaves it closed (R08)', () => {
    const made = newBreaker()
    made.registry.configure('a', { failureThreshold: 9 })
    expect(made.breaker.policy.failureThreshold).toBe(9)
    made.breaker.enable()
    made.breaker.reset()
    expect(active(made)).toEqual([])
  })

  it('stays while it is disabled or forced open, for somebody has to end that (R08)', () => {
    for (const command of ['disable', 'isolate'] as const) {
      const made = newBreaker()
      made.breaker[command]()
      expect(active(made)).toEqual(['a'])
      made.breaker.enable()
      expect(active(made)).toEqual([])
    }
  })

  it('is started when it is asked for, and stays while it has a subscriber (R30)', () => {
    const made = newBreaker()
    const values: unknown[] = []
    const { actor } = made.breaker
    expect(active(made)).toEqual(['a'])
    const subscription = actor?.subscribe(({ value }) => values.push(value))
    made.breaker.trip()
    made.breaker.reset()
    expect(made.breaker.actor).toBe(actor)
    expect(values).toEqual(['open', 'closed'])
    subscription?.unsubscribe()
    made.breaker.trip()
    made.breaker.reset()
    expect(active(made)).toEqual([])
  })

  it('stays when it was asked for, until its stay ends: whoever holds it may tell it to trip (R30)', () => {
    const made = newBreaker()
    const { actor } = made.breaker
    made.registry.configure('a', { failureThreshold: 9 })
    made.breaker.enable()
    actor?.send({ type: 'trip', message: 'by its holder' } as never)
    expect(made.breaker.state).toBe('open')
    made.breaker.reset()
    expect(active(made)).toEqual([])
  })

  it('has its crashes remembered while it rests (R31)', async () => {
    const made = newBreaker({}, { supervision: { maxRestarts: 1 } })
    const escalated = hear(made.registry, 'escalated')
    for (const _ of [1, 2]) {
      await crash(made.breaker)
      made.breaker.reset()
    }
    expect(escalated).toHaveLength(1)
  })

  it('exists from the start if all are to be seen: when eager, inspected or unfolded (R20)', async () => {
    for (const how of [{ activation: 'eager' as const }, { inspect: () => {} }, { folding: false }]) {
      const made = newRegistry(how)
      made.registry.breaker('a')
      await made.registry.call('b', () => 1)
      expect(active(made)).toEqual(['a', 'b'])
      made.registry.breaker('a').trip()
      made.registry.breaker('a').reset()
      expect(active(made)).toEqual(['a', 'b'])
    }
  })

  it('is started from a snapshot only if there is something to decide (R25)', () => {
    const before = newRegistry()
    before.registry.breaker('open').trip()
    before.registry.breaker('well')
    const after = newRegistry({ clock: before.clock, snapshot: before.registry.snapshot() })
    expect(active(after)).toEqual(['open'])
  })
})

describe('an actor that is watched', () => {
  /** How many events it has handled meanwhile. */
  async function eventsIn({ actor }: Breaker, code: () => unknown): Promise<number> {
    let events = 0
    const subscription = actor?.subscribe(() => {
      events++
    })
    await code()
    subscription?.unsubscribe()
    return events
  }

  it('is not told of an outcome that fires no trigger (R20)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 2 })
    expect(await eventsIn(breaker, () => fail(breaker))).toBe(0)
    expect(await eventsIn(breaker, () => fail(breaker))).toBe(1)
  })

  it('is not told of a rejected call, nor of an outcome that cannot change an open breaker (R02, R20)', async () => {
    for (const [openTimeoutFrom, told] of [
      ['opened', 0],
      ['lastFailure', 1],
    ] as const) {
      const { breaker } = newBreaker({ openTimeoutFrom })
      const call = hold(breaker)
      breaker.trip()
      expect(await eventsIn(breaker, () => rejected(breaker))).toBe(0)
      expect(await eventsIn(breaker, () => call.fail())).toBe(0)
      expect(await eventsIn(breaker, () => breaker.recordSuccess())).toBe(0)
      expect(await eventsIn(breaker, () => breaker.recordFailure()), openTimeoutFrom).toBe(told)
      breaker.isolate()
      expect(await eventsIn(breaker, () => breaker.recordFailure())).toBe(0)
    }
  })

  it('is not told of a result that comes too late for the trial (R06, R20)', async () => {
    const { breaker, clock } = newHalfOpen()
    const probe = hold(breaker)
    breaker.trip()
    clock.advance(30_000)
    expect(await eventsIn(breaker, () => probe.succeed())).toBe(0)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', calls: { late: 1 } })
  })
})
