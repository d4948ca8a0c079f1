// An inspector is a guest: whatever it does, it reaches neither a caller nor a breaker.
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/index.ts'
import { type InspectionMessage, type InspectOptions, inspectRegistry } from '../../../src/observe/inspect/index.ts'
import { fail, jobsDone, succeed, thrownBy } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { hear, newBreaker } from '../../support/registries.ts'
import { newViewer } from './viewing.ts'

const MISTAKE = new Error('a mistake in the inspector')

describe('an inspector that', () => {
  it.each([
    [
      'throws',
      () => {
        throw MISTAKE
      },
    ],
    ['rejects', () => Promise.reject(MISTAKE)],
  ])('%s at everything reaches nobody, and is told as an error event', async (_, send) => {
    const { breaker, registry, clock } = newBreaker({ failureThreshold: 2, successThreshold: 1 })
    const errors = hear(registry, 'error')
    const inspection = inspectRegistry(registry, { inspector: { send } })
    expect(await succeed(breaker)).toBe('ok')
    await fail(breaker, 2)
    expect(breaker.state).toBe('open')
    clock.advance('30s')
    expect(await succeed(breaker)).toBe('ok')
    expect(breaker.state).toBe('closed')
    registry.delete('a')
    await jobsDone()
    inspection.detach()
    expect(errors.length).toBeGreaterThan(5)
    for (const { error } of errors) expect(error).toBe(MISTAKE)
    expect(errors[0]?.source).toBe('inspect')
  })

  it('throws while it is attached is told as an error event when the registry has something to tell', () => {
    const registry = createRegistry()
    const errors = hear(registry, 'error')
    const send = () => {
      throw MISTAKE
    }
    inspectRegistry(registry, { inspector: { send } })
    expect(errors).toEqual([])
    registry.breaker('a')
    expect(errors[0]).toMatchObject({ error: MISTAKE })
  })

  it('throws at one message is told the next', () => {
    const registry = createRegistry()
    hear(registry, 'error')
    let sound = true
    const viewer = newViewer()
    const send = (message: InspectionMessage) => {
      if (!sound) throw MISTAKE
      viewer.send(message)
    }
    inspectRegistry(registry, { inspector: { send } })
    sound = false
    registry.breaker('a')
    sound = true
    viewer.news()
    registry.breaker('a').trip()
    expect(viewer.messages.length).toBeGreaterThan(0)
  })

  it('never answers is not waited for', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1 })
    const inspection = inspectRegistry(registry, { inspector: { send: () => new Promise(() => {}) } })
    await fail(breaker)
    expect(breaker.state).toBe('open')
    inspection.detach()
  })

  it('deletes the breaker that it is told of does so', () => {
    const registry = createRegistry()
    for (const name of ['a', 'b', 'c']) registry.breaker(name)
    const viewer = newViewer()
    const send = (message: InspectionMessage) => {
      viewer.send(message)
      if (message.type === '@xstate.actor' && message.name !== 'registry') registry.delete(message.name)
    }
    const inspection = inspectRegistry(registry, { inspector: { send } })
    expect(registry.list()).toEqual([])
    expect(inspection.endpoints).toEqual([])
    registry.breaker('d').trip()
    expect(registry.list()).toEqual([])
    expect(registry.actor.getSnapshot().context.children.size).toBe(0)
  })

  it('deletes the breakers that come after the one it is told of makes none of them anew', () => {
    const registry = createRegistry()
    for (const name of ['a', 'b', 'c']) registry.breaker(name)
    const send = (message: InspectionMessage) => {
      if (message.type === '@xstate.actor' && message.name === 'a') for (const name of ['b', 'c']) registry.delete(name)
    }
    const inspection = inspectRegistry(registry, { inspector: { send } })
    expect(registry.list().map(({ endpoint }) => endpoint)).toEqual(['a'])
    expect(inspection.endpoints).toEqual(['a'])
  })

  it('closes the registry while it is attached ends the inspection', async () => {
    const registry = createRegistry()
    for (const name of ['a', 'b', 'c']) registry.breaker(name)
    let closing: Promise<void> | undefined
    const send = (message: InspectionMessage) => {
      if (message.type === '@xstate.actor' && message.name === 'a') closing = registry.close()
    }
    inspectRegistry(registry, { inspector: { send } })
    await closing
    expect(registry.actor.getSnapshot().status).toBe('done')
  })

  it('detaches itself in the midst of a message is told nothing more', async () => {
    const { breaker, registry } = newBreaker()
    let count = 0
    let stop = () => {}
    const send = () => {
      count++
      stop()
    }
    const inspection = inspectRegistry(registry, { inspector: { send } })
    stop = () => inspection.detach()
    const before = count
    await succeed(breaker)
    // The event that it detached at, and that both actors are gone.
    expect(count - before).toBe(3)
    expect(registry.actor.getSnapshot().context.children.size).toBe(0)
  })

  it('detaches itself at a crash lets the next actor rest', async () => {
    const { breaker, registry } = newBreaker()
    let stop = () => {}
    const send = (message: InspectionMessage) => {
      if (message.type === '@xstate.event' && message.event.type === 'xstate.error.actor.a') stop()
    }
    const inspection = inspectRegistry(registry, { inspector: { send }, callsPerSecond: 0 })
    stop = () => inspection.detach()
    await crash(breaker)
    breaker.reset()
    expect(registry.actor.getSnapshot().context.children.size).toBe(0)
  })

  it('calls the breaker for everything it is told does not stop the world', async () => {
    const { breaker, registry } = newBreaker()
    let calls = 0
    const send = () => {
      calls++
      void breaker.call(() => 'ok')
    }
    const inspection = inspectRegistry(registry, { inspector: { send }, callsPerSecond: Number.POSITIVE_INFINITY })
    await new Promise((resolve) => setTimeout(resolve))
    inspection.detach()
    const after = calls
    await new Promise((resolve) => setTimeout(resolve))
    expect(calls).toBe(after)
  })
})

describe('options', () => {
  const wrong: [string, unknown, RegExp][] = [
    ['none', undefined, /expected an object: \{ inspector, endpoints/],
    ['no inspector', {}, /inspectRegistry\(registry, \{ inspector \}\): expected a bridge of createInspectorBridge/],
    ['a bridge that was not awaited', { inspector: Promise.resolve() }, /a promise \(did you forget await\?\)/],
    ['an unknown key', { inspecter: newViewer() }, /did you mean inspector\?/],
    ['a name for names', { inspector: newViewer(), endpoints: 'a' }, /an array of names and patterns, received "a"/],
    ['a count that is none', { inspector: newViewer(), first: -1 }, /\{ first \}\): expected a whole number/],
    [
      'no room',
      { inspector: newViewer(), maxEndpoints: 0 },
      /\{ maxEndpoints \}\): expected a whole number of at least 1/,
    ],
    ['half a call', { inspector: newViewer(), callsPerSecond: 0.5 }, /\{ callsPerSecond \}\): expected/],
    ['words for values', { inspector: newViewer(), values: 'no' }, /\{ values \}\): expected true or false/],
    ['a number for a name', { inspector: newViewer(), name: 1 }, /\{ name \}\): expected a string/],
  ]
  it.each(wrong)('that are wrong are refused at once: %s', (_, options, message) => {
    const error = thrownBy(() => inspectRegistry(createRegistry(), options as InspectOptions))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) })
  })

  it('for something that is no registry are refused', () => {
    const error = thrownBy(() => inspectRegistry({} as never, { inspector: newViewer() }))
    expect(error).toMatchObject({ message: expect.stringContaining('expected a registry of createRegistry()') })
  })
})
