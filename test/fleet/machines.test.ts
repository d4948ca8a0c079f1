// Both statecharts of a fleet: paths from the project's own kit meet every state and transition, or it is told why not; every
// path is run on a real actor, too; and from wherever a process rejects, time and calls alone lead out.
import { describe, expect, it } from 'vitest'
import { type AnyStateMachine, createActor, getNextSnapshot, type SnapshotFrom } from 'xstate'
import {
  type FleetBreakerContext,
  type FleetBreakerEvent,
  type FleetDecision,
  fleetBreakerMachine,
  fleetMachine,
} from '../../machines/index.ts'
import {
  createVirtualClock,
  generateMachinePaths,
  type MachinePath,
  uncoveredTransitions,
} from '../../src/testing/index.ts'

const MEMBERSHIP = {
  rules: {
    pollMs: 1_000,
    pollJitter: 0.2,
    breatherMs: 100,
    roundTimeoutMs: 5_000,
    retryMs: 100,
    maxRetryMs: 5_000,
    leaveTimeoutMs: 1_000,
  },
  seed: 1,
}

const RULES = {
  spreadMsPerProcess: 5,
  degradedProbesPerSecond: 20,
  retryLeaseMs: 1_000,
  answerTimeoutMs: 5_000,
  leaseMarginMs: 50,
  probeTimeoutMs: 30_000,
  rampShares: [0.1, 0.3],
  rampStepMs: 1_000,
}

const decision = (state: FleetDecision['state'], version = 1): FleetDecision => {
  return { state, version, remainingMs: state === 'open' ? 10_000 : null, openMs: 10_000 }
}

const breakerInput = (state: FleetDecision['state'] = 'open', isStoreUp = true) => {
  return { rules: RULES, seed: 1, decision: decision(state), live: 3, isStoreUp }
}

const DECISIONS = (['closed', 'open', 'halfOpen', 'forcedOpen', 'disabled'] as const).map(
  (state): FleetBreakerEvent => ({ type: 'decided', decision: decision(state, 2) }),
)

/** What may come at any time; answers to the last question, and to the one before. */
function events({ context }: { readonly context: FleetBreakerContext }): FleetBreakerEvent[] {
  const { asked } = context
  if (asked > 3) return []
  const lease = { token: 'x', leaseMs: 30_000 }
  const answers = [asked, asked - 1].flatMap((number): FleetBreakerEvent[] => [
    { type: 'granted', asked: number, lease },
    { type: 'denied', asked: number, waitMs: 7_000 },
    { type: 'completed', asked: number },
    { type: 'unanswered', asked: number },
    { type: 'probeBegan', asked: number },
    ...(['succeed', 'fail', 'ignore'] as const).map(
      (result): FleetBreakerEvent => ({ type: 'probeEnded', asked: number, result }),
    ),
  ])
  return [...DECISIONS, { type: 'wanted' }, ...answers, { type: 'storeLost' }, { type: 'storeBack', live: 3 }]
}

/** Questions are numbered without end: the fourth is like the first. */
function breakerKey({ value, context }: SnapshotFrom<typeof fleetBreakerMachine>): string {
  const {
    decision: { state, remainingMs },
    lease,
    isStoreUp,
    isWell,
    rampStep,
    asked,
  } = context
  return JSON.stringify([value, asked, state, remainingMs, lease !== null, isStoreUp, isWell, rampStep])
}

/** Whether the kit's prediction is what an actor does. */
function run<M extends AnyStateMachine>(machine: M, input: object, paths: readonly MachinePath<M>[]): number {
  let steps = 0
  for (const { title, steps: walk } of paths) {
    const clock = createVirtualClock(0)
    const actor = createActor(machine, { input, clock } as never)
    actor.start()
    for (const { step, says, expect: expected } of walk) {
      if ('pass' in step) clock.advance(step.pass)
      else actor.send(step.event as never)
      const { value, context } = actor.getSnapshot()
      expect({ value, context }, `${title}: ${says}`).toEqual(expected)
      steps++
    }
    actor.stop()
    expect(clock.pending, title).toEqual([])
  }
  return steps
}

describe('the statechart of a membership', () => {
  const paths = generateMachinePaths(fleetMachine, {
    input: MEMBERSHIP,
    events: ({ context: { rounds } }) =>
      rounds > 4
        ? []
        : [
            { type: 'done', round: rounds },
            { type: 'failed', round: rounds },
            { type: 'done', round: rounds - 1 },
            ...(['hurry', 'reachable', 'leave', 'left'] as const).map((type) => ({ type })),
          ],
    coverage: 'transitionPairs',
    stateKey: ({ value, context: { rounds, isHurried } }) => JSON.stringify([value, Math.min(rounds, 5), isHurried]),
  })

  it('has every transition that there can be on a generated path, and an actor does what the paths say', () => {
    // A breather is shorter than from round to round.
    expect(uncoveredTransitions(fleetMachine, paths)).toEqual(['synced.fresh --poll--> polling'])
    const steps = run(fleetMachine, MEMBERSHIP, paths)
    console.log(`membership: ${paths.length} paths, ${steps} steps`)
    expect(steps).toBeGreaterThan(100)
  })

  it('waits longer after each round that fails, and no longer than it may', () => {
    const clock = createVirtualClock(0)
    const actor = createActor(fleetMachine, { input: MEMBERSHIP, clock })
    actor.start()
    const waits: number[] = []
    for (let round = 1; round < 15; round++) {
      actor.send({ type: 'failed', round })
      const [due = 0] = clock.pending
      waits.push(due - clock.now())
      clock.advanceToNext()
    }
    expect(waits[0]).toBeLessThanOrEqual(100)
    expect(Math.max(...waits)).toBeLessThanOrEqual(5_000)
    expect(waits.at(-1)).toBeGreaterThan(2_499)
  })
})

describe('the statechart of an endpoint of a fleet', () => {
  it.each(['closed', 'open', 'halfOpen', 'forcedOpen', 'disabled'] as const)(
    'begins where the fleet is: %s',
    (state) => {
      const actor = createActor(fleetBreakerMachine, {
        input: breakerInput(state),
        clock: createVirtualClock(0),
      }).start()
      expect(actor.getSnapshot().value).toBe(state === 'halfOpen' ? 'due' : state)
      actor.stop()
    },
  )

  const options = { events, stateKey: breakerKey, coverage: 'transitions', maxLength: 12 } as const
  const ways = [
    breakerInput('open', true),
    breakerInput('open', false),
    { ...breakerInput('halfOpen'), rules: { ...RULES, rampShares: [] } },
  ]
  const paths = ways.flatMap((input) => {
    return generateMachinePaths(fleetBreakerMachine, { ...options, input }).map((path) => ({ path, input }))
  })

  it('has every transition that there can be on a generated path, and an actor does what the paths say', () => {
    expect(
      uncoveredTransitions(
        fleetBreakerMachine,
        paths.map(({ path }) => path),
      ),
    ).toEqual([
      // A ramp follows what was rejected: here nothing was, or it was known to be well.
      'closed --decided [5]--> ramping',
      'recovered --decided [5]--> ramping',
      'ramping --decided [5]--> ramping',
      'disabled --decided [5]--> ramping',
    ])
    let steps = 0
    for (const { path, input } of paths) steps += run(fleetBreakerMachine, input, [path])
    console.log(`endpoint: ${paths.length} paths, ${steps} steps`)
    expect(steps).toBeGreaterThan(100)
  })

  it('invokes nothing: all it asks for is emitted', () => {
    for (const machine of [fleetMachine, fleetBreakerMachine]) {
      const nodes: AnyStateMachine['root'][] = [machine.root as AnyStateMachine['root']]
      for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
        expect(node.invoke).toEqual([])
        nodes.push(...Object.values(node.states))
      }
    }
  })

  it.each([true, false])(
    'sticks nowhere: wherever it rejects, time, traffic and an answering store lead out (store up: %s)',
    (isUp) => {
      const ends = new Set<string>()
      for (const { path, input } of paths) {
        for (let length = 1; length <= path.steps.length; length++) {
          const clock = createVirtualClock(0)
          const actor = createActor(fleetBreakerMachine, { input, clock })
          /** What the store holds: the last that was decided. */
          let version = 10
          const decide = (state: FleetDecision['state']) =>
            actor.send({ type: 'decided', decision: decision(state, ++version) })
          const asked: (() => void)[] = []
          actor.on('acquire', ({ asked: number }) => {
            asked.push(() => actor.send({ type: 'granted', asked: number, lease: { token: 'y', leaseMs: 30_000 } }))
          })
          actor.on('complete', () => asked.push(() => decide('closed')))
          actor.start()
          for (const { step } of path.steps.slice(0, length)) {
            if ('pass' in step) clock.advance(step.pass)
            else actor.send(step.event as never)
          }
          asked.length = 0
          const { state } = actor.getSnapshot().context.decision
          if (state === 'forcedOpen' || state === 'disabled') continue
          actor.send(isUp ? { type: 'storeBack', live: 3 } : { type: 'storeLost' })
          for (let turn = 0; turn < 200 && !isFree(actor.getSnapshot()); turn++) {
            actor.send({ type: 'wanted' })
            if (isUp)
              for (const answer of asked.splice(0)) {
                if (actor.getSnapshot().context.decision.state === 'open') decide('halfOpen')
                answer()
              }
            const { asked: number } = actor.getSnapshot().context
            actor.send({ type: 'probeBegan', asked: number })
            actor.send({ type: 'probeEnded', asked: number, result: 'succeed' })
            clock.advance(500)
          }
          const { value } = actor.getSnapshot()
          ends.add(String(value))
          expect(isFree(actor.getSnapshot()), `after ${path.title}, step ${length}: ${JSON.stringify(value)}`).toBe(
            true,
          )
          actor.stop()
        }
      }
      expect([...ends].sort()).toEqual(isUp ? ['closed'] : ['closed', 'recovered'])
    },
  )

  it('takes no answer to an earlier question, and no probe of an earlier lease', () => {
    for (const { path, input } of paths) {
      const actor = createActor(fleetBreakerMachine, { input, clock: createVirtualClock(0) })
      const start = actor.getSnapshot()
      let snapshot = start
      for (const { step } of path.steps) {
        if ('pass' in step) break
        snapshot = getNextSnapshot(fleetBreakerMachine, snapshot, step.event as never)
        const asked = snapshot.context.asked - 1
        for (const late of events({ context: { ...snapshot.context, asked } })) {
          if (!('asked' in late) || late.asked !== asked) continue
          const next = getNextSnapshot(fleetBreakerMachine, snapshot, late)
          expect(next.value, `${late.type} in ${JSON.stringify(snapshot.value)}`).toEqual(snapshot.value)
        }
      }
    }
  })
})

function isFree(snapshot: SnapshotFrom<typeof fleetBreakerMachine>): boolean {
  return snapshot.matches('closed') || snapshot.matches('recovered')
}
