// What integrations run under a breaker's actor is shown beneath it: here the recovery of a resource.
import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { recoveryMachine } from '../../../machines/index.ts'
import { inspectRegistry } from '../../../src/observe/inspect/index.ts'
import { createResource } from '../../../src/resource/index.ts'
import { jobsDone } from '../../support/calls.ts'
import { crash } from '../../support/crashes.ts'
import { newRegistry } from '../../support/registries.ts'
import { inWords, newViewer } from './viewing.ts'

const SECRET = 'a secret'

function newDb() {
  const made = newRegistry()
  const viewer = newViewer()
  const create = (name = 'db') =>
    createResource({
      name,
      registry: made.registry,
      resource: {},
      healthCheck: () => Promise.reject(SECRET),
      recovery: { jitter: 0 },
    })
  return { ...made, viewer, create }
}

describe('the recovery of a resource, in an inspector', () => {
  it('is an actor beneath its breaker’s, with its statechart, events and states', async () => {
    const { registry, viewer, create, clock } = newDb()
    inspectRegistry(registry, { inspector: viewer })
    const db = create()
    const [, breaker, recovery] = viewer.actors()
    expect([breaker?.name, recovery?.name, recovery?.parentId]).toEqual(['db', 'recovery', breaker?.sessionId])
    expect(recovery?.definition).toBe(JSON.stringify(recoveryMachine.config))
    const known = [...viewer.messages]
    viewer.news()
    db.breaker.trip()
    clock.advance(1_000)
    await jobsDone()
    const told = inWords(viewer.news(), known).filter((words) => words.startsWith('recovery'))
    expect(told).toEqual([
      ...['recovery: moved', 'recovery -> waiting'],
      ...['recovery: xstate.after.backoff.recovery.waiting', 'recovery -> checking'],
      ...['recovery: unhealthy', 'recovery -> waiting'],
    ])
  })

  it('shows its context only where values are asked for', () => {
    for (const values of [false, true]) {
      const { registry, viewer, create } = newDb()
      inspectRegistry(registry, { inspector: viewer, values })
      create()
      const { context } = viewer.actors()[2]?.snapshot ?? {}
      if (values) expect(context).toMatchObject({ checks: 0, state: 'closed' })
      else expect(context).toBe('(hidden)')
    }
  })

  it('is not taken for a breaker’s, whatever the names', () => {
    const { registry, viewer, create } = newDb()
    inspectRegistry(registry, { inspector: viewer })
    registry.breaker('recovery').trip()
    create()
    expect(inWords(viewer.actors())).toEqual([
      '+ registry running',
      '+ recovery closed',
      '+ db closed',
      '+ recovery idle',
    ])
  })

  it('is shown from its next event on where the inspection came later, and not where its breaker is not shown', async () => {
    const { registry, viewer, create } = newDb()
    const [db, other] = [create(), create('other')]
    inspectRegistry(registry, { inspector: viewer, endpoints: ['db'] })
    expect(inWords(viewer.actors())).toEqual(['+ registry running', '+ db closed'])
    db.breaker.trip()
    other.breaker.trip()
    expect(inWords(viewer.actors()).slice(2)).toEqual(['+ recovery waiting'])
  })

  it('is gone when it has crashed, and its breaker’s actor with it', () => {
    const { registry, viewer } = newDb()
    inspectRegistry(registry, { inspector: viewer })
    const crash = () => {
      throw new Error(SECRET)
    }
    const crasher = createMachine({ on: { crash: { actions: crash } } })
    const spawned = registry.breaker('db').spawn(crasher, { id: 'recovery' })
    const known = viewer.news()
    spawned.send({ type: 'crash' })
    const told = inWords(viewer.messages, known).filter((words) => / -> (stopped|error)$/.test(words))
    expect(told).toEqual(['recovery -> stopped', 'db -> error'])
    expect(JSON.stringify(viewer.messages)).not.toContain(SECRET)
  })

  it('is gone with its breaker, and shown anew with the next', async () => {
    const { registry, viewer, create } = newDb()
    const inspection = inspectRegistry(registry, { inspector: viewer })
    const db = create()
    const known = [...viewer.news()]
    const news = () => {
      const messages = viewer.news()
      known.push(...messages)
      return inWords(messages, known).filter((words) => /^\+ recovery|recovery -> stopped/.test(words))
    }
    await crash(db.breaker)
    expect(news()).toEqual(['recovery -> stopped', '+ recovery idle'])
    registry.delete('db')
    expect(news()).toEqual(['recovery -> stopped'])
    db.breaker.trip()
    expect(news()).toEqual(['+ recovery idle'])
    inspection.detach()
    expect(news()).toEqual(['recovery -> stopped'])
  })
})
