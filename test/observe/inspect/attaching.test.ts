import { describe, expect, it } from 'vitest'
import { createRegistry, isBreakerError } from '../../../src/index.ts'
import { inspectRegistry } from '../../../src/observe/inspect/index.ts'
import { errorOf, fail, jobsDone, succeed, thrownBy } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { EVERY_WAY, newBreaker, newRegistry } from '../../support/registries.ts'
import { inWords, newViewer } from './viewing.ts'

describe.each(EVERY_WAY)('a running registry, $way', ({ how }) => {
  it('is shown as it is, then as it changes', async () => {
    const { breaker, registry, clock } = newBreaker({ failureThreshold: 2, successThreshold: 1 }, how)
    registry.breaker('open one').trip()
    await succeed(breaker)
    const viewer = newViewer()
    inspectRegistry(registry, { inspector: viewer })
    expect(inWords(viewer.actors())).toEqual(
      expect.arrayContaining(['+ registry running', '+ a closed', '+ open one open']),
    )
    const known = [...viewer.messages]
    viewer.news()
    await succeed(breaker)
    await fail(breaker, 3)
    clock.advance(30_000)
    await succeed(breaker)
    const told = inWords(viewer.news(), known).filter((words) => words.startsWith('a'))
    expect(told).toEqual([
      ...['a: admit', 'a -> closed', 'a: succeed', 'a -> closed'],
      ...['a: admit', 'a -> closed', 'a: fail', 'a -> closed'],
      ...['a: admit', 'a -> closed', 'a: fail', 'a -> open'],
      ...['a: admit', 'a -> open'],
      ...['a: xstate.after.openTime.breaker.open', 'a -> halfOpen'],
      ...['a: admit', 'a -> halfOpen', 'a: succeed', 'a -> closed'],
    ])
  })

  it('tells nothing after the inspection was detached, and is as it was before', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const actorsBefore = registry.actor.getSnapshot().context.children.size
    const viewer = newViewer()
    const inspection = inspectRegistry(registry, { inspector: viewer })
    await succeed(breaker)
    viewer.news()
    expect(inspection.endpoints).toEqual(['a'])
    inspection.detach()
    expect(inspection.endpoints).toEqual([])
    const stopped = viewer.news()
    expect(stopped.map((message) => message.type === '@xstate.snapshot' && message.snapshot.status)).toEqual([
      'stopped',
      'stopped',
    ])
    await succeed(breaker)
    await fail(breaker, 5)
    registry.breaker('another').trip()
    registry.reset('a')
    registry.delete('another')
    inspection.detach()
    expect(viewer.messages).toEqual([])
    expect(registry.actor.getSnapshot().context.children.size).toBe(actorsBefore)
  })

  it('can be shown again, and twice at once', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const viewer = newViewer()
    inspectRegistry(registry, { inspector: viewer }).detach()
    viewer.news()
    const one = inspectRegistry(registry, { inspector: viewer })
    const other = inspectRegistry(registry, { inspector: viewer, name: 'the other' })
    expect(new Set(viewer.actors().map(({ sessionId }) => sessionId)).size).toBe(4)
    const known = [...viewer.messages]
    one.detach()
    viewer.news()
    await succeed(breaker)
    // The breaker is unfolded until the last has detached.
    expect(inWords(viewer.news(), known)).toEqual(['a: admit', 'a -> closed', 'a: succeed', 'a -> closed'])
    other[Symbol.dispose]()
    viewer.news()
    await succeed(breaker)
    expect(viewer.messages).toEqual([])
  })
})

describe('an actor that', () => {
  it('comes, crashes, is started again, and goes is told of', async () => {
    const { registry } = newRegistry()
    const viewer = newViewer()
    inspectRegistry(registry, { inspector: viewer })
    const breaker = registry.breaker('a')
    await crash(breaker)
    registry.delete('a')
    const words = inWords(viewer.messages)
    const ofActors = words.filter((word) => /^\+|error|stopped/.test(word))
    expect(ofActors).toEqual([
      '+ registry running',
      '+ a closed',
      'a: xstate.error',
      'registry: xstate.error.actor.a',
      'a -> error',
      '+ a closed',
      'a -> stopped',
    ])
  })

  it('was started again is still unfolded, or kept from resting', async () => {
    for (const callsPerSecond of [20, 0]) {
      const { breaker, registry } = newBreaker()
      const viewer = newViewer()
      inspectRegistry(registry, { inspector: viewer, callsPerSecond })
      await crash(breaker)
      breaker.trip()
      breaker.reset()
      expect(registry.actor.getSnapshot().context.children.has('a')).toBe(true)
      expect(inWords(viewer.messages).slice(-4)).toEqual(['a: trip', 'a -> open', 'a: reset', 'a -> closed'])
    }
  })

  it('is parked after too many crashes is shown parked', async () => {
    const { breaker, registry } = newBreaker({}, { supervision: { maxRestarts: 0 } })
    const viewer = newViewer()
    inspectRegistry(registry, { inspector: viewer })
    await crash(breaker)
    expect(inWords(viewer.actors())).toEqual(['+ registry running', '+ a closed', '+ a disabled'])
  })
})

describe('a registry that', () => {
  it('is closed is shown to the end, and the inspection is over', async () => {
    const { breaker, registry } = newBreaker()
    const viewer = newViewer()
    const inspection = inspectRegistry(registry, { inspector: viewer })
    breaker.trip()
    viewer.news()
    const known = viewer.messages
    await registry.close()
    const last = viewer.messages.at(-1)
    expect(last?.type === '@xstate.snapshot' && last.snapshot.status).toBe('done')
    expect(inWords(known).filter((words) => words.endsWith('stopped'))).toHaveLength(1)
    viewer.news()
    inspection.detach()
    expect(viewer.messages).toEqual([])
  })

  it('was closed before cannot be shown', async () => {
    const registry = createRegistry()
    await registry.close()
    const error = thrownBy(() => inspectRegistry(registry, { inspector: newViewer() }))
    expect(isBreakerError(error, 'REGISTRY_CLOSED')).toBe(true)
  })

  it('has an inspector of its own since it was made can be shown to another', async () => {
    const registry = createRegistry({ inspect: () => {} })
    registry.breaker('a')
    const viewer = newViewer()
    inspectRegistry(registry, { inspector: viewer })
    await succeed(registry.breaker('a'))
    expect(inWords(viewer.messages).at(-1)).toBe('a -> closed')
  })
})

describe('calls', () => {
  it('of a busy breaker are thinned out, and counted; what changes it is always shown', async () => {
    const { breaker, registry, clock } = newBreaker({ failureThreshold: 50 })
    const viewer = newViewer()
    const inspection = inspectRegistry(registry, { inspector: viewer, callsPerSecond: 3 })
    viewer.news()
    for (let call = 0; call < 10; call++) await succeed(breaker)
    expect(viewer.news()).toHaveLength(3 * 4)
    expect(inspection.omitted).toBe(14)
    await fail(breaker, 50)
    const told = viewer.news().map((message) => message.type === '@xstate.snapshot' && message.snapshot.value)
    expect(told).toEqual([false, 'open'])
    clock.advance(1_000)
    await errorOf(breaker.call(() => 'ok'))
    expect(viewer.news()).toHaveLength(2)
  })

  it('cost nothing with callsPerSecond: 0: the breakers stay folded, what changes them is shown', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 2 })
    const viewer = newViewer()
    const inspection = inspectRegistry(registry, { inspector: viewer, callsPerSecond: 0 })
    const known = viewer.news()
    expect(inWords(known)).toContain('+ a closed')
    for (let call = 0; call < 100; call++) await succeed(breaker)
    expect(viewer.messages).toEqual([])
    await fail(breaker, 2)
    expect(inWords(viewer.news(), known)).toEqual(['a: fail', 'a -> open'])
    inspection.detach()
    breaker.reset()
    expect(registry.actor.getSnapshot().context.children.size).toBe(0)
  })

  it('are all shown with callsPerSecond: Infinity', async () => {
    const { breaker, registry } = newBreaker()
    const viewer = newViewer()
    inspectRegistry(registry, { inspector: viewer, callsPerSecond: Number.POSITIVE_INFINITY })
    viewer.news()
    for (let call = 0; call < 100; call++) await succeed(breaker)
    await jobsDone()
    expect(viewer.messages).toHaveLength(400)
  })
})
