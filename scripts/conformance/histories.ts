// Histories: every step from every state that the model can be in, by the shortest way there; and the tours that
// generatePaths makes, which lead through longer ones. Histories in which something came late, or grew too old to count,
// are kept apart from those without: a library may remember what the model forgets. They are the same for every library
// and every trial, and the model is slow: each is worked out once a process.

import type { PolicyOptions } from '../../src/core/edge/resolve-policy.ts'
import { resolvePolicy } from '../../src/index.ts'
import { dataOf, type ModelState, type Step, startModel, stateOf, takeStep } from '../../src/testing/model/model.ts'
import { ALL_STEPS, keyOf, type StepOptions, stepsFrom } from '../../src/testing/model/steps.ts'
import { generatePaths, type Path, type PathStep, pathStepOf } from '../../src/testing/paths/paths.ts'

const STEPS: StepOptions = { ...ALL_STEPS, commands: [], results: ['succeed', 'fail'], justBefore: true }
const MOST_LATE = 1
const MOST_REFUSED = 2
const MOST_OPENINGS = 2

interface Reached {
  readonly state: ModelState
  readonly key: string
  readonly history: readonly PathStep[]
  readonly late: string
  /** Calls refused while half-open, in this generation. */
  readonly refused: number
  /** Something has grown too old to count. */
  readonly aged: boolean
  next: readonly Reached[] | undefined
}

export interface Reach {
  readonly depth: number
  readonly maxInFlight: number
  readonly stalls?: boolean
  readonly justBefore?: boolean
}

/** Called with a history whose last step is to be judged; says whether histories that begin with it are worth taking. */
export type Visitor = (path: Path) => Promise<boolean>

const roots = new Map<string, Reached>()

export async function visitHistories(policy: PolicyOptions, reach: Reach, visit: Visitor): Promise<number> {
  const { depth, maxInFlight, stalls = true, justBefore = true } = reach
  const resolved = resolvePolicy(policy)
  const options = { ...STEPS, maxInFlight, stalls, justBefore }
  const id = JSON.stringify([policy, options])
  const root = roots.get(id) ?? { ...START, state: startModel(resolved) }
  roots.set(id, root)

  function reachedAfter(reached: Reached): readonly Reached[] {
    reached.next ??= stepsFrom(reached.state, resolved, options).map((step) => {
      const state = takeStep(reached.state, step)
      const late = lateAfter(reached, step, state)
      const refused = refusedAfter(reached, state)
      const aged = reached.aged || (step.type === 'pass' && stateOf(reached.state) === 'closed')
      const key = `${keyOf(state, resolved)} ${late} ${refused} ${aged} ${openings(state)}`
      const history = [...reached.history, pathStepOf({ step, before: reached.state, after: state })]
      return { state, key, history, late, refused, aged, next: undefined }
    })
    return reached.next
  }

  const seen = new Set<string>()
  let frontier: Reached[] = [root]
  let visited = 0
  for (let level = 1; level <= depth && frontier.length > 0; level++) {
    const next: Reached[] = []
    for (const reached of frontier) {
      for (const after of reachedAfter(reached)) {
        const isNew = !seen.has(after.key)
        const title = after.history.map(({ says }) => says).join('; ')
        const isWorthIt = await visit({ title, policy, steps: after.history })
        visited++
        if (!isNew || !isWorthIt || after.late.length > MOST_LATE || openings(after.state) > MOST_OPENINGS) continue
        seen.add(after.key)
        next.push(after)
      }
    }
    frontier = next
  }
  return visited
}

const START = { key: '', history: [], late: '', refused: 0, aged: false, next: undefined }

function lateAfter({ late }: Reached, step: Step, { answer }: ModelState): string {
  return step.type === 'settle' && answer === 'late' ? late + step.result.charAt(0) : late
}

function refusedAfter({ refused }: Reached, after: ModelState): number {
  if (stateOf(after) !== 'halfOpen') return 0
  return after.answer === 'rejected' ? Math.min(refused + 1, MOST_REFUSED) : refused
}

function openings(state: ModelState): number {
  return Math.ceil(dataOf(state).generation / 3)
}

const toured = new Map<string, Path[]>()

export function tours(policy: PolicyOptions, maxInFlight: number, stalls: boolean): Path[] {
  const id = JSON.stringify([policy, maxInFlight, stalls])
  const known = toured.get(id) ?? generatePaths(policy, { ...STEPS, stalls, maxInFlight, coverage: 'transitionPairs' })
  toured.set(id, known)
  return known
}
