// Runs: many calls taken at once, which bring the evidence of a breaker that has none to just before a trigger fires.
// Every trigger of a large policy gets one; what is between is the same over and over, and in no state of the graph.
import type { Policy } from '../../core/rules/policy.ts'
import { TRIGGERS } from '../../core/rules/triggers/index.ts'
import type { Needs } from '../../core/rules/triggers/trigger.ts'
import type { CallResult } from '../driver.ts'
import { type ModelState, type Step, slowAfterMs, stateOf, takeStep } from './model.ts'

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

/** For each trigger that is more than a few calls away. */
export function runsFor(policy: Policy, results: readonly CallResult[]): Run[] {
  const runs = Object.values(TRIGGERS).flatMap((trigger) => almost(trigger.needs(policy)))
  return runs.filter(({ mark, marked, plain }) => {
    const succeeds = plain > 0 || mark === 'slow'
    return (
      marked + plain >= LEFT &&
      (!succeeds || results.includes('succeed')) &&
      (mark === 'slow' || results.includes('fail'))
    )
  })
}

/**
 * Two calls short of the minimum, with as many marked ones as open it then, so that two good calls do it; and with one
 * fewer, because another trigger may allow no more.
 */
function almost(needs: Needs | null): Run[] {
  if (needs === null) return []
  const { mark } = needs
  const calls = Math.max(0, needs.calls - LEFT)
  const marked = [Math.min(calls, needs.marked), Math.min(calls, Math.max(0, needs.marked - 1))]
  return [...new Set(marked)].map((count) => ({ type: 'run', mark, marked: count, plain: calls - count }))
}

/** Time that a run takes: slow calls are made `atOnce` and wait together. */
export function runTimeMs({ mark, marked }: Run, policy: Policy, atOnce: number): number {
  return mark === 'slow' ? Math.ceil(marked / atOnce) * slowAfterMs(policy) : 0
}

/** The result of a run from one state. */
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
    if (stateOf(state) !== 'closed') return null
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
