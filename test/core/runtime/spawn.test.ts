// Actors of integrations under a breaker's: they live and die with it.
import { describe, expect, it, vi } from 'vitest'
import { type AnyActorRef, assign, createMachine, emit, fromPromise, type InspectionEvent, raise, setup } from 'xstate'
import type { Breaker, RegistryOptions, SpawnStart } from '../../../src/index.ts'
import { fail, jobsDone, succeed, thrownBy } from '../../support/calls.ts'
import { CRASH, crash } from '../../support/crashes.ts'
import { EVERY_WAY, hear, newBreaker, START } from '../../support/registries.ts'

type Tick = { readonly type: 'tick'; readonly count: number }

/** Emits a tick a second, and one for each push; crashes when it is told to. */
const ticker = setup({
  types: {} as {
    context: { count: number }
    events: { type: 'push' } | { type: 'crash' } | { type: 'finish' }
    emitted: Tick
    input: { from: number }
  },
  actions: {
    tick: emit(({ context }) => ({ type: 'tick', count: context.count })),
    crash: () => {
      throw CRASH
    },
  },
}).createMachine({
  id: 'ticker',
  context: ({ input }) => ({ count: input?.from ?? 0 }),
  initial: 'running',
  states: {
    running: {
      entry: [assign({ count: ({ context }) => context.count + 1 }), 'tick'],
      after: { 1000: { target: 'running', reenter: true } },
      on: { push: { target: 'running', reenter: true }, crash: { actions: 'crash' }, finish: 'finished' },
    },
    finished: { type: 'final' },
  },
})

function spawnTicker(options: RegistryOptions = {}) {
  const made = newBreaker({ failureThreshold: 1, successThreshold: 1 }, options)
  const ticks: number[] = []
  const starts: SpawnStart[] = []
  const spawned = made.breaker.spawn(ticker, {
    id: 'ticker',
    input: (start) => {
      starts.push(start)
      return { from: 0 }
    },
    on: ({ count }) => ticks.push(count),
  })
  return { ...made, spawned, starts, ticks }
}

const statusOf = (breaker: Breaker) => breaker.actor?.getSnapshot().status

describe.each(EVERY_WAY)('an actor spawned under a breaker’s, $way', ({ how }) => {
  it('runs on the registry’s clock, and what it emits is told', () => {
    const { clock, spawned, ticks } = spawnTicker(how)
    expect(ticks).toEqual([1])
    expect(spawned.dueInMs).toBe(1_000)
    clock.advance(2_500)
    expect(ticks).toEqual([1, 2, 3])
    expect(spawned.dueInMs).toBe(500)
    spawned.send({ type: 'push' })
    expect(ticks).toEqual([1, 2, 3, 4])
    expect(spawned.dueInMs).toBe(1_000)
    expect(spawned.getSnapshot()).toMatchObject({ value: 'running', context: { count: 4 } })
  })

  it('is told the state of the breaker and its seed when it starts', () => {
    const { starts } = spawnTicker(how)
    expect(starts).toEqual([{ state: 'closed', seed: expect.any(Number) }])
  })

  it('keeps the breaker’s actor from resting, and costs its calls nothing', async () => {
    const { breaker, clock, ticks } = spawnTicker(how)
    const { actor } = breaker
    const generation = breaker.stats().generation
    await succeed(breaker)
    await fail(breaker)
    clock.advance(30_000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    expect(breaker.actor).toBe(actor)
    expect(breaker.generation).toBe(generation + 3)
    expect(ticks.length).toBe(31)
  })

  it('is gone when it is stopped, with its timer; its id is free again, and the breaker’s actor may rest', () => {
    const { breaker, clock, registry, spawned, ticks } = spawnTicker(how)
    spawned.stop()
    spawned.stop()
    expect(clock.pending).toEqual([])
    expect(spawned.dueInMs).toBeUndefined()
    expect(spawned.getSnapshot()?.status).toBe('stopped')
    const resting = how.activation === undefined && how.folding === undefined
    expect(registry.actor.getSnapshot().context.children.size).toBe(resting ? 0 : 1)
    clock.advance(5_000)
    spawned.send({ type: 'push' })
    expect(ticks).toEqual([1])
    breaker.spawn(ticker, { id: 'ticker', input: { from: 9 }, on: ({ count }) => ticks.push(count) })
    expect(ticks).toEqual([1, 10])
  })

  it('is started anew when the breaker’s actor has crashed and was restarted (R30)', async () => {
    const { breaker, clock, spawned, starts, ticks } = spawnTicker(how)
    breaker.trip()
    clock.advance(1_000)
    const before = spawned.getSnapshot()
    await crash(breaker)
    expect(before?.status).toBe('active')
    expect(starts.map(({ state }) => state)).toEqual(['closed', 'open'])
    expect(ticks).toEqual([1, 2, 1])
    clock.advance(1_000)
    expect(ticks, 'and one runs, not two').toEqual([1, 2, 1, 2])
  })

  it('takes the breaker’s actor with it when it crashes; both are started again, the breaker from its row (R30)', async () => {
    const { breaker, clock, registry, spawned, ticks } = spawnTicker(how)
    const restarted = hear(registry, 'restarted')
    breaker.trip()
    clock.advance(10_000)
    spawned.send({ type: 'crash' })
    await jobsDone()
    expect(restarted).toMatchObject([{ endpoint: 'a', error: CRASH }])
    expect([breaker.state, statusOf(breaker)]).toEqual(['open', 'active'])
    expect(breaker.stats().retryAfterMs).toBe(20_000)
    expect(ticks.at(-1)).toBe(1)
    spawned.send({ type: 'push' })
    expect(ticks.at(-1)).toBe(2)
  })

  it('that crashes time and again parks the breaker, which then goes on without it (R31)', async () => {
    const { breaker, clock, registry } = newBreaker({}, how)
    const escalated = hear(registry, 'escalated')
    let starts = 0
    let isMended = false
    const crasher = createMachine({
      entry: () => {
        if (!isMended) throw CRASH
      },
    })
    const spawned = breaker.spawn(crasher, {
      id: 'crasher',
      input: () => {
        starts++
        return undefined as never
      },
    })
    await jobsDone()
    expect(escalated).toHaveLength(1)
    expect(starts).toBe(4)
    expect([breaker.state, statusOf(breaker)]).toEqual(['disabled', 'active'])
    clock.advance(60_000)
    expect(starts).toBe(4)
    expect(await succeed(breaker)).toBe('ok')
    breaker.enable()
    expect(breaker.state).toBe('closed')
    isMended = true
    breaker.trip()
    await crash(breaker)
    expect(spawned.getSnapshot()?.status, 'and gets it back with another actor').toBe('active')
  })

  it('that has ended stays so until the breaker’s actor is another', async () => {
    const { breaker, clock, spawned, ticks } = spawnTicker(how)
    spawned.send({ type: 'finish' })
    expect(spawned.getSnapshot()).toMatchObject({ status: 'done', value: 'finished' })
    expect(statusOf(breaker)).toBe('active')
    spawned.send({ type: 'push' })
    breaker.trip()
    clock.advance(30_000)
    expect(ticks).toEqual([1])
    await crash(breaker)
    expect(ticks).toEqual([1, 1])
  })

  it('stops when its breaker is deleted, and starts when there is one of that name again (R22)', () => {
    const { breaker, clock, registry, spawned, ticks } = spawnTicker(how)
    const warn = vi.spyOn(console, 'warn')
    registry.delete('a')
    expect(clock.pending).toEqual([])
    clock.advance(5_000)
    spawned.send({ type: 'push' })
    expect(ticks).toEqual([1])
    expect(warn, 'XState warns of events to actors that are stopped').not.toHaveBeenCalled()
    warn.mockRestore()
    breaker.trip()
    expect(ticks).toEqual([1, 1])
    registry.delete('a')
    registry.breaker('a')
    expect(ticks).toEqual([1, 1, 1])
  })

  it('stops when its breaker is evicted, and starts when it is made anew (R23)', async () => {
    const { breaker, clock, registry, ticks } = spawnTicker({ ...how, maxBreakers: 1 })
    registry.breaker('b')
    expect(registry.has('a')).toBe(false)
    expect(clock.pending).toEqual([])
    await succeed(breaker)
    expect(ticks).toEqual([1, 1])
  })

  it('stops when the registry is closed, and can be told nothing then (R33)', async () => {
    const { breaker, clock, registry, spawned, ticks } = spawnTicker(how)
    await registry.close()
    expect(clock.pending).toEqual([])
    spawned.send({ type: 'push' })
    spawned.stop()
    expect(ticks).toEqual([1])
    expect(thrownBy(() => breaker.spawn(ticker, { id: 'b', input: { from: 0 } }))).toMatchObject({
      code: 'REGISTRY_CLOSED',
    })
  })

  it('is not sent what comes while the registry is being closed in slices (R33)', () => {
    const { clock, registry, spawned, ticks } = spawnTicker(how)
    void registry.close()
    spawned.send({ type: 'push' })
    expect([ticks, clock.pending]).toEqual([[1], []])
  })
})

describe('what an inspector sees of a spawned actor', () => {
  it('is an actor beneath the breaker’s, which is beneath the registry’s', () => {
    const parents = new Map<string, string | undefined>()
    const inspect = (event: InspectionEvent) => {
      if (event.type !== '@xstate.actor') return
      const { id, _parent } = event.actorRef as AnyActorRef
      parents.set(id, _parent?.id)
    }
    const { registry } = spawnTicker({ inspect })
    expect([...parents]).toEqual([
      [registry.actor.id, undefined],
      ['a', registry.actor.id],
      ['ticker', 'a'],
    ])
  })

  it('takes no events from it: they are refused with an error event', () => {
    let actor: { send(event: object): void } | undefined
    const inspect = (event: InspectionEvent) => {
      if (event.type === '@xstate.actor') actor = event.actorRef as never
    }
    const { registry, ticks } = spawnTicker({ inspect })
    const errors = hear(registry, 'error')
    actor?.send({ type: 'push' })
    expect(ticks).toEqual([1])
    expect(errors).toMatchObject([{ source: 'actor', endpoint: 'a', error: { code: 'INVALID_ARGUMENT' } }])
  })
})

describe('whoever spawns an actor', () => {
  it('may do anything when he is told of an event, but not in the midst of a turn', () => {
    const { breaker, clock, registry } = newBreaker()
    const states: string[] = []
    const spawned = breaker.spawn(ticker, {
      id: 'ticker',
      input: { from: 0 },
      on({ count }) {
        if (count === 2) spawned.send({ type: 'push' })
        if (count === 3) breaker.trip()
        if (count === 4) registry.delete('a')
        states.push(`${count} ${breaker.state}`)
      },
    })
    clock.advance(1_000)
    expect(states).toEqual(['1 closed', '2 closed', '3 open'])
    clock.advance(1_000)
    expect(states).toEqual(['1 closed', '2 closed', '3 open', '4 closed'])
    expect([registry.has('a'), clock.pending]).toEqual([false, []])
  })

  it('is told nothing that was emitted before it was stopped', () => {
    const { breaker, registry } = newBreaker()
    const ticks: number[] = []
    const spawned = breaker.spawn(ticker, { id: 'ticker', input: { from: 0 }, on: ({ count }) => ticks.push(count) })
    registry.on('transition', () => {
      spawned.send({ type: 'push' })
      spawned.stop()
    })
    breaker.trip()
    expect(ticks).toEqual([1])
  })

  it('may throw or reject: that is an error event of the registry (R32)', async () => {
    const { breaker, registry } = newBreaker()
    const errors = hear(registry, 'error')
    const doings = [
      () => {
        throw CRASH
      },
      () => Promise.reject(CRASH),
    ]
    doings.forEach((on, index) => {
      breaker.spawn(ticker, { id: `${index}`, input: { from: 0 }, on: on as () => void })
    })
    await jobsDone()
    expect(errors).toEqual([
      { source: 'listener', endpoint: 'a', error: CRASH },
      { source: 'listener', endpoint: 'a', error: CRASH },
    ])
  })

  it('may have no input to give: it is not started then, and asked again at the next start (R32)', async () => {
    const { breaker, registry } = newBreaker()
    const errors = hear(registry, 'error')
    let isReady = false
    const spawned = breaker.spawn(ticker, {
      id: 'ticker',
      input() {
        if (!isReady) throw CRASH
        return { from: 5 }
      },
    })
    expect(errors).toEqual([{ source: 'actor', endpoint: 'a', error: CRASH }])
    expect([spawned.getSnapshot(), spawned.dueInMs]).toEqual([undefined, undefined])
    isReady = true
    await crash(breaker)
    expect(spawned.getSnapshot()).toMatchObject({ status: 'active', context: { count: 6 } })
  })

  it('may delete the breaker, stop the actor, or close the registry, when asked for the input', async () => {
    for (const harm of ['delete', 'stop', 'close'] as const) {
      const { breaker, clock, registry } = newBreaker()
      const spawned = breaker.spawn(ticker, { id: 'early', input: { from: 0 } })
      const late = breaker.spawn(ticker, {
        id: 'late',
        input() {
          if (harm === 'delete') registry.delete('a')
          if (harm === 'stop') spawned.stop()
          if (harm === 'close') void registry.close()
          return { from: 0 }
        },
      })
      expect(late.getSnapshot()?.status, harm).toBe(harm === 'stop' ? 'active' : undefined)
      expect(clock.pending, harm).toEqual(harm === 'stop' ? [START + 1_000] : [])
    }
  })

  it('may stop it when asked for its input', async () => {
    const { breaker, clock } = newBreaker({}, { activation: 'eager' })
    let starts = 0
    const spawned = breaker.spawn(ticker, {
      id: 'ticker',
      input() {
        if (++starts === 2) spawned.stop()
        return { from: 0 }
      },
    })
    await crash(breaker)
    expect([starts, spawned.getSnapshot()?.status, clock.pending]).toEqual([2, 'stopped', []])
  })

  it('may stop it before it was started', () => {
    const { breaker, clock, registry } = newBreaker()
    registry.on('transition', () => breaker.spawn(ticker, { id: 'ticker', input: { from: 0 } }).stop())
    breaker.disable()
    expect(clock.pending).toEqual([])
  })

  it('is asked for the input between turns: what he does takes effect at once', async () => {
    const { breaker } = newBreaker()
    const states: string[] = []
    breaker.spawn(ticker, {
      id: 'ticker',
      input() {
        if (breaker.state === 'closed') breaker.trip()
        else breaker.reset()
        states.push(breaker.state)
        return { from: 0 }
      },
    })
    await crash(breaker)
    expect(states).toEqual(['open', 'closed'])
  })

  it('has one actor, however often the breaker’s crashes before it is started', () => {
    const { breaker, clock, registry, starts, ticks } = spawnTicker()
    let crashes = 0
    registry.on('transition', () => {
      for (; crashes < 2; crashes++) breaker.actor?.send({ type: 'xstate.error.actor.x', error: CRASH } as never)
    })
    breaker.disable()
    expect([crashes, starts.length, ticks]).toEqual([2, 2, [1, 1]])
    clock.advance(1_000)
    expect(ticks).toEqual([1, 1, 2])
  })

  it('may spawn several, under ids of their own', () => {
    const { breaker, clock } = newBreaker()
    const told: string[] = []
    for (const id of ['one', 'two']) breaker.spawn(ticker, { id, input: { from: 0 }, on: () => told.push(id) })
    clock.advance(1_000)
    expect(told).toEqual(['one', 'two', 'one', 'two'])
  })

  it('is told at once what is wrong with what he hands in', () => {
    const { breaker, registry } = newBreaker()
    const invoking = createMachine({
      initial: 'a',
      states: { a: { invoke: { src: fromPromise(async () => 1) } } },
    })
    const id = 'ticker'
    const input = { from: 0 }
    const wrong: readonly [unknown, unknown, string][] = [
      [undefined, { id, input }, 'spawn(logic): expected a statechart of XState that invokes nothing'],
      [{ transition() {} }, { id, input }, 'spawn(logic): expected a statechart of XState that invokes nothing'],
      [invoking, { id }, 'spawn(logic): expected a statechart of XState that invokes nothing'],
      [ticker, undefined, 'spawn(logic, options): expected an object'],
      [ticker, { id, inputs: 1 }, 'did you mean input?'],
      [ticker, { id: '' }, 'options.id: expected a name, as a string'],
      [ticker, { id: 7 }, 'options.id: expected a name, as a string'],
      [ticker, { id, on: 'tick' }, 'options.on: expected a function'],
    ]
    for (const [logic, options, message] of wrong) {
      expect(thrownBy(() => breaker.spawn(logic as never, options as never))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(message),
      })
    }
    expect(registry.actor.getSnapshot().context.children.size).toBe(0)
    breaker.spawn(ticker, { id, input })
    expect(() => breaker.spawn(ticker, { id, input })).toThrow('a name that no other has that was spawned here')
  })

  it('may send it events of the statechart only', () => {
    const { spawned, ticks } = spawnTicker()
    for (const event of [undefined, null, 'push', {}, { type: 7 }, { type: 'xstate.stop' }]) {
      expect(() => spawned.send(event as never)).toThrow('send(event): expected an event of the statechart')
    }
    expect([ticks, spawned.getSnapshot()?.status]).toEqual([[1], 'active'])
  })
})

it('a statechart that raises events to itself with a delay has them on the registry’s clock, too', () => {
  const { breaker, clock } = newBreaker()
  const raiser = createMachine({
    entry: raise({ type: 'later' }, { delay: 700 }),
    on: { later: '.done' },
    initial: 'waiting',
    states: { waiting: {}, done: {} },
  })
  const spawned = breaker.spawn(raiser, { id: 'raiser' })
  clock.advance(699)
  expect(spawned.getSnapshot()?.value).toBe('waiting')
  clock.advance(1)
  expect(spawned.getSnapshot()?.value).toBe('done')
})

describe('an actor spawned under the registry’s', () => {
  function spawnUnderRegistry(options: RegistryOptions = {}) {
    const made = newBreaker({}, options)
    const ticks: number[] = []
    let ended = 0
    const spawned = made.registry.spawn(ticker, {
      id: 'ticker',
      input: { from: 0 },
      on: ({ count }) => ticks.push(count),
      onEnd: () => ended++,
    })
    return { ...made, spawned, ticks, ended: () => ended }
  }

  it('runs on the registry’s clock, beside the breakers, and is shown under the registry’s actor', () => {
    const events: InspectionEvent[] = []
    const { registry, clock, spawned, ticks } = spawnUnderRegistry({ inspect: (event) => void events.push(event) })
    clock.advance(2_000)
    spawned.send({ type: 'push' })
    expect(ticks).toEqual([1, 2, 3, 4])
    const shown = events.find(
      ({ type, actorRef }) => type === '@xstate.actor' && (actorRef as AnyActorRef).id === 'ticker',
    )
    expect((shown?.actorRef as AnyActorRef | undefined)?._parent).toBe(registry.actor)
  })

  it('is started again when it crashes, until that has happened too often', () => {
    const { registry, spawned, ticks, clock } = spawnUnderRegistry({ supervision: { maxRestarts: 2, withinMs: '1s' } })
    const errors = hear(registry, 'error')
    spawned.send({ type: 'crash' } as never)
    clock.advance(1_500)
    expect(ticks).toEqual([1, 1, 2])
    for (let crashes = 0; crashes < 3; crashes++) spawned.send({ type: 'crash' } as never)
    expect(errors).toHaveLength(4)
    expect(errors[0]).toMatchObject({ source: 'actor', error: CRASH })
    clock.advance(5_000)
    expect(ticks).toEqual([1, 1, 2, 1, 1])
    expect(registry.state('a')).toBe('closed')
  })

  it('ends with the registry, says so once, and leaves no timer', async () => {
    const { registry, clock, spawned, ended } = spawnUnderRegistry()
    await registry.close()
    expect([ended(), clock.pending]).toEqual([1, []])
    spawned.send({ type: 'push' })
    expect(() => registry.spawn(ticker, { id: 'other', input: { from: 0 } })).toThrow('the registry is closed')
  })

  it('that was stopped is not told of the end', async () => {
    const { registry, spawned, ended, clock } = spawnUnderRegistry()
    spawned.stop()
    expect(clock.pending).toEqual([])
    await registry.close()
    expect(ended()).toBe(0)
  })
})
