// The messages are those of @statelyai/inspect itself: compared with what the installed one says of the same actors.
import { createInspector } from '@statelyai/inspect'
import { describe, expect, it } from 'vitest'
import { createActor, createMachine, type InspectionEvent } from 'xstate'
import { createRegistry } from '../../../src/index.ts'
import { type InspectionMessage, inspectRegistry } from '../../../src/observe/inspect/index.ts'
import { jobsDone } from '../../support/calls.ts'
import { newViewer } from './viewing.ts'

/** What the package makes of the same registry's events. */
async function asStatelySaysIt(): Promise<readonly Record<string, unknown>[]> {
  const said: Record<string, unknown>[] = []
  const inspector = createInspector({ send: (message) => said.push(message as never) })
  const registry = createRegistry({ inspect: (event: InspectionEvent) => inspector.inspect.next?.(event) })
  registry.breaker('a').trip()
  // It tells each from a timer of its own.
  await new Promise((resolve) => setTimeout(resolve, 0))
  await registry.close()
  return said
}

describe('the messages', () => {
  it('have the fields of the installed package, of the same types, and its version', async () => {
    const theirs = await asStatelySaysIt()
    const viewer = newViewer()
    const registry = createRegistry()
    inspectRegistry(registry, { inspector: viewer })
    registry.breaker('a').trip()
    await registry.close()
    for (const type of ['@xstate.actor', '@xstate.event', '@xstate.snapshot']) {
      const [example] = theirs.filter((message) => message['type'] === type && message['sourceId'] === undefined)
      const [ours] = viewer.messages.filter((message) => message.type === type)
      expect(typesOf(ours as never)).toEqual(typesOf(example as never))
      expect(ours?._version).toBe(example?.['_version'])
    }
  })

  it('name a breaker by its endpoint and the actor above it, as the package does', async () => {
    const theirs = (await asStatelySaysIt()).filter(({ type }) => type === '@xstate.actor')
    const viewer = newViewer()
    const registry = createRegistry()
    inspectRegistry(registry, { inspector: viewer })
    registry.breaker('a')
    const ours = viewer.actors()
    expect(ours.map(({ name }) => name)).toEqual(['registry', 'a'])
    expect(theirs.map(({ name }) => name)).toEqual(['registry', 'a'])
    expect(theirs[1]?.['parentId']).toBe(theirs[0]?.['sessionId'])
    expect(ours[1]?.parentId).toBe(ours[0]?.sessionId)
    for (const { rootId } of ours) expect(rootId).toBe(ours[0]?.sessionId)
  })

  it('bring definitions that are the statecharts, with descriptions, and make a machine', () => {
    const viewer = newViewer()
    const registry = createRegistry()
    registry.breaker('a')
    inspectRegistry(registry, { inspector: viewer })
    const [root, breaker] = viewer.actors().map(({ definition }) => JSON.parse(definition))
    expect(root.id).toBe('registry')
    expect(root.states.running.description).toContain('Breakers come')
    const states = ['closed', 'open', 'halfOpen', 'forcedOpen', 'disabled']
    expect(Object.keys(breaker.states)).toEqual(expect.arrayContaining(states))
    for (const state of states) expect(breaker.states[state].description.length).toBeGreaterThan(20)
    expect(breaker.on.trip.description).toBe('An operator opens it; it will probe by itself.')
    // As the inspector does to draw it.
    const machine = createMachine(breaker)
    expect(machine.states['open']?.transitions.has('elapse')).toBe(true)
    expect(machine.events).toEqual(expect.arrayContaining(['admit', 'succeed', 'fail', 'trip']))
    expect(createActor(machine).getSnapshot().machine.id).toBe('breaker')
  })
})

describe("an inspector of the package's own", () => {
  it('is told by its own methods, so that its filter and its sanitizers see everything', async () => {
    const sent: Record<string, unknown>[] = []
    const inspector = createInspector(
      { send: (message) => sent.push(message as never) },
      {
        filter: (message) => message.type !== '@xstate.event',
        sanitizeContext: () => ({ sanitized: true }),
      },
    )
    const registry = createRegistry()
    const inspection = inspectRegistry(registry, { inspector })
    registry.breaker('a').trip()
    await jobsDone()
    const actors = sent.filter(({ type }) => type === '@xstate.actor')
    expect(actors.map(({ name }) => name)).toEqual(['registry', 'a'])
    expect(actors[1]?.['parentId']).toBe(actors[0]?.['sessionId'])
    const last = sent.at(-1) as { type: string; snapshot: { value: unknown; context: unknown } }
    expect([last.type, last.snapshot.value]).toEqual(['@xstate.snapshot', 'open'])
    expect(new Set(sent.map(({ snapshot }) => JSON.stringify((snapshot as { context: unknown }).context)))).toEqual(
      new Set(['{"sanitized":true}']),
    )
    inspection.detach()
  })

  it('whose socket is not emptied is told of actors only', () => {
    const sent: string[] = []
    const socket = { bufferedAmount: 100_000_000 }
    const note = (type: string) => () => void sent.push(type)
    const inspector = {
      adapter: { ws: socket },
      actor: note('actor'),
      event: note('event'),
      snapshot: note('snapshot'),
    }
    const registry = createRegistry()
    inspectRegistry(registry, { inspector })
    registry.breaker('a').trip()
    expect(new Set(sent)).toEqual(new Set(['actor']))
    socket.bufferedAmount = 0
    registry.breaker('a').reset()
    expect(sent).toEqual(expect.arrayContaining(['event', 'snapshot']))
  })
})

function typesOf(message: InspectionMessage): Record<string, string> {
  const kind = (value: unknown) => (value === null ? 'null' : typeof value)
  return Object.fromEntries(Object.entries(message).map(([field, value]) => [field, kind(value)]))
}
