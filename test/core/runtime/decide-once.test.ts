import { afterEach, describe, expect, it, vi } from 'vitest'
import { initialTransition, transition } from 'xstate'
import { breakerMachine } from '../../../machines/index.ts'
import { resolvePolicy } from '../../../src/index.ts'
import { fail, succeed } from '../../support/calls.ts'
import { newBreaker } from '../../support/registries.ts'

/** A window of calls that no other array is as long as: a copy of it is a copy of the evidence. */
const CALLS = 32 * 77
const policy = {
  failureThreshold: null,
  failureRate: { threshold: 0.5, minimumCalls: 2, window: { calls: CALLS } },
} as const

function countCopies() {
  const bucket = vi.spyOn(Array.prototype, 'slice')
  return () => bucket.mock.contexts.filter((copied) => (copied as unknown[]).length === CALLS / 32).length
}

describe('the evidence', () => {
  afterEach(() => void vi.restoreAllMocks())

  it.each(['onDemand', 'eager'] as const)(
    'is copied once when it opens, activation %s (decide once)',
    async (activation) => {
      const { breaker } = newBreaker(policy, { activation })
      await succeed(breaker)
      const copies = countCopies()
      await fail(breaker)
      expect(breaker.state).toBe('open')
      expect(copies()).toBe(1)
    },
  )

  it('of an actor that is told everything is copied by it once for an outcome, and into the row at each event (decide once)', async () => {
    const { breaker } = newBreaker(policy, { folding: false })
    await succeed(breaker)
    const copies = countCopies()
    await fail(breaker)
    expect(breaker.state).toBe('open')
    // The admission was an event, too.
    expect(copies()).toBe(1 + 2)
  })

  it('is the actor’s own: what the row counts after that changes no snapshot of it (decide once)', async () => {
    const { breaker } = newBreaker({ failureThreshold: 3 }, { activation: 'eager' })
    await fail(breaker)
    breaker.enable()
    const snapshot = breaker.actor?.getSnapshot()
    await fail(breaker)
    expect(snapshot?.context.data.evidence.failures).toBe(0)
    expect(breaker.actor?.getSnapshot().context.data.evidence.failures).toBe(0)
    await fail(breaker)
    expect(breaker.actor?.getSnapshot().context.data).toMatchObject({ evidence: { failures: 3 }, openings: 1 })
    expect(snapshot?.context.data.evidence.failures).toBe(0)
  })

  it('is judged anew where one event is tried on several breakers, as by who looks for paths (decide once)', () => {
    const event = { type: 'fail', generation: 0, durationMs: 1, at: 0 } as const
    const input = { policy: resolvePolicy({ failureThreshold: 2 }), seed: 1, at: 0 }
    const [none] = initialTransition(breakerMachine, input)
    const [one] = transition(breakerMachine, none, event)
    const [two] = transition(breakerMachine, one, event)
    const [again] = transition(breakerMachine, none, event)
    expect([one.value, two.value, again.value]).toEqual(['closed', 'open', 'closed'])
    expect(none.context.data.evidence.failures).toBe(0)
  })
})
