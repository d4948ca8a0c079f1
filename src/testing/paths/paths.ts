// generatePaths: tests as paths through the statechart that runs in production, with what must be seen after each step.

import { ArgumentError } from '../../core/edge/errors.ts'
import { type PolicyOptions, resolvePolicy } from '../../core/edge/resolve-policy.ts'
import { defaultPolicy } from '../../core/rules/policy.ts'
import type { Observation } from '../driver.ts'
import { checkOptions } from '../model/given.ts'
import { dataOf, type ModelState, type Step, startModel, stateOf, takeStep } from '../model/model.ts'
import type { Move, Moves } from '../model/moves.ts'
import { type Told, tellPath, tellStep } from '../writing/words.ts'
import { breakerGraph, GRAPH_OPTIONS, type GraphOptions } from './breaker-graph.ts'
import { COVERAGES, type Coverage } from './goals.ts'
import { simpleWalks, tours } from './tour.ts'

/** The expected state after a step. */
export interface Expectation extends Observation {
  /** The state, in the words of `Subject.state`. */
  readonly state: string
  /** For an admission: whether it was granted. */
  readonly admitted: boolean | undefined
  /** Calls admitted that have not ended, including those of earlier stays. */
  readonly callsInFlight: number
  /** Of these, probes of this stay that hold a permit. */
  readonly probesInFlight: number
}

/** One step of a path, and what must be seen after it. */
export interface PathStep {
  /** What is done to the breaker, or how much time passes. */
  readonly step: Step
  /** The step in words. */
  readonly says: string
  /** Transitions of the statechart that it takes, as `source --event--> target`. */
  readonly taken: readonly string[]
  /** What must be seen after the step. */
  readonly expect: Expectation
  /** When time passes: what must be seen 1 ms before the step ends. */
  readonly justBefore?: Expectation | undefined
}

/** A history of a new breaker. It is data: it can be stored as JSON, unless the policy has functions. */
export interface Path {
  /** The path in one line: what opened it, what closed it, what came late. */
  readonly title: string
  /** The policy that it holds under: the one given, without `timeout` and without jitter. */
  readonly policy: PolicyOptions
  /** From a new breaker, in order. */
  readonly steps: readonly PathStep[]
  /** What was left out of the search for this path, in words; empty if every state of the breaker was visited. */
  readonly abstraction?: readonly string[]
}

/** Options of `generatePaths`. */
export interface PathOptions extends GraphOptions {
  /** What the paths must meet together. Default `'transitionPairs'`: a rule that holds the first time may fail the second. */
  readonly coverage?: Coverage
  /**
   * Steps in one path, at most; a run of calls under a large policy counts as one. A goal that is farther away gets a path
   * of its own, as long as needed. Default 30. With a smaller limit there are more paths, and they are easier to read.
   */
  readonly maxLength?: number
}

export const PATH_OPTIONS = [...GRAPH_OPTIONS, 'coverage', 'maxLength'] as const

/** Calls and time tell the better story: what they can reach, they reach first. */
const isUnnatural = ({ type }: Move) => type === 'command' || type === 'stall'

/**
 * Paths through the statechart that together meet the coverage: the same each time, without duplicates, few and short.
 * Takes a fraction of a second, or seconds with every command, whatever the windows of the policy: see `exact`, and
 * `abstraction` of a path.
 * @param policy as users write it; default: the default policy
 * @throws PolicyError (`INVALID_POLICY`), ArgumentError (`INVALID_ARGUMENT`): wrong options, a threshold above 1,000 calls,
 *   or options with too many states; the message says which to change
 */
export function generatePaths(policy: PolicyOptions = {}, options: PathOptions = {}): Path[] {
  checkOptions('options', options, PATH_OPTIONS)
  const { coverage = 'transitionPairs', maxLength = 30, ...graphOptions } = options
  if (!COVERAGES.includes(coverage)) throw new ArgumentError('coverage', COVERAGES.join(', '), coverage)
  if (!Number.isSafeInteger(maxLength) || maxLength < 1) {
    throw new ArgumentError('maxLength', 'a whole number of at least 1', maxLength)
  }
  const { graph, moves, abstraction } = breakerGraph(resolvePolicy(modelledPolicy(policy)), graphOptions)
  const walks =
    coverage === 'simple' ? simpleWalks(graph, maxLength, isUnnatural) : tours(graph, coverage, maxLength, isUnnatural)
  return walks.map((walk) => {
    const path = pathOf(
      policy,
      stepsOf(
        moves,
        walk.map(({ move }) => move),
      ),
    )
    return abstraction.length === 0 ? path : { ...path, abstraction }
  })
}

/** A move stands for other steps in each state of the same key. */
function stepsOf(moves: Moves, walk: readonly Move[]): Step[] {
  let state = moves.start
  return walk.flatMap((move) => {
    const steps = moves.stepsOf(state.model, move)
    state = moves.take(state, move)
    return steps
  })
}

/** The policy as the model knows it: chance has no place in a path, and a call ends when a step ends it. */
export function modelledPolicy(policy: PolicyOptions): PolicyOptions {
  if (typeof policy !== 'object' || policy === null) return policy
  // Spread, a promise or a map would pass for an empty table, and an object with getters would lose them.
  const given = Object.getPrototypeOf(policy) === Object.prototype ? policy : plainOptions(policy)
  const { timeout: _, ...rest } = given
  return rest.backoff ? { ...rest, backoff: { ...rest.backoff, jitter: 0 } } : rest
}

function plainOptions(policy: PolicyOptions): PolicyOptions {
  checkOptions('policy', policy)
  const names = Object.keys(defaultPolicy()).map((name) => name.replace(/Ms$/, '') as keyof PolicyOptions)
  return Object.fromEntries(names.filter((name) => name in policy).map((name) => [name, policy[name]]))
}

/** The path that takes these steps from a new breaker. */
export function pathOf(policy: PolicyOptions, steps: readonly Step[]): Path {
  const told: Told[] = []
  let before = startModel(resolvePolicy(modelledPolicy(policy)))
  for (const step of steps) {
    const after = takeStep(before, step)
    told.push({ step, before, after })
    before = after
  }
  return {
    title: tellPath(told),
    policy: modelledPolicy(policy),
    steps: told.map(pathStepOf),
  }
}

/** A step as part of a path: in words, and with what must be seen after it. */
export function pathStepOf(told: Told): PathStep {
  const { step, after } = told
  const expect = expectationOf(after, step)
  return { step, says: tellStep(told), taken: after.taken, expect, justBefore: justBefore(told) }
}

function justBefore({ step, before }: Told): Expectation | undefined {
  if (step.type !== 'pass' || step.ms <= 1) return undefined
  const earlier = { type: 'pass', ms: step.ms - 1 } as const
  return expectationOf(takeStep(before, earlier), earlier)
}

function expectationOf(state: ModelState, step: Step): Expectation {
  const { generation, probes } = dataOf(state)
  return {
    state: stateOf(state),
    admitted: step.type === 'admit' ? state.answer === 'admitted' : undefined,
    generation,
    calls: state.counts,
    timers: state.machine.timers.length,
    callsInFlight: state.calls.length,
    probesInFlight: probes.length,
  }
}
