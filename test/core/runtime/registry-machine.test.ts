import { describe, expect, it, vi } from 'vitest'
import { createActor } from 'xstate'
import { type BreakerActor, registryMachine, type Table } from '../../../machines/index.ts'
import { resolvePolicy } from '../../../src/index.ts'
import { CRASH } from '../../support/crashes.ts'

/** The supervisor alone, over a table that only notes what it is told. */
function supervise(maxRestarts = 2, withinMs = 1_000) {
  const told: string[] = []
  const actors = new Map<string, BreakerActor>()
  const time = { now: 0 }
  const table: Table = {
    crashedAt: () => time.now,
    inputOf(name, start) {
      if (name === 'nobody') return undefined
      told.push(`${start} ${name}`)
      return { policy: resolvePolicy(), seed: 1, at: time.now }
    },
    attach(name, actor) {
      if (actor === null) {
        told.push(`no actor for ${name}`)
        return
      }
      actors.set(name, actor)
      actor.subscribe({ error: () => {} })
    },
    restarted: (name) => told.push(`restarted ${name}`),
    escalated: (name) => told.push(`escalated ${name}`),
  }
  const supervision = { maxRestarts, withinMs, onEscalation: 'forcedOpen' } as const
  const registry = createActor(registryMachine, { input: { table, supervision } }).start()
  function crash(name: string) {
    actors.get(name)?.send({ type: 'xstate.error.actor.x', error: CRASH } as never)
  }
  return { actors, crash, registry, time, told }
}

describe('the registry’s statechart', () => {
  it('installs a breaker as its child, under the endpoint’s name (R20)', () => {
    const { actors, registry, told } = supervise()
    registry.send({ type: 'install', name: 'a' })
    expect(told).toEqual(['install a'])
    expect(actors.get('a')?.id).toBe('a')
    expect(actors.get('a')?.getSnapshot().value).toBe('closed')
  })

  it('restarts a crashed breaker and no other (R30)', () => {
    const { actors, crash, registry, told } = supervise()
    for (const name of ['a', 'b']) registry.send({ type: 'install', name })
    const [a, b] = [actors.get('a'), actors.get('b')]
    crash('a')
    expect(told.slice(2)).toEqual(['restart a', 'restarted a'])
    expect(actors.get('a')).not.toBe(a)
    expect(actors.get('b')).toBe(b)
    expect(b?.getSnapshot().status).toBe('active')
  })

  it('remembers no name for good that has crashed: XState keeps each type of event that there was (R34)', () => {
    const { actors, crash, registry, told } = supervise()
    const types = vi.spyOn(registryMachine, 'getTransitionData')
    const names = Array.from({ length: 100 }, (_, index) => `tenant-${index}`)
    for (const name of names) {
      registry.send({ type: 'install', name })
      crash(name)
      registry.send({ type: 'remove', name })
    }
    expect(told.filter((line) => line.startsWith('restarted'))).toEqual(names.map((name) => `restarted ${name}`))
    expect(actors.get('tenant-7')?.getSnapshot().status).toBe('stopped')
    const seen = new Set(types.mock.calls.map(([, { type }]) => type as string))
    types.mockRestore()
    expect([...seen].sort()).toEqual(['install', 'remove', 'xstate.error.actor.breaker'])
  })

  it('restarts nobody for an error that is told when its breaker was removed and installed anew (R22, R31)', () => {
    const { actors, registry, told } = supervise(0)
    registry.send({ type: 'install', name: 'a' })
    const { length } = told
    const next = actors.get('a')
    registry.send({ type: 'xstate.error.actor.a', actorId: 'a', error: CRASH })
    expect(told.slice(length)).toEqual([])
    expect([actors.get('a') === next, next?.getSnapshot().status]).toEqual([true, 'active'])
  })

  it('parks a breaker at one crash more than maxRestarts, not before (R31)', () => {
    const { crash, registry, told } = supervise(2)
    registry.send({ type: 'install', name: 'a' })
    crash('a')
    crash('a')
    expect(told).not.toContain('escalated a')
    crash('a')
    expect(told.slice(-2)).toEqual(['park a', 'escalated a'])
  })

  it('forgets a crash that is exactly withinMs old (R31)', () => {
    const { crash, registry, time, told } = supervise(1, 1_000)
    registry.send({ type: 'install', name: 'a' })
    for (const at of [0, 1_000, 2_000, 3_000]) {
      time.now = at
      crash('a')
    }
    expect(told).not.toContain('escalated a')
    time.now = 3_999
    crash('a')
    expect(told).toContain('escalated a')
  })

  it('installs nothing under a name that is not in the table', () => {
    const { registry, told } = supervise()
    registry.send({ type: 'install', name: 'nobody' })
    expect(registry.getSnapshot()).toMatchObject({ status: 'active', context: { children: new Map() } })
    expect(told).toEqual([])
  })

  it('lets a breaker rest: its actor is stopped, its crashes are remembered (R31)', () => {
    const { actors, crash, registry, told } = supervise(1)
    registry.send({ type: 'install', name: 'a' })
    crash('a')
    const resting = actors.get('a')
    registry.send({ type: 'deactivate', name: 'a' })
    expect(resting?.getSnapshot().status).toBe('stopped')
    registry.send({ type: 'install', name: 'a' })
    crash('a')
    expect(told).toContain('escalated a')
  })

  it('removes a breaker: its actor is stopped, its crashes are forgotten (R22)', () => {
    const { actors, crash, registry, told } = supervise(1)
    registry.send({ type: 'install', name: 'a' })
    crash('a')
    const removed = actors.get('a')
    registry.send({ type: 'remove', name: 'a' })
    expect(removed?.getSnapshot().status).toBe('stopped')
    expect(told.at(-1)).toBe('no actor for a')
    registry.send({ type: 'install', name: 'a' })
    crash('a')
    expect(told).not.toContain('escalated a')
  })

  it('does nothing when told to remove what it does not have (R22)', () => {
    const { registry } = supervise()
    registry.send({ type: 'remove', name: 'a' })
    expect(registry.getSnapshot().value).toBe('running')
  })

  it('closes: every child is stopped, and then it is done (R33)', () => {
    const { actors, registry } = supervise()
    for (const name of ['a', 'b', 'c']) registry.send({ type: 'install', name })
    registry.send({ type: 'close' })
    expect([...actors.values()].map((actor) => actor.getSnapshot().status)).toEqual(['stopped', 'stopped', 'stopped'])
    expect(registry.getSnapshot()).toMatchObject({ status: 'done', value: 'closed' })
  })
})
