// generateMachinePaths: paths through any XState machine, its delayed transitions included, in virtual time.
// A path is events and waits, with the state and context that must be seen after each.
import type { AnyStateMachine, ContextFrom, EventFromLogic, InputFrom, SnapshotFrom, StateValueFrom } from 'xstate'
import { ArgumentError } from '../../core/edge/errors.ts'
import { allTransitions, passTime, sendEvent, startMachine, type TimedMachine } from '../model/timed-machine.ts'
import { contextKey, tellMachinePath, tellMachineStep, tellValue } from '../writing/machine-words.ts'
import { COVERAGES, type Coverage } from './goals.ts'
import { buildGraph, type Explorable } from './graph.ts'
import { simpleWalks, tours } from './tour.ts'

/** An event of the machine, or one that XState would send it for an invoked actor, such as `xstate.done.actor.load`. */
export type MachineEvent<M extends AnyStateMachine> =
  | EventFromLogic<M>
  | { readonly type: `xstate.${string}`; readonly [key: string]: unknown }

/** An event is sent, or `pass` milliseconds pass, until the next delayed transition is due. */
export type MachineStep<M extends AnyStateMachine> = { readonly event: MachineEvent<M> } | { readonly pass: number }

/** One step of a path through a machine. */
export interface MachinePathStep<M extends AnyStateMachine> {
  /** What is done to the machine. */
  readonly step: MachineStep<M>
  /** In words, such as `COIN` or `30 s pass`. */
  readonly says: string
  /** Transitions of the machine that the step takes, as `source --event--> target`. */
  readonly taken: readonly string[]
  /** What must be seen after the step. */
  readonly expect: {
    /** The state, as `snapshot.value`. */
    readonly value: StateValueFrom<M>
    /** The context, compared as a whole. */
    readonly context: ContextFrom<M>
  }
}

/** The steps of one test: events and waits, from a machine that has just started. */
export interface MachinePath<M extends AnyStateMachine> {
  /** In one line: the steps in words. */
  readonly title: string
  /** From a machine that has just started, in order. */
  readonly steps: readonly MachinePathStep<M>[]
}

/** Options of `generateMachinePaths`. */
export interface MachinePathOptions<M extends AnyStateMachine> {
  /** The events to try: in every state the same, or those that make sense for a snapshot. */
  readonly events: readonly MachineEvent<M>[] | ((snapshot: SnapshotFrom<M>) => readonly MachineEvent<M>[])
  /** The input of the machine. Default: none. */
  readonly input?: InputFrom<M>
  /** What the paths must meet together. Default `'transitions'`. */
  readonly coverage?: Coverage
  /** Steps in one path, at most (a goal that is farther away gets a path of its own). Default 30. */
  readonly maxLength?: number
  /**
   * Returns equal keys for snapshots after which the same steps lead to the same. Default: state, context and pending
   * delays. Set it if the context has infinitely many values (a counter) or is not JSON (a Map); pending delays are always
   * added.
   */
  readonly stateKey?: (snapshot: SnapshotFrom<M>) => string
}

const MOST_STATES = 10_000

/**
 * Paths from the start that together meet the coverage: deterministic, without duplicates, few and short.
 *
 * Nothing is run: no actions, no invoked actors, no promises. Guards, `assign`, delays and `always` are those of the
 * machine. To model what an invoked or spawned actor does, list its events, for example `{ type: 'xstate.done.actor.load',
 * output: 1 }` and `{ type: 'xstate.error.actor.load', error }`. What these events and the passing of time cannot reach is
 * in no path: `uncoveredTransitions` lists it.
 * @throws ArgumentError (`INVALID_ARGUMENT`): wrong options, or too many states to explore
 */
export function generateMachinePaths<M extends AnyStateMachine>(
  machine: M,
  options: MachinePathOptions<M>,
): MachinePath<M>[] {
  const { coverage = 'transitions', maxLength = 30 } = options
  if (!COVERAGES.includes(coverage)) throw new ArgumentError('coverage', COVERAGES.join(', '), coverage)
  if (!Number.isSafeInteger(maxLength) || maxLength < 1) {
    throw new ArgumentError('maxLength', 'a whole number of at least 1', maxLength)
  }
  const model = machineModel(machine, options)
  const graph = buildGraph(model)
  const walks = coverage === 'simple' ? simpleWalks(graph, maxLength) : tours(graph, coverage, maxLength)
  return walks.map((walk) => {
    let state = model.start
    const steps = walk.map(({ move: step }) => {
      state = model.take(state, step)
      const { value, context } = state.snapshot as { value: StateValueFrom<M>; context: ContextFrom<M> }
      return { step, says: tellMachineStep(step), taken: state.taken, expect: { value, context } }
    })
    return { title: tellMachinePath(steps), steps }
  })
}

function machineModel<M extends AnyStateMachine>(
  machine: M,
  { events, input, stateKey }: MachinePathOptions<M>,
): Explorable<TimedMachine<M>, MachineStep<M>> {
  if (typeof events !== 'function' && !Array.isArray(events)) {
    throw new ArgumentError('events', 'a list of events, or a function of the snapshot', events)
  }
  const eventsFor = typeof events === 'function' ? events : () => events
  return {
    start: startMachine(machine, input, 0),
    mostStates: MOST_STATES,
    tooLarge: { where: 'stateKey', expected: `a key that makes at most ${MOST_STATES} different states` },
    movesFrom({ snapshot, now, timers }) {
      if ((snapshot as { status: string }).status !== 'active') return []
      const [next] = timers
      const steps: MachineStep<M>[] = eventsFor(snapshot).map((event) => ({ event }))
      return next === undefined ? steps : [...steps, { pass: Math.max(0, next.dueAt - now) }]
    },
    take(before, step) {
      const state = { ...before, taken: [] }
      return 'pass' in step ? passTime(machine, state, state.now + step.pass) : sendEvent(machine, state, step.event)
    },
    keyOf({ snapshot, now, timers }) {
      const own = stateKey?.(snapshot) ?? contextKey(snapshot as { value: unknown; context: unknown })
      return JSON.stringify([own, timers.map(({ event, dueAt }) => [event, dueAt - now])])
    },
    stateOf: ({ snapshot }) => tellValue((snapshot as { value: unknown }).value),
    takenBy: ({ taken }) => taken,
  }
}

/**
 * Transitions of the machine that none of the paths takes. Not counted are those that follow by themselves within a step
 * (`always`, `onDone` of a state), and those that start after the machine has ended.
 */
export function uncoveredTransitions<M extends AnyStateMachine>(
  machine: M,
  paths: readonly { readonly steps: readonly { readonly taken: readonly string[] }[] }[],
): string[] {
  const met = new Set(paths.flatMap(({ steps }) => steps.flatMap(({ taken }) => taken.flatMap(perRegion))))
  const ends = Object.values(machine.root.states).flatMap(({ key, type }) => (type === 'final' ? `${key} ` : []))
  const isCounted = (label: string) =>
    !label.includes('--xstate.done.state.') && !ends.some((end) => label.startsWith(end))
  return allTransitions(machine).filter((label) => isCounted(label) && !met.has(label))
}

/** A transition out of parallel regions starts in a state of each. */
function perRegion(label: string): string[] {
  const [, from = '', event, to] = /^(.*?) (--.*-->) (.*)$/.exec(label) ?? []
  return from.split('+').map((region) => `${region} ${event} ${to === from ? region : to}`)
}
