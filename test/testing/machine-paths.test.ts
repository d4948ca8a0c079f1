// Paths of machines that are not breakers: delays, invoked actors, parallel and final states, guards on the context.
import { getAdjacencyMap } from '@xstate/graph'
import { describe, expect, it } from 'vitest'
import { assign, createActor, createMachine, fromPromise, setup } from 'xstate'
import { createVirtualClock, generateMachinePaths, uncoveredTransitions } from '../../src/testing/index.ts'
import { thrownBy } from '../support/calls.ts'

/** A session that warns before it ends, can be prolonged twice, and is loaded from somewhere. */
const session = setup({
  types: {} as {
    context: { prolonged: number; user: string | null; idleMs: number }
    input: { idleMs: number }
    events: { type: 'signIn' } | { type: 'touch' } | { type: 'prolong' } | { type: 'signOut' } | { type: 'ping' }
  },
  actors: { load: fromPromise(async () => 'ann') },
  delays: { idle: ({ context }) => context.idleMs },
  guards: { mayProlong: ({ context }) => context.prolonged < 2 },
}).createMachine({
  id: 'session',
  context: ({ input }) => ({ prolonged: 0, user: null, idleMs: input.idleMs }),
  initial: 'signedOut',
  on: { ping: { description: 'Is answered in every state but the last, in which the machine has stopped.' } },
  states: {
    signedOut: { on: { signIn: 'loading' } },
    loading: {
      invoke: {
        id: 'load',
        src: 'load',
        onDone: { target: 'active', actions: assign({ user: ({ event }) => event.output }) },
        onError: 'signedOut',
      },
      after: { 5000: 'signedOut' },
    },
    active: {
      initial: 'busy',
      on: { signOut: 'ended' },
      states: {
        busy: { after: { idle: 'warned' }, on: { touch: { target: 'busy', reenter: true } } },
        warned: {
          after: { 10000: '#session.ended' },
          on: {
            prolong: [
              {
                guard: 'mayProlong',
                target: 'busy',
                actions: assign({ prolonged: ({ context }) => context.prolonged + 1 }),
              },
              { target: '#session.ended' },
            ],
          },
        },
      },
    },
    ended: { type: 'final' },
  },
})
const EVENTS = [
  { type: 'signIn' },
  { type: 'touch' },
  { type: 'prolong' },
  { type: 'signOut' },
  { type: 'ping' },
  { type: 'xstate.done.actor.load', output: 'ann' },
  { type: 'xstate.error.actor.load', error: 'no such user' },
] as const
const INPUT = { idleMs: 60_000 }

describe('the paths of a session with time-outs', () => {
  const paths = generateMachinePaths(session, { events: EVENTS, input: INPUT })

  it('take every transition: events, delays, and the ends of an invoked promise', () => {
    expect(uncoveredTransitions(session, paths)).toEqual([])
    const taken = new Set(paths.flatMap(({ steps }) => steps.flatMap((step) => step.taken)))
    expect([...taken]).toEqual(
      expect.arrayContaining([
        'loading --5000--> signedOut',
        'loading --xstate.done.actor.load--> active',
        'active.warned --prolong [2]--> ended',
        'active.warned --10000--> ended',
      ]),
    )
  })

  it('say what was done and how long it took, and what state and context must be seen', () => {
    const path = paths.find(({ steps }) => steps.some(({ says }) => says === '60 s pass'))
    const index = path?.steps.findIndex(({ says }) => says === '60 s pass')
    expect(path?.steps[index ?? -1]).toEqual({
      step: { pass: 60_000 },
      says: '60 s pass',
      taken: ['active.busy --idle--> active.warned'],
      expect: { value: { active: 'warned' }, context: { prolonged: 0, user: 'ann', idleMs: 60_000 } },
    })
    expect(path?.title).toContain('signIn; ')
  })

  it.each(['states', 'transitions', 'transitionPairs', 'simple'] as const)(
    'are the same each time, and no longer than asked for: %s',
    (coverage) => {
      const options = { events: EVENTS, input: INPUT, coverage, maxLength: 15 }
      const found = generateMachinePaths(session, options)
      expect(found.length).toBeGreaterThan(0)
      expect(found).toEqual(generateMachinePaths(session, options))
      expect(Math.max(...found.map(({ steps }) => steps.length))).toBeLessThanOrEqual(15)
    },
  )

  it('end where the machine ends', () => {
    const ends = paths.flatMap(({ steps }) => steps.map((step) => [step.expect.value, step === steps.at(-1)]))
    expect(ends).toContainEqual(['ended', true])
    expect(ends).not.toContainEqual(['ended', false])
  })

  it('are more when they must be shorter', () => {
    const many = generateMachinePaths(session, { events: EVENTS, input: INPUT, maxLength: 5 })
    expect(many.length).toBeGreaterThan(paths.length)
    expect(uncoveredTransitions(session, many)).toEqual([])
  })

  it('are what an actor does on a virtual clock', () => {
    // The promise never settles: the paths send its events.
    const held = session.provide({ actors: { load: fromPromise(() => new Promise<string>(() => {})) } })
    for (const { steps, title } of paths) {
      const clock = createVirtualClock()
      const actor = createActor(held, { clock: clock as never, input: INPUT }).start()
      for (const { step, expect: expected, says } of steps) {
        if ('pass' in step) clock.advance(step.pass)
        else actor.send(step.event as never)
        const { value, context } = actor.getSnapshot()
        expect({ value, context }, `${says} in ${title}`).toEqual(expected)
      }
      actor.stop()
    }
  })

  it('take what a function of the snapshot offers', () => {
    const asked: unknown[] = []
    const found = generateMachinePaths(session, {
      input: INPUT,
      events: (snapshot) => {
        asked.push(snapshot.value)
        return snapshot.matches('signedOut') ? [{ type: 'signIn' }] : []
      },
    })
    expect(asked).toEqual(['signedOut', 'loading'])
    expect(found.map(({ title }) => title)).toEqual(['signIn; 5 s pass: signedOut'])
    expect(uncoveredTransitions(session, found)).toContain('loading --xstate.done.actor.load--> active')
  })
})

describe('parallel regions', () => {
  const machine = setup({}).createMachine({
    id: 'house',
    type: 'parallel',
    states: {
      lamp: { initial: 'off', states: { off: { on: { switch: 'on' } }, on: { after: { 1000: 'off' } } } },
      door: { initial: 'shut', states: { shut: { on: { open: 'ajar' } }, ajar: { on: { close: 'shut' } } } },
    },
    on: { leave: { actions: [] } },
  })
  const events = [{ type: 'switch' }, { type: 'open' }, { type: 'close' }, { type: 'leave' }] as const

  it('are all walked through', () => {
    const paths = generateMachinePaths(machine, { events })
    expect(uncoveredTransitions(machine, paths)).toEqual([])
    expect(paths.at(0)?.title).toMatch(/: lamp\.(on|off)\+door\.(shut|ajar)$/)
  })
})

describe('what lies behind the state of a machine makes a difference', () => {
  it('how long its delays have run', () => {
    const race = createMachine({
      type: 'parallel',
      states: {
        slow: { initial: 'runs', states: { runs: { after: { 10000: 'done' } }, done: {} } },
        quick: {
          initial: 'runs',
          states: { runs: { after: { 4000: { target: 'runs', reenter: true } } } },
        },
      },
    })
    // Only after the quick one has begun anew twice is the slow one due next.
    const paths = generateMachinePaths(race, { events: [], coverage: 'states' })
    expect(paths.map(({ title }) => title)).toEqual(['4 s pass; 4 s pass; 2 s pass: slow.done+quick.runs'])
  })

  it('the state that it will come back to', () => {
    const player = createMachine({
      initial: 'on',
      states: {
        on: {
          initial: 'low',
          on: { mute: 'muted' },
          states: { low: { on: { turn: 'high' } }, high: { on: { turn: 'low' } }, last: { type: 'history' } },
        },
        muted: { on: { mute: 'on.last' } },
      },
    })
    const events = [{ type: 'mute' }, { type: 'turn' }]
    const paths = generateMachinePaths(player, { events, coverage: 'transitionPairs' })
    const pairs = paths.flatMap(({ steps }) =>
      steps.map(({ taken }, index) => [...(steps[index - 1]?.taken ?? []), ...taken]),
    )
    for (const volume of [
      'low --turn--> on.high',
      'high --turn--> on.low',
      'low --mute--> muted',
      'high --mute--> muted',
    ]) {
      expect(pairs).toContainEqual(['muted --mute--> on.last', `on.${volume}`])
    }
  })
})

describe('what can not be explored is refused', () => {
  const counter = setup({ types: {} as { context: { n: number }; events: { type: 'add' } } }).createMachine({
    context: { n: 0 },
    on: { add: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
  })
  const seen = setup({ types: {} as { context: { names: Map<string, number> } } }).createMachine({
    context: { names: new Map() },
    on: { add: {} },
  })
  const add = [{ type: 'add' }] as const

  it('a context without end, unless stateKey gives it one', () => {
    expect(thrownBy(() => generateMachinePaths(counter, { events: add }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^stateKey: expected a key that makes at most 10000 different states/),
    })
    const stateKey = ({ context }: { context: { n: number } }) => `${context.n % 3}`
    expect(generateMachinePaths(counter, { events: add, stateKey })).toHaveLength(1)
  })

  it('a context that is not JSON, unless stateKey is given', () => {
    expect(thrownBy(() => generateMachinePaths(seen, { events: add }))).toMatchObject({
      message: 'stateKey: expected a function, because context.names is not JSON, received undefined',
    })
    expect(generateMachinePaths(seen, { events: add, stateKey: () => '' })).toHaveLength(1)
  })

  it.each([
    ['events', { events: 'add' as never }],
    ['coverage', { events: add, coverage: 'all' as never }],
    ['maxLength', { events: add, maxLength: 0 }],
  ])('nonsense for %s', (option, options) => {
    expect(thrownBy(() => generateMachinePaths(seen, options))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(new RegExp(`^${option}: expected `)),
    })
  })
})

describe('without delays, where @xstate/graph can explore too', () => {
  const vending = createMachine({
    types: {} as { context: { coins: number }; events: { type: 'insert' } | { type: 'buy' } | { type: 'refund' } },
    context: { coins: 0 },
    initial: 'waiting',
    states: {
      waiting: {
        on: {
          insert: [
            {
              guard: ({ context }) => context.coins < 2,
              actions: assign({ coins: ({ context }) => context.coins + 1 }),
            },
            { target: 'full' },
          ],
          buy: { guard: ({ context }) => context.coins > 0, target: 'serving' },
          refund: { actions: assign({ coins: 0 }) },
        },
      },
      full: { on: { refund: { target: 'waiting', actions: assign({ coins: 0 }) }, buy: 'serving' } },
      serving: { type: 'final' },
    },
  })
  const events = [{ type: 'insert' }, { type: 'buy' }, { type: 'refund' }] as const
  const nameOf = (value: unknown, context: unknown) => JSON.stringify([value, context])

  it('the paths meet every state that it finds, and no other', () => {
    const adjacency = Object.values(getAdjacencyMap(vending, { events }))
    const found = adjacency.map(({ state }) => nameOf(state.value, state.context))
    expect(found.length).toBeGreaterThan(5)
    const paths = generateMachinePaths(vending, { events: [...events], coverage: 'simple' })
    const met = paths.flatMap(({ steps }) => steps.map(({ expect: seen }) => nameOf(seen.value, seen.context)))
    expect([...new Set([nameOf('waiting', { coins: 0 }), ...met])].sort()).toEqual(found.sort())
  })
})
