// A closed breaker needs no actor: it is started when something happens that only it may decide, and rests afterwards.
import { describe, expect, it } from 'vitest'
import { fail, succeed, succeedTimes } from '../support/calls.ts'
import { crash } from '../support/crashes.ts'
import { hear, newBreaker, newRegistry } from '../support/registries.ts'

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
    expect(made.breaker.actor?.getSnapshot().context.decision.tally.failures).toBe(3)
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
