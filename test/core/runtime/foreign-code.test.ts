// What others hand in, or do with what they were handed, harms nobody: listeners, subscribers, inspectors, clocks, actors.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type AnyActorRef, createActor, createMachine, sendTo } from 'xstate'
import { ArgumentError, type Clock, createRegistry, type Registry } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { errorOf, fail, jobsDone, rejected, succeed, thrownBy } from '../../support/calls.ts'
import { CRASH, crash } from '../../support/crashes.ts'
import { EVERY_WAY, hear, newBreaker, newHalfOpen, newRegistry, statesIn } from '../../support/registries.ts'

describe.each(EVERY_WAY)('a listener, $way', ({ how }) => {
  it('that calls an open breaker at each rejection lets the event loop have its turns (R32)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    let calls = 0
    let isOver = false
    registry.on('rejected', () => {
      calls++
      if (!isOver) breaker.call(() => 'never').catch(() => {})
    })
    breaker.trip()
    await rejected(breaker)
    // A timer of the platform, which a blocked loop would never fire.
    await sleep(5)
    isOver = true
    expect(calls).toBeGreaterThan(1_000)
  })

  it('that trips 20,000 breakers takes linear time, and all are heard of (R32)', async () => {
    const { registry } = newRegistry(how)
    const heard = hear(registry, 'transition')
    const names = Array.from({ length: 20_000 }, (_, index) => `name ${index}`)
    registry.on('created', ({ endpoint }) => {
      if (endpoint === 'first') for (const name of names) registry.breaker(name).trip()
    })
    registry.breaker('first')
    const start = performance.now()
    while (heard.length < names.length) await sleep(1)
    expect(heard.map(({ endpoint }) => endpoint)).toEqual(names)
    expect(performance.now() - start).toBeLessThan(15_000)
  }, 30_000)

  it('of a deletion finds a new breaker of the name, and makes no second one (R22)', async () => {
    const { registry, clock } = newRegistry({ ...how, maxBreakers: 1 })
    const made: unknown[] = []
    registry.on('deleted', ({ endpoint }) => {
      if (made.length < 3) made.push(endpoint, registry.breaker('b'))
    })
    registry.breaker('a')
    const b = registry.breaker('b')
    expect(made).toEqual(['a', b])
    expect(statesIn(registry)).toEqual([{ endpoint: 'b', state: 'closed' }])
    b.trip()
    expect(clock.pending).toHaveLength(1)
    await registry.close()
    expect(clock.pending).toEqual([])
  })

  it('that makes again what was evicted never exceeds maxBreakers (R23)', async () => {
    const { registry } = newRegistry({ ...how, maxBreakers: 2 })
    let made = 0
    const most = { breakers: 0 }
    registry.on('deleted', ({ endpoint }) => {
      if (made++ < 50) registry.breaker(endpoint)
      most.breakers = Math.max(most.breakers, registry.list().length)
    })
    for (const name of ['a', 'b', 'c']) registry.breaker(name)
    await jobsDone()
    expect(made).toBeGreaterThan(10)
    expect(most.breakers).toBe(2)
  })

  it('cannot change what the next one hears, nor the reason of the generation (R32)', () => {
    const { breaker, registry } = newBreaker({}, how)
    const errors = hear(registry, 'error')
    registry.on('transition', (event) => {
      Object.assign(event, { to: 'forged' })
    })
    registry.on('transition', ({ reason }) => {
      Object.assign(reason, { message: 'forged' })
    })
    const transitions = hear(registry, 'transition')
    breaker.trip('by hand')
    expect(transitions).toMatchObject([{ to: 'open', reason: { type: 'tripped', message: 'by hand' } }])
    expect(errors).toMatchObject([{ source: 'listener' }, { source: 'listener' }])
  })
})

describe.each(EVERY_WAY)('a subscriber of an actor, $way', ({ how }) => {
  it('without an error handler is no reason to end the process when the actor crashes (R30)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const restarted = hear(registry, 'restarted')
    const values: unknown[] = []
    breaker.actor?.subscribe(({ value }) => values.push(value))
    breaker.trip()
    await crash(breaker)
    expect(restarted).toHaveLength(1)
    expect(values).toEqual(['open'])
    expect(breaker.state).toBe('open')
  })

  it('that throws, at once or later, is reported, and the next one is told (R32)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const errors = hear(registry, 'error')
    const mistake = new Error('a mistake')
    const values: unknown[] = []
    breaker.actor?.subscribe(() => {
      throw mistake
    })
    breaker.actor?.subscribe(async () => {
      throw mistake
    })
    breaker.actor?.subscribe({ next: ({ value }) => values.push(value), error: () => {} })
    breaker.trip()
    await jobsDone()
    const report = { source: 'subscriber', endpoint: 'a', error: mistake }
    expect(errors).toEqual([report, report])
    expect(values).toEqual(['open'])
  })

  it('is told of what it asked for: decisions, a crash, the end, and of nothing else (R30, R32)', async () => {
    const { breaker, registry } = newBreaker({}, how)
    const errors = hear(registry, 'error')
    const told: unknown[] = []
    const handlers = {
      next: ({ value }: { value: unknown }) => told.push(value),
      error: (error: unknown) => told.push(error),
      complete: () => told.push('complete'),
    }
    const listen = () => {
      for (const [name, handler] of Object.entries(handlers)) breaker.actor?.subscribe({ [name]: handler })
    }
    listen()
    breaker.trip()
    await crash(breaker)
    listen()
    registry.delete('a')
    expect(told).toEqual(['open', CRASH, 'complete'])
    expect(errors).toEqual([])
  })

  it('that unsubscribes twice has left once: the others keep the actor (R30)', () => {
    const { breaker } = newBreaker({}, how)
    const { actor } = breaker
    const first = actor?.subscribe(() => {})
    actor?.subscribe(() => {})
    first?.unsubscribe()
    first?.unsubscribe()
    breaker.reset()
    expect(breaker.actor).toBe(actor)
    expect(actor?.getSnapshot().status).toBe('active')
  })

  it('hears nothing after it has unsubscribed, though its turn was to come (R32)', () => {
    const { breaker } = newBreaker({}, how)
    const values: unknown[] = []
    const { actor } = breaker
    const first = actor?.subscribe(() => second?.unsubscribe())
    const second = actor?.subscribe(({ value }) => values.push(value))
    breaker.trip()
    first?.unsubscribe()
    expect(values).toEqual([])
  })

  it('that trips while a late elapse is made up for gets a whole open time (R05)', () => {
    const { breaker, clock } = newBreaker({ openTimeout: '30s' }, how)
    breaker.trip()
    let isTripped = false
    breaker.actor?.subscribe(({ value }) => {
      if (value !== 'halfOpen' || isTripped) return
      isTripped = true
      breaker.trip('again')
    })
    clock.stall(40_000)
    expect(breaker.allows()).toBe(false)
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfterMs: 30_000 })
    clock.advance(29_999)
    expect(breaker.state).toBe('open')
    clock.advance(1)
    expect(breaker.state).toBe('halfOpen')
  })

  it('of the root actor may make, trip and reset breakers: each has one actor (R30)', () => {
    const { registry, clock } = newRegistry({ ...how, maxBreakers: 2 })
    const errors = hear(registry, 'error')
    let turns = 0
    registry.actor.subscribe(() => {
      if (turns++ > 20) return
      registry.breaker(`name ${turns}`).trip()
      registry.breaker(`name ${turns}`).reset()
    })
    registry.breaker('a').trip()
    registry.breaker('a').reset()
    clock.advance(60_000)
    expect(registry.state('a')).toBe('closed')
    expect(errors).toEqual([])
    expect(registry.list().length).toBeLessThanOrEqual(2)
    expect(registry.actor.getSnapshot().status).toBe('active')
    expect(clock.pending).toEqual([])
  })
})

describe('an inspector', () => {
  it('may make and trip breakers while another is being made: no actor is made twice (R30)', () => {
    let made = 0
    const clock = createVirtualClock()
    const registry: Registry = createRegistry({
      clock,
      maxBreakers: 3,
      inspect: (event) => {
        // The first is the root's, while the registry is being made.
        if (event.type !== '@xstate.actor' || (event.actorRef as AnyActorRef).id.startsWith('x:') || made++ > 5) return
        registry.breaker(`inner ${made}`).trip()
        registry.breaker(`inner ${made}`).reset()
      },
    })
    const errors = hear(registry, 'error')
    for (const name of ['a', 'b', 'c']) {
      registry.breaker(name).trip()
      registry.breaker(name).reset()
    }
    clock.advance(60_000)
    expect(registry.list().every(({ state }) => state === 'closed')).toBe(true)
    expect(registry.actor.getSnapshot().status).toBe('active')
    expect(errors).toEqual([])
  })

  it('that is attached to the system later is a guest too (R32)', () => {
    const { breaker, registry } = newBreaker()
    const errors = hear(registry, 'error')
    const types: string[] = []
    registry.actor.system.inspect({ error: () => {} })
    const { unsubscribe } = registry.actor.system.inspect((event) => {
      types.push(event.type)
      if (event.type === '@xstate.event' && event.event.type === 'trip') {
        breaker.reset()
        throw CRASH
      }
    })
    breaker.trip()
    expect(breaker.state).toBe('closed')
    expect(types).toContain('@xstate.snapshot')
    expect(errors).toEqual([{ source: 'inspect', error: CRASH }])
    unsubscribe()
    const seen = types.length
    breaker.isolate()
    expect(types).toHaveLength(seen)
  })
})

describe.each(EVERY_WAY)('an actor that was handed out, $way', ({ how }) => {
  it('takes commands, as the handle does (R08)', async () => {
    const { breaker } = newBreaker({}, how)
    const send = (event: object) => breaker.actor?.send(event as never)
    send({ type: 'trip', message: 'from an inspector' })
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfterMs: 30_000 })
    expect((await rejected(breaker)).reason).toEqual({ type: 'tripped', message: 'from an inspector' })
    send({ type: 'isolate' })
    expect(breaker.state).toBe('forcedOpen')
    for (const message of [undefined, 5]) {
      breaker.reset()
      send({ type: 'trip', message })
      expect((await rejected(breaker)).reason).toEqual({ type: 'tripped', message: 'by hand' })
    }
  })

  it.each([
    ['a stop', { type: 'xstate.stop' }],
    ['an outcome', { type: 'fail', generation: 0, durationMs: 1, at: 0 }],
    ['a policy', { type: 'configure', policy: null }],
    ['nonsense', null],
    ['an event whose type is no text', { type: 5 }],
    ['an event without a type', {}],
  ])('refuses %s, with an error event, and works on (R32)', async (_, event) => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1 }, how)
    const errors = hear(registry, 'error')
    breaker.actor?.send(event as never)
    expect(errors).toEqual([{ source: 'actor', endpoint: 'a', error: expect.any(ArgumentError) }])
    const expected = 'actor.send(event): expected a command: trip, probe, reset, isolate, disable, enable, received'
    expect(String(errors[0]?.error)).toContain(expected)
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('cannot be stopped, neither the root’s nor a breaker’s (R30)', async () => {
    const { breaker, registry } = newBreaker({ failureThreshold: 1 }, how)
    for (const actor of [registry.actor, breaker.actor]) {
      expect(thrownBy(() => (actor as { stop(): void }).stop())).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('actor.stop(): expected registry.close() or registry.delete(name)'),
      })
    }
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('that another actor’s message has stopped is started again from its row (R30)', async () => {
    const { breaker, clock } = newHalfOpen({ successThreshold: 1 }, how)
    breaker.tryAcquire()
    const stop = sendTo(() => breaker.actor as AnyActorRef, { type: 'xstate.stop' })
    const stopper = createMachine({ entry: stop })
    createActor(stopper).start()
    expect(breaker.actor?.getSnapshot().status).toBe('active')
    breaker.trip()
    clock.advance(30_000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('of the registry takes no events: the supervisor goes on (R30)', async () => {
    const { registry } = newRegistry(how)
    const errors = hear(registry, 'error')
    // A breaker may have the very name of the actor.
    registry.breaker(registry.actor.id)
    registry.actor.send({ type: 'install', name: 'nope' })
    registry.actor.send({ type: 'close' })
    registry.actor.send({ type: 'xstate.stop' } as never)
    expect(errors).toHaveLength(3)
    const message = expect.stringContaining('expected nothing: use the methods of the registry')
    expect(errors[0]).toStrictEqual({ source: 'actor', error: expect.objectContaining({ message }) })
    const breaker = registry.breaker('a', { failureThreshold: 1 })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })
})

/** A virtual clock of which some functions are replaced. */
function clockWith(broken: (clock: ReturnType<typeof createVirtualClock>) => Partial<Clock>) {
  const clock = createVirtualClock(1_000)
  const { now, setTimeout, clearTimeout } = clock
  return { clock, given: { now, setTimeout, clearTimeout, ...broken(clock) } }
}

describe.each(EVERY_WAY)('a clock, $way', ({ how }) => {
  it('whose clearTimeout throws loses no command and no supervisor (R32)', async () => {
    const { given } = clockWith(() => ({
      clearTimeout() {
        throw CRASH
      },
    }))
    const { registry, breaker } = newBreaker({}, { ...how, clock: given })
    const errors = hear(registry, 'error')
    breaker.trip()
    breaker.reset()
    expect(breaker.state).toBe('closed')
    breaker.trip()
    expect(registry.delete('a')).toBe(true)
    await jobsDone()
    expect(errors).toContainEqual({ source: 'clock', error: CRASH })
    registry.breaker('b').trip()
    expect(registry.state('b')).toBe('open')
  })

  it('whose now() is NaN, or throws, for a while while it opens still lets it probe (R32)', async () => {
    const wrong = { now: false, throws: false }
    const { clock, given } = clockWith((virtual) => ({
      now() {
        if (wrong.throws) throw CRASH
        return wrong.now ? Number.NaN : virtual.now()
      },
    }))
    const { breaker, registry } = newBreaker({}, { ...how, clock: given })
    const errors = hear(registry, 'error')
    for (const kind of ['now', 'throws'] as const) {
      wrong[kind] = true
      breaker.trip()
      wrong[kind] = false
      await jobsDone()
      expect(breaker.state).toBe('open')
      clock.advance(30_000)
      expect(breaker.state).toBe('halfOpen')
    }
    const notANumber = { code: 'INVALID_CLOCK', message: 'clock.now(): expected milliseconds, received NaN' }
    expect(errors).toMatchObject([
      { source: 'clock', error: notANumber },
      { source: 'clock', error: CRASH },
    ])
  })

  it('that breaks at its second reading is told of, and time goes on when it works again (R32)', async () => {
    let readings = 0
    const { clock, given } = clockWith(({ now }) => ({
      now: () => (readings++ === 0 || isSound ? now() : Number.NaN),
    }))
    let isSound = false
    const { breaker, registry } = newBreaker({}, { ...how, clock: given })
    const errors = hear(registry, 'error')
    await jobsDone()
    expect(errors).toMatchObject([{ source: 'clock', error: { code: 'INVALID_CLOCK' } }])
    isSound = true
    breaker.trip()
    clock.advance(30_000)
    expect(breaker.state).toBe('halfOpen')
  })

  it('that refuses one timer is asked for it again, and for those that follow (R32)', async () => {
    let isRefusing = true
    const { clock, given } = clockWith((virtual) => ({
      setTimeout(fn, ms) {
        if (!isRefusing) return virtual.setTimeout(fn, ms)
        isRefusing = false
        throw CRASH
      },
    }))
    const { registry } = newRegistry({ ...how, clock: given })
    const heard = hear(registry, 'transition')
    registry.breaker('a').trip()
    clock.advance(1_000)
    registry.breaker('b').trip()
    clock.advance(60_000)
    expect(heard.filter(({ to }) => to === 'halfOpen').map(({ endpoint }) => endpoint)).toEqual(['a', 'b'])
    await jobsDone()
  })

  it('that sets no timers keeps nobody from closing or resetting very many (R33)', async () => {
    let time = 0
    const given: Clock = {
      now: () => time++,
      setTimeout() {
        throw CRASH
      },
      clearTimeout() {},
    }
    const { registry } = newRegistry({ ...how, clock: given })
    hear(registry, 'error')
    for (let name = 0; name < 100; name++) registry.breaker(`${name}`).isolate()
    await registry.resetAll()
    await registry.close()
    expect(registry.actor.getSnapshot().status).toBe('done')
  })

  it('that steps back goes on from where it was (R40)', async () => {
    let step = 0
    const { clock, given } = clockWith((virtual) => ({ now: () => virtual.now() - step }))
    const { breaker, registry } = newBreaker({ failureWindow: '10s' }, { ...how, clock: given })
    await fail(breaker)
    step = 500
    const [snapshot] = registry.snapshot().breakers
    expect(snapshot?.evidence.failureAgesMs).toEqual([0])
    expect(snapshot?.timeInState.closed).toBe(0)
    clock.advance(600)
    expect(breaker.stats().timeInState.closed).toBe(600)
    breaker.trip()
    step = 3_600_000
    registry.list()
    clock.advance(30_000)
    expect(breaker.state).toBe('halfOpen')
  })

  it('that calls back at once is told off, and hangs nobody (R32)', async () => {
    const { given } = clockWith(() => ({ setTimeout: (fn) => fn() }))
    const { breaker, registry } = newBreaker({}, { ...how, clock: given })
    const errors = hear(registry, 'error')
    breaker.trip()
    await jobsDone()
    const message = 'clock.setTimeout(fn, ms): expected fn to be called later, it was called at once'
    expect(errors).toMatchObject([{ source: 'clock', error: { code: 'INVALID_CLOCK', message } }])
    expect(breaker.state).toBe('open')
  })

  it('that trips a breaker whenever it is asked for the time harms no turn (R32)', async () => {
    let isEvil = false
    const { given } = clockWith((virtual) => ({
      now() {
        if (isEvil) {
          isEvil = false
          registry.breaker('other').trip()
          isEvil = true
        }
        return virtual.now()
      },
    }))
    const { breaker, registry } = newBreaker({ successThreshold: 1 }, { ...how, clock: given })
    isEvil = true
    breaker.trip()
    await errorOf(succeed(breaker))
    breaker.reset()
    isEvil = false
    expect([breaker.state, registry.state('other')]).toEqual(['closed', 'open'])
    expect(await succeed(breaker)).toBe('ok')
  })
})

describe('a platform that has no asynchronous contexts', () => {
  it.each([
    ['no process', undefined],
    ['a process of another kind', {}],
    ['no such module', { getBuiltinModule: () => undefined }],
    ['nothing in that module', { getBuiltinModule: () => ({}) }],
    ['an older Node', { getBuiltinModule: () => ({ AsyncLocalStorage: {} }) }],
  ])('has its timers set without: %s (R40)', (_, other) => {
    const { process } = globalThis
    globalThis.process = other as never
    const { breaker, clock, registry } = newBreaker()
    globalThis.process = process
    const heard = hear(registry, 'transition')
    breaker.trip()
    clock.advance(30_000)
    expect(heard.map(({ to }) => to)).toEqual(['open', 'halfOpen'])
  })
})

it('a clock that gives commands when it is read within a turn is obeyed after it, in order (R24, R32)', () => {
  const { breaker, clock, registry } = newBreaker()
  const [other, third] = [registry.breaker('other'), registry.breaker('third')]
  const heard = hear(registry, 'transition')
  const { now } = clock
  clock.now = () => {
    clock.now = now
    breaker.isolate()
    other.trip()
    return now()
  }
  // An actor that is started reads the clock in its turn.
  expect(third.actor?.getSnapshot().value).toBe('closed')
  expect(heard.map(({ endpoint, to }) => `${endpoint} ${to}`)).toEqual(['a forcedOpen', 'other open'])
})
