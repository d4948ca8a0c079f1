// The model: the production statechart in virtual time, and the calls in flight around it. A state is a value; a step
// returns the next one. The machine makes its decisions; what it does not know (who called) is kept here.
import { breakerMachine, stateOf as stateOfMachine } from '../../../machines/breaker.machine.ts'
import { commandEvent } from '../../core/rules/commands.ts'
import { holdsProbe, isLate, overdueEvent, resume, wasAdmitted } from '../../core/rules/decide.ts'
import type { Policy } from '../../core/rules/policy.ts'
import type { BreakerState } from '../../core/rules/states.ts'
import type { CallResult, Command, Observation } from '../driver.ts'
import { passTime, sendEvent, startMachine, type TimedMachine } from './timed-machine.ts'

type Machine = TimedMachine<typeof breakerMachine>

/** A call in flight; it has the number of its admission. */
export interface ModelCall {
  readonly number: number
  readonly generation: number
  readonly probe: number | undefined
  readonly admittedAt: number
  /** It was counted as slow while it was in flight. */
  readonly isSlow: boolean
  /** Admitted by a breaker that was deleted since: whatever it reports is no business of this one. */
  readonly orphaned: boolean
}

export interface ModelState {
  readonly machine: Machine
  readonly calls: readonly ModelCall[]
  readonly admissions: number
  readonly counts: Observation['calls']
  /** Time has passed that no timer has told of yet. */
  readonly stalled: boolean
  /** The result of the last step. */
  readonly answer: 'admitted' | 'rejected' | 'late' | undefined
  readonly taken: readonly string[]
}

/** From this age on a call is slow. */
export function slowAfterMs({ slowCalls }: Policy): number {
  return slowCalls === null ? Number.POSITIVE_INFINITY : slowCalls.slowerThanMs + 1
}

/** What happens in a path. Calls have the numbers of their admissions, from 1; times are in ms. */
export type Step =
  | { readonly type: 'admit' }
  | { readonly type: 'settle'; readonly call: number; readonly result: CallResult }
  /** An outcome without a permit (R11b). */
  | { readonly type: 'report'; readonly result: 'succeed' | 'fail' }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'stall'; readonly ms: number }
  | { readonly type: 'command'; readonly command: Command }

const NO_CALLS = { allowed: 0, rejected: 0, succeeded: 0, failed: 0, ignored: 0, late: 0 }
const COUNT_OF = { succeed: 'succeeded', fail: 'failed', ignore: 'ignored' } as const

export function startModel(policy: Policy): ModelState {
  const machine = startMachine(breakerMachine, { policy, seed: 0, at: 0 }, 0)
  return { machine, calls: [], admissions: 0, counts: NO_CALLS, stalled: false, answer: undefined, taken: [] }
}

export function stateOf({ machine }: ModelState): BreakerState {
  return stateOfMachine(machine.snapshot)
}

export function dataOf({ machine }: ModelState) {
  return machine.snapshot.context.data
}

export function isCallLate(state: ModelState, call: ModelCall): boolean {
  return call.orphaned || isLate(dataOf(state), call.generation, call.probe)
}

export function takeStep(before: ModelState, step: Step): ModelState {
  const state = { ...before, machine: { ...before.machine, taken: [] }, answer: undefined }
  if (step.type === 'stall') {
    const machine = { ...state.machine, now: state.machine.now + step.ms }
    return { ...state, machine, taken: [], stalled: true }
  }
  if (step.type === 'pass') {
    const until = state.machine.now + step.ms
    const slow = becomeSlow(state, until)
    const machine = passTime(breakerMachine, slow.machine, until)
    return { ...slow, machine, taken: machine.taken, stalled: false }
  }
  const ready = comesAfterOverdue(step) ? caughtUp(state) : state
  const after =
    step.type === 'admit'
      ? admit(ready)
      : step.type === 'settle'
        ? settle(ready, step.call, step.result)
        : step.type === 'report'
          ? report(ready, step.result)
          : command(ready, step.command)
  return { ...after, taken: after.machine.taken }
}

/** Whether what is overdue comes first. It does when the state is read, too, as after each step; a deletion ends it. */
function comesAfterOverdue(step: Step): boolean {
  return step.type !== 'command' || step.command !== 'delete'
}

function caughtUp(state: ModelState): ModelState {
  const slow = becomeSlow(state, state.machine.now)
  return { ...slow, machine: catchUp(slow.machine), stalled: false }
}

/** The calls in flight that have become slow by then, while it is closed, in the order in which they did. */
function becomeSlow(state: ModelState, until: number): ModelState {
  let current = state
  for (;;) {
    const slowAt = ({ admittedAt }: ModelCall) => admittedAt + slowAfterMs(current.machine.snapshot.context.policy)
    const [call] = current.calls
      .filter((each) => !each.isSlow && !isCallLate(current, each) && slowAt(each) <= until)
      .toSorted((one, other) => slowAt(one) - slowAt(other))
    if (call === undefined || stateOf(current) !== 'closed') return current
    const at = slowAt(call)
    const calls = current.calls.map((other) => (other === call ? { ...call, isSlow: true } : other))
    const passed = { ...current.machine, now: Math.max(current.machine.now, at) }
    const machine = sendEvent(breakerMachine, passed, { type: 'slow', at }, at)
    current = { ...current, calls, machine }
  }
}

function catchUp(machine: Machine): Machine {
  let current = machine
  for (;;) {
    const { data } = current.snapshot.context
    const overdue = overdueEvent(stateOfMachine(current.snapshot), data, current.now)
    if (overdue === null) return current
    current = sendEvent(breakerMachine, current, overdue, overdue.at)
  }
}

function admit(state: ModelState): ModelState {
  const number = state.admissions + 1
  const machine = sendEvent(breakerMachine, state.machine, { type: 'admit', probe: number, at: state.machine.now })
  const { value, context } = machine.snapshot
  const isProbe = holdsProbe(context.data, number)
  const isShared = value === 'ramping' && wasAdmitted(context.data, number)
  if (!isProbe && !isShared && value !== 'closed' && value !== 'disabled') {
    const counts = { ...state.counts, rejected: state.counts.rejected + 1 }
    return { ...state, machine, counts, answer: 'rejected' }
  }
  const { generation } = context.data
  const call = {
    number,
    generation,
    probe: isProbe ? number : undefined,
    admittedAt: machine.now,
    isSlow: false,
    orphaned: false,
  }
  const counts = { ...state.counts, allowed: state.counts.allowed + 1 }
  return { ...state, machine, calls: [...state.calls, call], admissions: number, counts, answer: 'admitted' }
}

function report(state: ModelState, result: 'succeed' | 'fail'): ModelState {
  const { generation } = dataOf(state)
  const event = { type: result, generation, durationMs: Number.NaN, at: state.machine.now }
  const counts = { ...state.counts, [COUNT_OF[result]]: state.counts[COUNT_OF[result]] + 1 }
  return { ...state, machine: sendEvent(breakerMachine, state.machine, event), counts }
}

function settle(state: ModelState, number: number, result: CallResult): ModelState {
  const call = state.calls.find((other) => other.number === number)
  if (call === undefined) return state
  const calls = state.calls.filter((other) => other !== call)
  if (call.orphaned) return { ...state, calls, answer: 'late' }
  const late = isCallLate(state, call)
  const { generation, probe } = call
  const permit = probe === undefined ? { generation } : { generation, probe }
  const at = state.machine.now
  const event = { type: result, ...permit, durationMs: at - call.admittedAt, isSlow: call.isSlow, at }
  const machine = sendEvent(breakerMachine, state.machine, event)
  const count = late ? 'late' : COUNT_OF[result]
  const counts = { ...state.counts, [count]: state.counts[count] + 1 }
  return { ...state, machine, calls, counts, answer: late ? 'late' : undefined }
}

function command(state: ModelState, name: Command): ModelState {
  const { machine } = state
  const { value, context } = machine.snapshot
  const { policy, seed, data } = context
  const at = machine.now
  if (name === 'crash') {
    const resumed = { ...data }
    resume(resumed)
    const restored = { state: stateOf(state), data: resumed }
    return restart(state, { policy, seed, at, restored }, `${value} --crash--> ${value}`)
  }
  if (name === 'delete') {
    const fresh = startModel(policy)
    const restored = { ...dataOf(fresh), generation: data.generation + 1 }
    const input = { policy, seed, at, restored: { state: 'closed' as const, data: restored } }
    const calls = state.calls.map((call) => ({ ...call, orphaned: true }))
    return { ...restart(state, input, `${value} --delete--> closed`), calls, counts: NO_CALLS, stalled: false }
  }
  return { ...state, machine: sendEvent(breakerMachine, machine, commandEvent(name, at, 'by hand')) }
}

function restart(state: ModelState, input: unknown, taken: string): ModelState {
  return { ...state, machine: { ...startMachine(breakerMachine, input, state.machine.now), taken: [taken] } }
}
