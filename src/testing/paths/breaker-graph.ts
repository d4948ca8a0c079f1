// The graph of the breaker under one policy: explored step by step where that is soon done, else in runs of calls; and
// in words what the runs leave out. Made for generatePaths and for coverage, which must mean the same graph.
import { ArgumentError } from '../../core/edge/errors.ts'
import type { Policy, RateRule } from '../../core/rules/policy.ts'
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
function checkRuns({ failureThreshold, failureRate, slowCalls }: Policy): void {
  const needed = {
    failureThreshold: failureThreshold ?? 0,
    'failureRate.minimumCalls': failureRate?.minimumCalls ?? 0,
    'slowCalls.minimumCalls': slowCalls?.minimumCalls ?? 0,
  }
  for (const [where, calls] of Object.entries(needed)) {
    const expected = `at most ${MOST_CALLS}, since a path makes each of the calls: test with a smaller one`
    if (calls > MOST_CALLS) throw new ArgumentError(where, expected, calls)
  }
}

/** How many states the evidence of a closed breaker can be in, roughly. */
function waysOf({ failureThreshold, failureWindowMs, failureRate, slowCalls }: Policy): number {
  const failures = failureThreshold === null ? 1 : failureThreshold * (failureWindowMs === null ? 1 : 2)
  // Calls become slow at any time in a bucket.
  if (slowCalls !== null && [slowCalls, failureRate].some((rule) => rule !== null && 'timeMs' in rule.window))
    return Number.POSITIVE_INFINITY
  return failures * waysOfWindow(failureRate) * waysOfWindow(slowCalls)
}

function waysOfWindow(rule: RateRule | null): number {
  if (rule === null) return 1
  if ('calls' in rule.window) return 2 ** (rule.window.calls + 1)
  // Counts of calls and of marked ones among them, in one bucket or two.
  return (rule.minimumCalls + 2) ** 2
}

function abstractionOf({ failureThreshold, failureWindowMs, failureRate, slowCalls }: Policy): string[] {
  const lines = ['many calls that only fill a count or a window are taken as one move; a path holds each of them']
  if (failureThreshold !== null) lines.push(`failures: up to 4, or from ${Math.max(0, failureThreshold - 2)} on`)
  const rules = { 'failure rate': failureRate, 'slow calls': slowCalls }
  for (const [name, rule] of Object.entries(rules)) {
    if (rule === null) continue
    const { minimumCalls, window } = rule
    lines.push(`${name}: windows of up to 4 calls, or from ${Math.max(0, minimumCalls - 2)} to ${minimumCalls + 2}`)
    if ('timeMs' in window) lines.push(`${name}: a window is left to empty all at once, not slice by slice`)
    else if (window.calls > minimumCalls + 2) lines.push(`${name}: no window is full, so none loses its oldest call`)
  }
  if (failureWindowMs !== null) lines.push('failures: those in the window are left to grow too old all together')
  return lines
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}
