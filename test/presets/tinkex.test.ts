import { describe, expect, it } from 'vitest'
import { presets } from '../../src/index.ts'
import { fail, hold, rejected } from '../support/calls.ts'
import { newBreaker, newRegistry, statesIn } from '../support/registries.ts'

const answer = (value: unknown) => () => value

describe('the preset tinkex', () => {
  it('takes { ok: true } alone for a success, as {:ok, _} is there (R11)', async () => {
    const { breaker } = newBreaker(presets.tinkex)
    await breaker.call(answer({ ok: true, result: 5 }))
    expect(breaker.stats().calls).toMatchObject({ succeeded: 1, failed: 0 })
    for (const value of [{ ok: false }, { ok: 'true' }, {}, undefined, null, 'ok', 0]) {
      const one = newBreaker(presets.tinkex).breaker
      expect(await one.call(answer(value)), 'the caller gets it all the same').toBe(value)
      expect(one.stats().calls, JSON.stringify(value)).toMatchObject({ succeeded: 0, failed: 1 })
    }
  })

  it('takes a throw for a failure, too (R10)', async () => {
    const { breaker } = newBreaker(presets.tinkex)
    await fail(breaker, 5)
    expect(breaker.state).toBe('open')
  })

  it('has another classifier where its caller gives one (R11)', async () => {
    const { breaker } = newBreaker({ ...presets.tinkex, isFailure: (outcome) => 'error' in outcome })
    await breaker.call(answer('untagged'))
    expect(breaker.stats().calls).toMatchObject({ succeeded: 1, failed: 0 })
  })

  it('makes the breaker of an endpoint at its first call, and opens at its fifth failure (R20)', async () => {
    const { registry } = newRegistry({ policy: presets.tinkex })
    expect(registry.state('sampling-endpoint')).toBe('closed')
    expect(registry.list()).toEqual([])
    for (let call = 0; call < 5; call++) await registry.call('sampling-endpoint', answer({ ok: false }))
    expect(registry.state('sampling-endpoint')).toBe('open')
    expect(statesIn(registry)).toEqual([{ endpoint: 'sampling-endpoint', state: 'open' }])
  })

  it('lists, resets and deletes by name; unknown names do nothing (R20)', async () => {
    const { registry } = newRegistry({ policy: presets.tinkex })
    for (let call = 0; call < 5; call++) await registry.call('a', answer({ ok: false }))
    registry.reset('a')
    expect(registry.state('a')).toBe('closed')
    registry.delete('a')
    registry.delete('a')
    registry.reset('a')
    expect(registry.list()).toEqual([])
  })

  it('tries one call after reset_timeout_ms and closes at its success (R04)', async () => {
    const { breaker, clock } = newBreaker(presets.tinkex)
    await fail(breaker, 5)
    clock.advance(30_000)
    const probe = hold(breaker)
    await rejected(breaker)
    await probe.succeed({ ok: true })
    expect(breaker.state).toBe('closed')
  })

  it('loses no update among concurrent callers: every outcome is counted once (R24)', async () => {
    const { breaker } = newBreaker({ ...presets.tinkex, failureThreshold: 1_001 })
    const calls = Array.from({ length: 1_000 }, () => hold(breaker))
    await Promise.all(calls.map((call) => call.succeed({ ok: false })))
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1_000, calls: { failed: 1_000 } })
  })
})
