// Moves: what the path generator does in a state of the model: one step, or, under a policy whose evidence has too many
// states, a run of calls or a wait until all evidence is gone. Then it takes few calls of its own between these.
import type { Policy } from '../../core/rules/policy.ts'
import { TRIGGERS } from '../../core/rules/triggers/index.ts'
import { endOfAll, evidenceKey, isFresh } from './evidence.ts'
import {
  dataOf,
  isCallLate,
  type ModelCall,
  type ModelState,
  type Step,
  slowAfterMs,
  startModel,
  stateOf,
  takeStep,
} from './model.ts'
import { type Ran, type Run, runsFor, runTimeMs, takeRun } from './runs.ts'
import { fromOrdinal, keyOf, type StepOptions, stepsFrom, toOrdinal } from './steps.ts'

export type Move = Step | Run | { readonly type: 'wait' }

export interface Explored {
  readonly model: ModelState
  /** Calls and waits since there was no evidence, or since the run. */
  readonly spent: number
  /** The kind of the run that the evidence began with. */
  readonly ran: Run['mark'] | undefined
  readonly taken: readonly string[]
}

/** The moves of one policy: which there are in a state, which steps each is made of, and which states are the same. */
export interface Moves {
  readonly start: Explored
  movesFrom(state: Explored): Move[]
  stepsOf(state: ModelState, move: Move): readonly Step[]
  take(state: Explored, move: Move): Explored
  keyOf(state: Explored): string
}

/** Of calls and waits for slow ones, between runs: what brings any trigger to fire from where a run leaves it, and 1 more. */
const FREE = 3

/** Every step is a move of its own. */
export function singleMoves(policy: Policy, options: StepOptions): Moves {
  return {
    start: { model: startModel(policy), spent: 0, ran: undefined, taken: [] },
    movesFrom: ({ model }) => stepsFrom(model, policy, options).map((step) => toOrdinal(model, step)),
    stepsOf: (model, move) => [fromOrdinal(model, move as Step)],
    take(state, move) {
      const { model } = state
      const next = takeStep(model, fromOrdinal(model, move as Step))
      return { ...state, model: next, taken: next.taken }
    },
    keyOf: ({ model }) => keyOf(model, policy),
  }
}

/** Runs where there is no evidence, a few calls where there is, and waits until all of it is gone. */
export function runMoves(given: Policy, options: StepOptions): Moves {
  const policy = smaller(given)
  const runs = runsFor(policy, options.results)
  const phase = !isShort(policy, runs, options.maxInFlight)
  const known = new WeakMap<ModelState, Map<Run, Ran | null>>()

  function ran(run: Run, model: ModelState): Ran | null {
    const here = known.get(model) ?? new Map<Run, Ran | null>()
    known.set(model, here)
    const result = here.has(run) ? here.get(run) : takeRun(run, model, policy, options.maxInFlight)
    here.set(run, result ?? null)
    return result ?? null
  }

  function closedMoves({ model, spent, ran: began }: Explored): Move[] {
    const { evidence } = dataOf(model)
    const { now } = model.machine
    const plain = model.calls.filter((call) => !isCallLate(model, call))
    const steps = stepsFrom(model, policy, options).filter(({ type }) => {
      if (type === 'admit') return spent + plain.length < FREE
      // What an operator does in closed does not depend on the evidence.
      return type === 'command' ? spent <= 1 : type !== 'pass'
    })
    const moves: Move[] = steps.map((step) => toOrdinal(model, step))
    const slowIn = untilSlow(plain, now, policy)
    // A run of failures is about failures.
    if (slowIn !== undefined && spent < FREE && began !== 'fail') moves.push({ type: 'pass', ms: slowIn })
    if (endOfAll(evidence, policy, now) !== undefined) moves.push({ type: 'wait' })
    const isOffered = plain.length === 0 && model.calls.length < options.maxInFlight && isFresh(evidence, policy, now)
    return isOffered ? [...moves, ...runs.filter((run) => ran(run, model) !== null)] : moves
  }

  function stepsOf(model: ModelState, move: Move): readonly Step[] {
    if (move.type === 'run') return ran(move, model)?.steps ?? []
    if (move.type !== 'wait') return [fromOrdinal(model, move)]
    const { now } = model.machine
    return [{ type: 'pass', ms: Math.ceil((endOfAll(dataOf(model).evidence, policy, now) ?? now) - now) }]
  }

  return {
    start: { model: startModel(policy), spent: 0, ran: undefined, taken: [] },
    stepsOf,
    movesFrom: (state) =>
      stateOf(state.model) === 'closed'
        ? closedMoves(state)
        : stepsFrom(state.model, policy, options).map((step) => toOrdinal(state.model, step)),
    take(state, move) {
      const before = state.model
      if (move.type === 'run') {
        const result = ran(move, before)
        return result === null
          ? { ...state, taken: [] }
          : { model: result.after, spent: 0, ran: move.mark, taken: result.taken }
      }
      const [step] = stepsOf(before, move)
      const model = step === undefined ? before : takeStep(before, step)
      const { taken } = model
      const { evidence } = dataOf(model)
      const isOver = stateOf(model) !== 'closed' || isFresh(evidence, policy, model.machine.now)
      if (isOver) return { model, spent: 0, ran: undefined, taken }
      const isSpent = move.type === 'pass' || evidence !== dataOf(before).evidence
      return { model, spent: isSpent ? state.spent + 1 : state.spent, ran: state.ran, taken }
    },
    keyOf({ model, spent, ran: began }) {
      const evidence = (now: number) => [began, spent, evidenceKey(dataOf(model).evidence, policy, now, phase)]
      return keyOf(model, policy, evidence)
    },
  }
}

function untilSlow(plain: readonly ModelCall[], now: number, policy: Policy): number | undefined {
  const times = plain.map(({ admittedAt }) => admittedAt + slowAfterMs(policy) - now).filter((ms) => ms > 0)
  const first = Math.min(...times)
  return first < Number.POSITIVE_INFINITY ? first : undefined
}

/** No call ever leaves a window of calls that is larger than what is put into it. */
function smaller(policy: Policy): Policy {
  const shrunk = Object.values(TRIGGERS).flatMap(({ OPTION, needs: needsOf }) => {
    const needs = needsOf(policy)
    if (needs?.window == null || !('calls' in needs.window)) return []
    const calls = Math.min(needs.window.calls, needs.calls + 2 * FREE)
    return [[OPTION, { ...(policy[OPTION] as object), window: { calls } }] as const]
  })
  return { ...policy, ...Object.fromEntries(shrunk) }
}

/** Whether all that happens between two waits is over before any bucket of a window ends, whenever it began. */
function isShort(policy: Policy, runs: readonly Run[], maxInFlight: number): boolean {
  const free = policy.slowCalls === null ? 0 : FREE * slowAfterMs(policy)
  const longest = Math.max(0, ...runs.map((run) => runTimeMs(run, policy, Math.max(1, maxInFlight - 1)))) + free
  return Object.values(TRIGGERS).every((trigger) => {
    const size = trigger.needs(policy)?.window
    return size == null || !('timeMs' in size) || longest <= size.timeMs * (1 - 1 / size.buckets)
  })
}
