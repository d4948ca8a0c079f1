// Runs: many calls taken at once, which bring the evidence of a breaker that has none to just before a trigger fires.
// Every trigger of a large policy gets one; what is between is the same over and over, and in no state of the graph.
import type { Policy, RateRule } from '../../rules/policy.ts'
import type { CallResult } from '../driver.ts'
import { type ModelState, type Step, stateOf, takeStep } from './model.ts'
import { slowAfterMs } from './steps.ts'

/** Calls that end in `result` or are slow, spread among calls that succeed. */
export interface Run {
  readonly type: 'run'
  readonly mark: 'fail' | 'slow'
  readonly marked: number
  readonly plain: number
}

/** Calls that a run leaves to do until the trigger can fire. */
const LEFT = 2
/** A path takes two steps for each call; beyond this nobody reads it, and it takes longer than a second to make. */
export const MOST_CALLS = 1_000

/** One for each trigger that is more than a few calls away. */
export function runsFor(policy: Policy, results: readonly CallResult[]): Run[] {
  const { failureThreshold, failureRate, slowCalls } = policy
  const runs: Run[] = []
  if (failureThreshold !== null) runs.push({ type: 'run', mark: 'fail', marked: failureThreshold - LEFT, plain: 0 })
  if (failureRate !== null) runs.push({ type: 'run', mark: 'fail', ...almost(failureRate) })
  if (slowCalls !== null) runs.push({ type: 'run', mark: 'slow', ...almost(slowCalls) })
  return runs.filter(({ mark, marked, plain }) => {
    const canEnd = (plain === 0 && mark === 'fail') || results.includes('succeed')
    return marked + plain >= LEFT && canEnd && (mark === 'slow' || results.includes('fail'))
  })
}

/** Two calls short of the minimum and one marked call short of the threshold: either way of ending can open it. */
function almost({ threshold, minimumCalls }: RateRule): { marked: number; plain: number } {
  const calls = Math.max(0, minimumCalls - LEFT)
  // The quotient may be a hair above the whole number that it is.
  const marked = Math.min(calls, Math.max(0, Math.ceil(threshold * minimumCalls - 1e-9) - 1))
  return { marked, plain: calls - marked }
}

/** Time that a run takes: slow calls are made `atOnce` and wait together. */
export function runTimeMs({ mark, marked }: Run, policy: Policy, atOnce: number): number {
  return mark === 'slow' ? Math.ceil(marked / atOnce) * slowAfterMs(policy) : 0
}

/** What a run comes to from one state. */
export interface Ran {
  readonly steps: readonly Step[]
  readonly after: ModelState
  readonly taken: readonly string[]
}

/** The run from here; `null` when it is not closed all the way: another trigger comes first. */
export function takeRun(run: Run, start: ModelState, policy: Policy, maxInFlight: number): Ran | null {
  const atOnce = maxInFlight - start.calls.length
  const steps: Step[] = []
  const taken: string[] = []
  let state = start
  const take = (step: Step) => {
    steps.push(step)
    state = takeStep(state, step)
    taken.push(...state.taken)
  }
  const batches = run.mark === 'slow' ? slowBatches(run, atOnce) : spread(run).map((result) => ({ result, calls: 1 }))
  for (const { result, calls } of batches) {
    const first = state.admissions + 1
    for (let call = 0; call < calls; call++) take({ type: 'admit' })
    if (result === 'slow') take({ type: 'pass', ms: slowAfterMs(policy) })
    for (let call = 0; call < calls; call++) {
      take({ type: 'settle', call: first + call, result: result === 'slow' ? 'succeed' : result })
      if (stateOf(state) !== 'closed') return null
    }
  }
  return { steps, after: state, taken }
}

type Batch = { readonly result: 'succeed' | 'fail' | 'slow'; readonly calls: number }

function slowBatches({ marked, plain }: Run, atOnce: number): Batch[] {
  const batches: Batch[] = []
  for (let left = marked; left > 0; left -= atOnce) batches.push({ result: 'slow', calls: Math.min(left, atOnce) })
  for (let left = plain; left > 0; left--) batches.push({ result: 'succeed', calls: 1 })
  return batches
}

/** Evenly, so that as few failures as can be are in a row; the longer rows first. */
function spread({ marked, plain }: Run): ('succeed' | 'fail')[] {
  return Array.from({ length: plain + 1 }, (_, gap) => {
    const failures = Math.floor((marked + plain - gap) / (plain + 1))
    const row = new Array<'succeed' | 'fail'>(failures).fill('fail')
    return gap < plain ? [...row, 'succeed' as const] : row
  }).flat()
}
