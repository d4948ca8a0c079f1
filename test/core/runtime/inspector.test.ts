import { describe, expect, it } from 'vitest'
import { fail, rejected, succeed } from '../../support/calls.ts'
import { hear, newBreaker, START } from '../../support/registries.ts'

describe('an inspector', () => {
  it('sees every event, because nothing is folded then (R32)', async () => {
    const types: string[] = []
    const { breaker } = newBreaker(
      {},
      { inspect: (event) => event.type === '@xstate.event' && types.push(event.event.type) },
    )
    await succeed(breaker)
    await fail(breaker)
    expect(types.filter((type) => ['admit', 'succeed', 'fail'].includes(type))).toEqual([
      'admit',
      'succeed',
      'admit',
      'fail',
    ])
  })

  it('sees what has happened and no more: one event for each command and each refusal (R02, R32)', async () => {
    const events: { readonly type: string }[] = []
    const { breaker } = newBreaker(
      { latencySampling: 0 },
      { inspect: ({ type, ...told }) => type === '@xstate.event' && 'event' in told && events.push(told.event) },
    )
    const before = events.length
    await succeed(breaker)
    breaker.isolate()
    await rejected(breaker)
    breaker.trip('by a test')
    breaker.reset()
    const at = START
    expect(events.slice(before)).toEqual([
      { type: 'admit', probe: 0, at },
      { type: 'succeed', generation: 0, durationMs: Number.NaN, at },
      { type: 'isolate', at },
      { type: 'admit', probe: 1, at },
      { type: 'trip', message: 'by a test', at },
      { type: 'reset', at },
    ])
  })

  it('that throws reaches nobody, and is reported (R32)', async () => {
    const mistake = new Error('a mistake in the inspector')
    let sound = true
    const thrower = () => {
      if (!sound) throw mistake
    }
    for (const inspector of [thrower, { next: thrower }]) {
      const { breaker, registry, clock } = newBreaker({ failureThreshold: 1 }, { inspect: inspector })
      const errors = hear(registry, 'error')
      sound = false
      await fail(breaker)
      expect(breaker.state).toBe('open')
      clock.advance(30_000)
      expect(breaker.state).toBe('halfOpen')
      expect(await succeed(breaker)).toBe('ok')
      sound = true
      expect(errors[0]).toEqual({ source: 'inspect', error: mistake })
    }
  })
})
