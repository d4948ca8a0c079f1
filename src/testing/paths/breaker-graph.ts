// The graph of the breaker under one policy: explored step by step where that is soon done, else in runs of calls; and
// in words what the runs leave out. Made for generatePaths and for coverage, which must mean the same graph.
import { ArgumentError } from '../../core/edge/errors.ts'
import { triggersOf } from '../../core/options/triggers-of.ts'
import type { Policy } from '../../core/rules/policy.ts'
import type { Needs } from '../../core/rules/triggers/trigger.ts'
import { stateOf } from '../model/model.ts'
import { type Explored, type Move, type Moves, runMoves, singleMoves } from '../model/moves.ts'
import { MOST_CALLS } from '../model/runs.ts'
import { ALL_STEPS, type StepOptions } from '../model/steps.ts'
import { buildGraph, type Graph } from './graph.ts'

/** Which steps there are, and whether they are taken one by one. */
export interface GraphOptions extends Partial<StepOptions> {
  /**
   * Whether every way to fill the windows and counts of the policy is explored, one call at a time. Default: `true` if the
   * policy is small enough to do that quickly; otherwise many calls are taken as one move (`abstraction` of a path says
   * so). `true` may take minutes, or be refused; `false` always takes runs.
   */
  readonly exact?: boolean | undefined
}

export interface BreakerGraph {
  readonly graph: Graph<Move>
  readonly moves: Moves
  /** What is left out, a line for each rule; empty when nothing is. */
  readonly abstraction: readonly string[]
}

export const GRAPH_OPTIONS = [
  'exact',
  'maxInFlight',
  'commands',
  'results',
  'stalls',
  'justBefore',
  'reports',
] as const satisfies readonly (keyof GraphOptions)[]

/** Ways that the evidence can be in; above it the graph takes longer than a fraction of a second. */
const MOST_EVIDENCE = 50
const MOST_STATES = 3_000
const MOST_IN_FLIGHT = 10
const MOST_STATES_EXACT = 50_000

/** @throws ArgumentError (`INVALID_ARGUMENT`) when an option is nonsense, or there are too many states. */
export function breakerGraph(policy: Policy, options: GraphOptions): BreakerGraph {
  if (options.exact !== undefined || waysOf(policy) > MOST_EVIDENCE) return exploreGraph(policy, options)
  try {
    return exploreGraph(policy, { ...options, exact: true }, MOST_STATES)
  } catch (error) {
    if (!(error instanceof ArgumentError && error.message.startsWith(WHERE))) throw error
    // The estimate was too low: time just before each deadline, or many calls in flight.
    return exploreGraph(policy, { ...options, exact: false })
  }
}

function exploreGraph(
  policy: Policy,
  { exact, ...given }: GraphOptions,
  mostStates = exact === true ? MOST_STATES_EXACT : MOST_STATES,
): BreakerGraph {
  if (exact !== undefined && typeof exact !== 'boolean') throw new ArgumentError('exact', 'true or false', exact)
  const options = { ...ALL_STEPS, ...withoutUndefined(given) }
  checkSteps(options, mostStates === MOST_STATES_EXACT ? Number.MAX_SAFE_INTEGER : MOST_IN_FLIGHT)
  const isExact = exact === true
  if (!isExact) checkRuns(policy)
  const moves = isExact ? singleMoves(policy, options) : runMoves(policy, options)
  const graph = buildGraph({
    start: moves.start,
    movesFrom: moves.movesFrom,
    take: moves.take,
    keyOf: moves.keyOf,
    lengthOf: ({ model }: Explored, move: Move) => moves.stepsOf(model, move).length,
    stateOf: ({ model }: Explored) => stateOf(model),
    takenBy: ({ taken }: Explored) => taken,
    mostStates,
    tooLarge: {
      where: WHERE,
      expected: `a policy and options with at most ${mostStates} states: ${REMEDIES}`,
    },
  })
  return { graph, moves, abstraction: isExact ? [] : abstractionOf(policy) }
}

const WHERE = 'the model'
const REMEDIES = 'fewer calls in flight (maxInFlight), fewer probes, a smaller backoff.max, fewer commands or results'

function checkSteps({ maxInFlight, commands, results }: StepOptions, most: number): void {
  if (!Number.isSafeInteger(maxInFlight) || maxInFlight < 1) {
    throw new ArgumentError('maxInFlight', 'a whole number of at least 1', maxInFlight)
  }
  if (maxInFlight > most) throw new ArgumentError('maxInFlight', `at most ${most}, or exact: true`, maxInFlight)
  checkList('commands', commands, ALL_STEPS.commands)
  checkList('results', results, ALL_STEPS.results)
}

function checkList(where: string, given: unknown, all: readonly string[]): void {
  const expected = `a list of ${all.join(', ')}`
  if (!Array.isArray(given)) throw new ArgumentError(where, expected, given)
  const unknown = given.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new ArgumentError(where, expected, unknown)
}

/** A path holds every call that it takes to open. */
function checkRuns(policy: Policy): void {
  for (const { where, calls } of needsOf(policy)) {
    const expected = `at most ${MOST_CALLS}, since a path makes each of the calls: test with a smaller one`
    if (calls > MOST_CALLS) throw new ArgumentError(where, expected, calls)
  }
}

function needsOf(policy: Policy): Needs[] {
  return [...triggersOf(policy).values()]
}

/** How many states the evidence of a closed breaker can be in, roughly. */
function waysOf(policy: Policy): number {
  const needs = needsOf(policy)
  // Calls become slow at any time in a bucket.
  const isTimed = needs.some(({ window }) => window !== null && 'timeMs' in window)
  if (isTimed && needs.some(({ mark }) => mark === 'slow')) return Number.POSITIVE_INFINITY
  return needs.reduce((ways, each) => ways * waysOfOne(each, policy), 1)
}

function waysOfOne({ calls, window }: Needs, { failureWindowMs }: Policy): number {
  if (window === null) return calls * (failureWindowMs === null ? 1 : 2)
  if ('calls' in window) return 2 ** (window.calls + 1)
  // Counts of calls and of marked ones among them, in one bucket or two.
  return (calls + 2) ** 2
}

function abstractionOf(policy: Policy): string[] {
  const lines = ['many calls that only fill a count or a window are taken as one move; a path holds each of them']
  for (const [option, { calls, window }] of triggersOf(policy)) {
    const name = option.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    if (window === null) {
      lines.push(`failures: up to 4, or from ${Math.max(0, calls - 2)} on`)
      continue
    }
    lines.push(`${name}: windows of up to 4 calls, or from ${Math.max(0, calls - 2)} to ${calls + 2}`)
    if ('timeMs' in window) lines.push(`${name}: a window is left to empty all at once, not slice by slice`)
    else if (window.calls > calls + 2) lines.push(`${name}: no window is full, so none loses its oldest call`)
  }
  if (policy.failureWindowMs !== null) lines.push('failures: those in the window are left to grow too old all together')
  return lines
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}
