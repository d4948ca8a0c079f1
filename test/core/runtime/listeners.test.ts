import { describe, expect, it, vi } from 'vitest'
import { acquire, hold, rejected } from '../../support/calls.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen, newRegistry } from '../../support/registries.ts'

describe('the listeners of one event', () => {
  it('are those of the moment it is told: one that is added in it hears the next (R32)', () => {
    const { breaker, registry } = newBreaker()
    const heard: string[] = []
    let isAdded = false
    registry.on('transition', ({ to }) => {
      heard.push(`first ${to}`)
      if (!isAdded) registry.on('transition', (next) => heard.push(`second ${next.to}`))
      isAdded = true
    })
    breaker.trip()
    expect(heard).toEqual(['first open'])
    breaker.reset()
    expect(heard).toEqual(['first open', 'first closed', 'second closed'])
  })

  it('all hear it, though one unsubscribes itself in it (R32)', () => {
    const { breaker, registry } = newBreaker()
    const heard: string[] = []
    const unsubscribe = registry.on('transition', () => {
      heard.push('first')
      unsubscribe()
    })
    registry.on('transition', () => heard.push('second'))
    registry.on('transition', () => heard.push('third'))
    breaker.trip()
    expect(heard).toEqual(['first', 'second', 'third'])
    breaker.reset()
    expect(heard).toEqual(['first', 'second', 'third', 'second', 'third'])
  })

  it('are none once the last has left: what nobody hears becomes a warning again (R21, R32)', async () => {
    const { registry } = newBreaker({}, {})
    const heard = hear(registry, 'error')
    const unsubscribe = registry.on('policyIgnored', () => {
      throw new Error('listener')
    })
    registry.breaker('a', { failureThreshold: 7 })
    expect(heard).toHaveLength(1)
    // A second time is as once.
    unsubscribe()
    unsubscribe()
    registry.breaker('b', { failureThreshold: 1 })
    const warning = new Promise<Error>((resolve) => process.once('warning', resolve))
    registry.breaker('b', { failureThreshold: 7 })
    expect(await warning).toMatchObject({ code: 'SWITCHGEAR_POLICY_IGNORED' })
  })

  it('of one endpoint stay, though one that has left leaves again (R32)', async () => {
    const { breaker } = newBreaker()
    const heard: string[] = []
    const unsubscribe = breaker.on('success', () => heard.push('first'))
    unsubscribe()
    breaker.on('success', () => heard.push('second'))
    unsubscribe()
    await breaker.call(() => 'value')
    expect(heard).toEqual(['second'])
  })

  it('of one endpoint hear of a policy that is ignored, and nobody is warned (R21)', () => {
    const { registry } = newRegistry()
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const breaker = registry.breaker('a', { failureThreshold: 3 })
    const heard: string[] = []
    breaker.on('policyIgnored', ({ endpoint }) => heard.push(endpoint))
    registry.breaker('a', { failureThreshold: 4 })
    expect(heard).toEqual(['a'])
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('hear nothing that happened when nobody listened (R32)', () => {
    const { registry } = newRegistry({ maxBreakers: 1 })
    const heard: string[] = []
    registry.on('deleted', () => registry.on('created', ({ endpoint }) => heard.push(endpoint)))
    for (const name of ['a', 'b']) registry.breaker(name)
    expect(heard, 'b was made when a was deleted, in one turn').toEqual([])
  })

  it('hear nothing that was still to be told when one of them closed the registry, and nobody is warned (R33)', () => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { registry } = newRegistry({ maxBreakers: 1 })
    registry.breaker('a')
    const created = hear(registry, 'created')
    registry.on('deleted', () => void registry.close())
    registry.breaker('b')
    expect([created, warning.mock.calls]).toEqual([[], []])
    warning.mockRestore()
  })

  it('hear nothing of what ends after close, and it is counted all the same (R33)', async () => {
    const { breaker, registry } = newBreaker()
    const late = hear(registry, 'late')
    const call = hold(breaker)
    await registry.close()
    await call.fail()
    expect(late).toEqual([])
    expect(breaker.stats().calls).toMatchObject({ allowed: 1, failed: 0, late: 1 })
  })
})

describe.each(EVERY_WAY)('what a listener is told, $way', ({ how }) => {
  it('of a rejected call is counted already (R24)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    breaker.trip()
    const counts: number[] = []
    registry.on('rejected', () => counts.push(breaker.stats().calls.rejected))
    await rejected(breaker)
    await rejected(breaker)
    expect(counts).toEqual([1, 2])
  })

  it('of a late result is counted already (R24)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const calls = [hold(breaker), hold(breaker)]
    breaker.reset()
    const counts: number[] = []
    registry.on('late', () => counts.push(breaker.stats().calls.late))
    for (const call of calls) await call.succeed()
    expect(counts).toEqual([1, 2])
  })

  it('of a probe is counted already, and its permit is taken (R24)', () => {
    const { breaker, registry } = newHalfOpen({ halfOpenMaxCalls: 2 }, how)
    const seen: unknown[] = []
    registry.on('probe', () => seen.push([breaker.stats().calls.allowed, breaker.allows()]))
    acquire(breaker)
    acquire(breaker)
    expect(seen).toEqual([
      [1, true],
      [2, false],
    ])
  })
})
