import { describe, expect, it } from 'vitest'
import { createRegistry, type PolicyOptions } from '../../../src/index.ts'
import { type InspectOptions, inspectRegistry } from '../../../src/observe/inspect/index.ts'
import { fail, succeed } from '../../support/calls.ts'
import { inWords, newViewer } from './viewing.ts'

function registryOf(count: number, policy: PolicyOptions = {}) {
  const registry = createRegistry({ policy: { failureThreshold: 1, ...policy } })
  for (let number = 0; number < count; number++) registry.breaker(`endpoint-${number}`)
  return registry
}

function show(registry: ReturnType<typeof createRegistry>, options: Omit<InspectOptions, 'inspector'> = {}) {
  const viewer = newViewer()
  const inspection = inspectRegistry(registry, { inspector: viewer, ...options })
  return { viewer, inspection, names: () => viewer.actors().map(({ name }) => name) }
}

describe('of very many breakers', () => {
  it('(10,000) those not closed and the first 50 are shown, quickly; the others stay folded, without actors', async () => {
    const registry = registryOf(10_000)
    const open = [123, 5_000, 9_999].map((number) => registry.breaker(`endpoint-${number}`))
    for (const breaker of open) breaker.trip()
    const startedAt = performance.now()
    const { inspection, names, viewer } = show(registry)
    const tookMs = performance.now() - startedAt
    expect(inspection.endpoints).toHaveLength(53)
    expect(names()).toHaveLength(54)
    expect(names()).toEqual(expect.arrayContaining(['registry', 'endpoint-0', 'endpoint-49', 'endpoint-9999']))
    // Measured: 20 ms on a quiet machine.
    expect(tookMs).toBeLessThan(1_000)
    expect(registry.actor.getSnapshot().context.children.size).toBe(53)
    viewer.news()
    for (let number = 50; number < 100; number++) await succeed(registry.breaker(`endpoint-${number}`))
    expect(viewer.messages).toEqual([])
    expect(registry.actor.getSnapshot().context.children.size).toBe(53)
    await registry.close()
  })

  it('those that were named are shown, and no others, whatever opens', async () => {
    const registry = registryOf(2_000)
    const { inspection, names, viewer } = show(registry, { endpoints: ['endpoint-7', 'endpoint-199*', 'later-*'] })
    const chosen = ['endpoint-7', 'endpoint-199', ...Array.from({ length: 10 }, (_, digit) => `endpoint-199${digit}`)]
    expect([...inspection.endpoints].toSorted()).toEqual(chosen.toSorted())
    viewer.news()
    await fail(registry.breaker('endpoint-8'))
    expect(viewer.messages).toEqual([])
    registry.breaker('later-1')
    expect(names()).toEqual(['later-1'])
    await registry.close()
  })
})

describe('an endpoint that opens', () => {
  it('is added, which is said, with what opened it', async () => {
    const registry = registryOf(60)
    const { inspection, viewer } = show(registry)
    const known = viewer.news()
    await fail(registry.breaker('endpoint-55'))
    expect(inspection.endpoints).toContain('endpoint-55')
    const told = viewer.news()
    expect(inWords(told, [...known, ...told])).toEqual([
      'registry: switchgear.shown',
      '+ endpoint-55 open',
      // What the failure led to.
      'endpoint-55 -> open',
      // Unfolding it tells the actor what was folded.
      'endpoint-55: configure',
      'endpoint-55 -> open',
    ])
    await registry.close()
  })

  it('while there is no room is counted, and the inspector told so once', async () => {
    const registry = registryOf(10)
    const { inspection, viewer } = show(registry, { first: 2, maxEndpoints: 3 })
    viewer.news()
    for (const number of [7, 8, 9]) await fail(registry.breaker(`endpoint-${number}`))
    expect(inspection.endpoints).toEqual(['endpoint-0', 'endpoint-1', 'endpoint-7'])
    expect(inspection.turnedAway).toBe(2)
    const notes = viewer.news().flatMap((message) => {
      return message.type === '@xstate.event' && message.event.type.startsWith('switchgear.') ? [message.event] : []
    })
    expect(notes).toEqual([
      { type: 'switchgear.shown', name: 'endpoint-7' },
      { type: 'switchgear.full', name: 'endpoint-8' },
    ])
    await registry.close()
  })

  it('takes the place of one that was added so and is closed again', async () => {
    const registry = registryOf(10)
    const { inspection, viewer } = show(registry, { first: 2, maxEndpoints: 3 })
    await fail(registry.breaker('endpoint-7'))
    registry.reset('endpoint-7')
    const known = viewer.news()
    await fail(registry.breaker('endpoint-8'))
    expect(inspection.endpoints).toEqual(['endpoint-0', 'endpoint-1', 'endpoint-8'])
    const told = viewer.news()
    expect(inWords(told, [...known, ...told]).slice(0, 4)).toEqual([
      'registry: switchgear.hidden',
      'endpoint-7 -> stopped',
      'registry: switchgear.shown',
      '+ endpoint-8 open',
    ])
    // It is folded again, and rests.
    expect(registry.actor.getSnapshot().context.children.has('endpoint-7')).toBe(false)
    await registry.close()
  })

  it('takes the place of none that has opened again', async () => {
    const registry = registryOf(10)
    const { inspection } = show(registry, { first: 2, maxEndpoints: 3 })
    await fail(registry.breaker('endpoint-7'))
    registry.reset('endpoint-7')
    await fail(registry.breaker('endpoint-7'))
    await fail(registry.breaker('endpoint-8'))
    expect(inspection.endpoints).toContain('endpoint-7')
    expect(inspection.turnedAway).toBe(1)
    await registry.close()
  })

  it('with a thousand others at once is one of those shown, or counted', async () => {
    const registry = registryOf(1_000)
    const { inspection, names } = show(registry)
    for (const { endpoint } of registry.list()) registry.breaker(endpoint).trip()
    expect(inspection.endpoints).toHaveLength(200)
    expect(inspection.turnedAway).toBe(800)
    expect(names()).toHaveLength(201)
    await registry.close()
  })
})

describe('a breaker that', () => {
  it('is made later is one of the first while there are fewer', () => {
    const registry = registryOf(1)
    const { inspection } = show(registry, { first: 2 })
    registry.breaker('b')
    registry.breaker('c')
    expect(inspection.endpoints).toEqual(['endpoint-0', 'b'])
    registry.delete('endpoint-0')
    registry.breaker('d')
    expect(inspection.endpoints).toEqual(['b', 'd'])
  })

  it('is deleted and made anew is shown anew', async () => {
    const registry = registryOf(1)
    const { viewer } = show(registry)
    const breaker = registry.breaker('endpoint-0')
    registry.delete('endpoint-0')
    viewer.news()
    await succeed(breaker)
    const words = inWords(viewer.messages)
    expect(words).toContain('+ endpoint-0 closed')
    expect(words.at(-1)).toBe('endpoint-0 -> closed')
  })

  it('nobody shows comes and goes unseen', () => {
    const registry = registryOf(0)
    const { viewer } = show(registry, { endpoints: ['mine'] })
    viewer.news()
    registry.breaker('other').trip()
    registry.reset('other')
    registry.delete('other')
    expect(viewer.messages).toEqual([])
  })

  it('has any name is shown by it, cut after 200 characters', () => {
    const registry = createRegistry()
    const strange = ['__proto__', '', '<img onerror=x>', 'x'.repeat(10_000)]
    for (const name of strange) registry.breaker(name)
    const { names } = show(registry)
    expect(names().slice(1)).toEqual([...strange.slice(0, 3), `${'x'.repeat(200)}…`])
  })
})
