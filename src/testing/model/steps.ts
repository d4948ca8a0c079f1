// Which steps make sense in a state of the model, and when two states are the same for all that can follow.
import type { Policy } from '../../core/rules/policy.ts'
import { type CallResult, COMMANDS, type Command } from '../driver.ts'
import { endOfOldest, evidenceKey, holdsEnough } from './evidence.ts'
import {
  dataOf,
  isCallLate,
  type ModelCall,
  type ModelState,
  type Step,
  slowAfterMs,
  stateOf,
  takeStep,
} from './model.ts'

/** Which steps there are to take. */
export interface StepOptions {
  /** Calls in flight at once, at most. Default 2. */
  readonly maxInFlight: number
  /** What an operator does. Default: everything; for `describeBreaker` and `explore`: what the driver has. */
  readonly commands: readonly Command[]
  /** How calls end. Default: in every way; `'ignore'` only if the driver can. */
  readonly results: readonly CallResult[]
  /** Whether time may pass without a timer firing, as when the event loop is stalled. Default true. */
  readonly stalls: boolean
  /**
   * Whether things may happen 1 ms before a deadline, and a stall may last longer than to the next one, too. Default false;
   * for `explore`: true.
   */
  readonly justBefore: boolean
  /** Whether failures may be reported without a call, under `openTimeoutFrom: 'lastFailure'`. Default true. */
  readonly reports: boolean
}

export const ALL_STEPS: StepOptions = {
  maxInFlight: 2,
  commands: COMMANDS,
  results: ['succeed', 'fail', 'ignore'],
  stalls: true,
  justBefore: false,
  reports: true,
}

export function stepsFrom(state: ModelState, policy: Policy, options: StepOptions): Step[] {
  const steps: Step[] = []
  const { evidence } = dataOf(state)
  const isFull =
    state.calls.length >= options.maxInFlight ||
    (stateOf(state) === 'closed' && holdsEnough(evidence, policy, state.machine.now, state.calls.length))
  if (!isFull || takeStep(state, { type: 'admit' }).answer === 'rejected') steps.push({ type: 'admit' })
  for (const { number } of distinctCalls(state)) {
    for (const result of options.results) steps.push({ type: 'settle', call: number, result })
  }
  if (options.reports && policy.openTimeoutFrom === 'lastFailure') steps.push({ type: 'report', result: 'fail' })
  const ms = nextChangeIn(state, policy)
  if (ms !== undefined && !state.stalled) {
    steps.push({ type: 'pass', ms })
    if (options.justBefore && ms > 1) steps.push({ type: 'pass', ms: ms - 1 })
    if (options.stalls && state.machine.timers.length > 0) {
      steps.push({ type: 'stall', ms })
      if (options.justBefore) steps.push({ type: 'stall', ms: ms + Math.ceil(ms / 2) })
    }
  }
  if (state.stalled) steps.push({ type: 'pass', ms: 0 })
  for (const command of options.commands) steps.push({ type: 'command', command })
  return steps
}

/** What can be seen of a call from outside: two of a kind are the same for all that can follow. */
function kindOf(state: ModelState, call: ModelCall): string {
  if (call.orphaned) return 'orphaned'
  if (isCallLate(state, call)) return 'late'
  return call.probe === undefined
    ? `plain ${ageThatMatters(state, call)}`
    : `probe ${dataOf(state).probes.findIndex(({ id }) => id === call.probe)}`
}

function ageThatMatters({ machine }: ModelState, { admittedAt }: ModelCall): number {
  const { policy } = machine.snapshot.context
  return policy.slowCalls === null ? 0 : Math.min(machine.now - admittedAt, slowAfterMs(policy))
}

function distinctCalls(state: ModelState): ModelCall[] {
  const kinds = new Map(state.calls.map((call) => [kindOf(state, call), call]))
  return [...kinds.values()]
}

/** By kind: the n-th call is of the same kind in all states with the same key, whatever their numbers. */
function callsInOrder(state: ModelState): ModelCall[] {
  const kinds = new Map(state.calls.map((call) => [call, kindOf(state, call)]))
  const kind = (call: ModelCall) => kinds.get(call) ?? ''
  return state.calls.toSorted((left, right) => kind(left).localeCompare(kind(right)) || left.number - right.number)
}

/** The step for any state of the same key: its call is a place in their order, not a number. */
export function toOrdinal(state: ModelState, step: Step): Step {
  if (step.type !== 'settle') return step
  return { ...step, call: callsInOrder(state).findIndex(({ number }) => number === step.call) }
}

export function fromOrdinal(state: ModelState, step: Step): Step {
  if (step.type !== 'settle') return step
  return { ...step, call: callsInOrder(state)[step.call]?.number ?? 0 }
}

/** Openings beyond which a backoff grows no more. */
function openingsThatMatter({ backoff, openTimeoutMs }: Policy, openings: number): number {
  if (backoff === null) return 0
  if (backoff.factor === 1) return 1
  return Math.min(openings, 1 + Math.ceil(Math.log(backoff.maxMs / openTimeoutMs) / Math.log(backoff.factor)))
}

/** Ms until the next thing that time alone changes: a timer, or evidence that grows too old. */
function nextChangeIn(state: ModelState, policy: Policy): number | undefined {
  const { now, timers } = state.machine
  const [timer] = timers
  if (timer !== undefined) return Math.max(0, timer.dueAt - now)
  if (stateOf(state) !== 'closed') return undefined
  const slow = state.calls.map(({ admittedAt }) => admittedAt + slowAfterMs(policy))
  const oldest = endOfOldest(dataOf(state).evidence, policy, now) ?? Number.POSITIVE_INFINITY
  const changes = [oldest, ...slow].filter((at) => at > now && at < Number.POSITIVE_INFINITY)
  return changes.length === 0 ? undefined : Math.min(...changes) - now
}

/** Equal for states from which the same steps lead to the same answers. */
export function keyOf(
  state: ModelState,
  policy: Policy,
  evidence = (now: number) => evidenceKey(dataOf(state).evidence, policy, now),
): string {
  const { now, timers } = state.machine
  const { probes, probeSuccesses, probeFailures, openings, deadline, ramp } = dataOf(state)
  return JSON.stringify([
    stateOf(state),
    state.stalled,
    deadline === null ? null : deadline - now,
    timers.map(({ dueAt }) => dueAt - now),
    probes.map(({ expiresAt }) => expiresAt - now),
    // On a ramp, successes lead nowhere.
    ramp === null ? probeSuccesses : 0,
    probeFailures,
    ramp && [ramp.credit, now - ramp.startedAt],
    openingsThatMatter(policy, openings),
    stateOf(state) === 'closed' ? evidence(now) : null,
    callsInOrder(state).map((call) => kindOf(state, call)),
  ])
}
