import { describe, expect, it } from 'vitest'
import { presets } from '../../src/index.ts'
import { fail, hold, rejected, succeed } from '../support/calls.ts'
import { crash } from '../support/crashes.ts'
import { newBreaker, newHalfOpen, newRegistry, statesIn } from '../support/registries.ts'

describe('the preset phoenixMicro', () => {
  it('opens at the fifth failure within its sliding window (R12)', async () => {
    const { breaker, clock } = newBreaker(presets.phoenixMicro)
    for (let failure = 0; failure < 4; failure++) {
      await fail(breaker)
      clock.advance(10_000)
    }
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect((await rejected(breaker)).reason).toEqual({
      type: 'failuresInWindow',
      failures: 5,
      threshold: 5,
      windowMs: 60_000,
    })
  })

  it('does not count failures that have left the window (R12)', async () => {
    const { breaker, clock } = newBreaker(presets.phoenixMicro)
    for (let failure = 0; failure < 20; failure++) {
      await fail(breaker)
      clock.advance(15_000)
    }
    expect(breaker.state).toBe('closed')
  })

  it('clears the failure window at a success (R12)', async () => {
    const { breaker } = newBreaker(presets.phoenixMicro)
    await fail(breaker, 4)
    await succeed(breaker)
    await fail(breaker, 4)
    expect(breaker.state).toBe('closed')
  })

  it('tells how many failures its window holds (R25)', async () => {
    const { breaker, clock, registry } = newBreaker(presets.phoenixMicro)
    await fail(breaker)
    clock.advance(100)
    await fail(breaker)
    expect(registry.snapshot().breakers[0]?.evidence.failureAgesMs).toEqual([100, 0])
  })

  it('closes at one successful probe (R04)', async () => {
    const { breaker } = newHalfOpen(presets.phoenixMicro)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('keeps one entry per fuse, which survives crashes of its users (R30)', async () => {
    const { registry } = newRegistry({ policy: presets.phoenixMicro })
    const [fuse, other] = [registry.breaker('fuse'), registry.breaker('other')]
    await fail(fuse, 4)
    await crash(fuse)
    await fail(fuse)
    expect(statesIn(registry)).toEqual([
      { endpoint: 'fuse', state: 'open' },
      { endpoint: 'other', state: 'closed' },
    ])
    expect(other.stats().calls.failed).toBe(0)
  })

  it('resets all fuses (R20)', async () => {
    const { registry } = newRegistry({ policy: presets.phoenixMicro })
    for (const name of ['a', 'b']) await fail(registry.breaker(name), 5)
    registry.resetAll()
    expect(registry.list().map(({ state }) => state)).toEqual(['closed', 'closed'])
  })

  it('is not closed by the success of a call of before: in the document it was (R06)', async () => {
    const { breaker } = newBreaker(presets.phoenixMicro)
    const call = hold(breaker)
    await fail(breaker, 5)
    await call.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'open', calls: { late: 1 } })
  })

  it('is set half-open by time, and only for as many probes as it has permits (R03)', async () => {
    const { breaker } = newHalfOpen(presets.phoenixMicro)
    hold(breaker)
    expect((await rejected(breaker)).state).toBe('halfOpen')
  })
})
