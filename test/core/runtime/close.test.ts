import { describe, expect, it } from 'vitest'
import { RegistryClosedError } from '../../../src/index.ts'
import { acquire, errorOf, fail, hold, thrownBy } from '../../support/calls.ts'
import { EVERY_WAY, newRegistry, statesIn } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a closed registry, $way', ({ how }) => {
  it('has stopped every actor and timer (R33)', async () => {
    const { clock, registry } = newRegistry(how)
    const breakers = ['a', 'b', 'c'].map((name) => registry.breaker(name))
    const actors = breakers.map(({ actor }) => actor)
    breakers[0]?.trip()
    breakers[1]?.trip()
    clock.advance(30_000)
    for (const breaker of breakers.slice(0, 2)) acquire(breaker)
    await registry.close()
    expect(clock.pending).toEqual([])
    expect(actors.map((actor) => actor?.getSnapshot().status)).toEqual(['stopped', 'stopped', 'stopped'])
    expect(registry.actor.getSnapshot().status).not.toBe('active')
  })

  it('refuses to reset and to delete, as a call is refused (R33)', async () => {
    const { registry } = newRegistry(how)
    registry.breaker('a')
    await registry.close()
    for (const name of ['a', 'unknown']) {
      expect(thrownBy(() => registry.reset(name))).toBeInstanceOf(RegistryClosedError)
      expect(thrownBy(() => registry.delete(name))).toBeInstanceOf(RegistryClosedError)
    }
  })

  it('refuses calls with a RegistryClosedError, without running them (R33)', async () => {
    const { registry } = newRegistry(how)
    const breaker = registry.breaker('a')
    await registry.close()
    let ran = false
    const fn = () => {
      ran = true
    }
    for (const call of [registry.call('a', fn), registry.call('new', fn), breaker.call(fn), breaker.wrap(fn)()]) {
      expect(await errorOf(call)).toBeInstanceOf(RegistryClosedError)
    }
    expect(ran).toBe(false)
    const uses = [() => registry.breaker('a'), () => registry.configure('a', {}), () => breaker.tryAcquire()]
    const commands = [() => breaker.trip(), () => breaker.recordFailure(), () => registry.delete('a')]
    for (const use of [...uses, ...commands]) expect(thrownBy(use)).toMatchObject({ code: 'REGISTRY_CLOSED' })
  })

  it('keeps its last figures to be read, all of one mind, and may be closed again (R24)', async () => {
    const { clock, registry } = newRegistry({ ...how, policy: { failureThreshold: 2 } })
    const breaker = registry.breaker('a')
    await fail(breaker, 2)
    await registry.close()
    await registry.close()
    clock.advance(60_000)
    const { state, generation, calls } = breaker.stats()
    expect(calls).toMatchObject({ allowed: 2, failed: 2 })
    expect([registry.state('a'), breaker.state, state]).toEqual(['open', 'open', 'open'])
    expect(statesIn(registry)).toEqual([{ endpoint: 'a', state: 'open' }])
    expect(registry.snapshot().breakers).toMatchObject([{ endpoint: 'a', state, generation, calls }])
    expect(registry.has('new')).toBe(false)
  })

  it('lets a call in flight end as it will, and arms nothing for it (R33)', async () => {
    const { clock, registry } = newRegistry({ ...how, policy: { failureThreshold: 1 } })
    const breaker = registry.breaker('a')
    const [success, failure, permit] = [hold(breaker), hold(breaker), acquire(breaker)]
    await registry.close()
    await success.succeed('done')
    await failure.fail()
    permit.failure()
    await expect(success.ended).resolves.toBe('done')
    await expect(failure.ended).rejects.toThrow('down')
    expect(clock.pending).toEqual([])
    expect(breaker.stats()).toMatchObject({ state: 'closed', calls: { succeeded: 0, failed: 0, late: 3 } })
  })

  it('is what `await using` leaves (R33)', async () => {
    const { clock, registry } = newRegistry(how)
    registry.breaker('a').trip()
    await registry[Symbol.asyncDispose]()
    expect(clock.pending).toEqual([])
    expect(thrownBy(() => registry.breaker('a'))).toBeInstanceOf(RegistryClosedError)
  })
})
