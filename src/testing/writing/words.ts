// Words: a step, and a whole path, as a person would tell it.
import { type BreakerState, STATE_WORDS } from '../../core/rules/states.ts'
import type { Command } from '../driver.ts'
import { dataOf, type ModelState, type Step, stateOf } from '../model/model.ts'

const BECOMES: Record<BreakerState, string> = {
  closed: 'it closes',
  open: 'it opens',
  halfOpen: 'it is half-open',
  forcedOpen: 'it is forced open',
  disabled: 'it is disabled',
}

/** A command that is no verb of its own, or no operator's. */
const DONE: Partial<Record<Command, string>> = {
  probe: 'an operator has it probe',
  delete: 'it is deleted, and its name used again',
  crash: 'its actor crashes and is restarted',
}

const ENDS = { succeed: 'succeeds', fail: 'fails', ignore: 'is ignored' } as const
const LATE = { succeed: 'a late success', fail: 'a late failure', ignore: 'a late ignored call' } as const

export interface Told {
  readonly step: Step
  readonly before: ModelState
  readonly after: ModelState
}

/** One step in full, as in a numbered story. */
export function tellStep(told: Told): string {
  const { before, after } = told
  const changed = stateOf(before) !== stateOf(after)
  return changed ? `${tellDeed(told)}: ${BECOMES[stateOf(after)]}` : tellDeed(told)
}

function tellDeed({ step, after }: Told): string {
  switch (step.type) {
    case 'admit':
      if (after.answer === 'rejected') return 'a call is rejected'
      return `call ${after.admissions} is admitted${stateOf(after) === 'halfOpen' ? ' as a probe' : ''}`
    case 'settle':
      return `call ${step.call} ${ENDS[step.result]}${after.answer === 'late' ? ', late: it changes nothing' : ''}`
    case 'report':
      return `${step.result === 'fail' ? 'a failure' : 'a success'} is reported without a call`
    case 'pass':
      return step.ms === 0 ? 'the event loop runs again' : `${tellTime(step.ms)} pass`
    case 'stall':
      return `the event loop stalls for ${tellTime(step.ms)}`
    case 'command':
      return DONE[step.command] ?? `an operator ${step.command}s it`
  }
}

export function tellTime(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  return `${Math.round(ms) / 1_000} s`
}

const MOST_PHRASES = 8

/** A path in one line: what opened it, what closed it, what came late. */
export function tellPath(path: readonly Told[]): string {
  const phrases: string[] = []
  let failures = 0
  for (const told of path) {
    const { step, before, after } = told
    if (step.type === 'settle' && after.answer !== 'late') {
      if (step.result === 'fail') failures++
      else if (step.result === 'succeed') failures = 0
    }
    const phrase = notable(told, failures)
    if (phrase !== undefined && phrase !== phrases.at(-1)) phrases.push(phrase)
    if (phrase !== undefined || stateOf(before) !== stateOf(after)) failures = 0
  }
  const last = path.at(-1)
  const end = last === undefined ? [] : [tellState(stateOf(last.after))]
  if (phrases.length === 0 && last !== undefined) {
    const calls = last.after.admissions
    return `${calls} ${calls === 1 ? 'call leaves' : 'calls leave'} it ${tellState(stateOf(last.after))}`
  }
  if (phrases.length <= MOST_PHRASES) return [...phrases, ...end].join('; ')
  return [...phrases.slice(0, MOST_PHRASES), `… ${path.length} steps in all`, ...end].join('; ')
}

function notable(told: Told, failures: number): string | undefined {
  const { step, before, after } = told
  const changed = stateOf(before) !== stateOf(after)
  switch (step.type) {
    case 'admit':
      if (after.answer === 'rejected') return 'a call is rejected'
      return stateOf(after) === 'halfOpen' ? 'a probe is admitted' : undefined
    case 'settle':
      if (after.answer === 'late') return `${LATE[step.result]} changes nothing`
      if (!changed) return stateOf(before) === 'halfOpen' ? `the probe ${ENDS[step.result]}` : undefined
      if (stateOf(before) === 'closed') return tellTrigger(after, failures)
      return `the probe ${ENDS[step.result]}`
    case 'pass':
      return changed ? `${tellTime(step.ms)} later ${BECOMES[stateOf(after)]}` : undefined
    case 'stall':
      return tellDeed(told)
    case 'report':
      return tellDeed(told)
    case 'command':
      return tellDeed(told)
  }
}

function tellTrigger(after: ModelState, failures: number): string {
  const { reason } = dataOf(after)
  if (reason !== null && 'rate' in reason) {
    const marked = Math.round(reason.rate * reason.calls)
    return `${marked} ${'slowerThanMs' in reason ? 'slow' : 'failed'} of ${reason.calls} calls open it`
  }
  return `${failures} ${failures === 1 ? 'failure opens' : 'failures open'} it`
}

export function tellState(state: BreakerState): string {
  return STATE_WORDS[state]
}
