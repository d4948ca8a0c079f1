// Histories: every step from every state that the model can be in, by the shortest way there; and the tours that
// generatePaths makes, which lead through longer ones. Histories in which something came late are kept apart from those
// without: a library may remember what the model forgets.

import type { PolicyOptions } from '../../src/edge/resolve-policy.ts'
import { resolvePolicy } from '../../src/index.ts'
import { decisionOf, type ModelState, type Step, startModel, stateOf, takeStep } from '../../src/testing/model/model.ts'
import { ALL_STEPS, keyOf, type StepOptions, stepsFrom } from '../../src/testing/model/steps.ts'
import { generatePaths, type Path, pathOf } from '../../src/testing/paths/paths.ts'

const STEPS: StepOptions = { ...ALL_STEPS, commands: [], results: ['succeed', 'fail'], justBefore: true }
const MOST_LATE = 1
const MOST_REFUSED = 2
const MOST_OPENINGS = 2

interface Place {
  readonly state: ModelState
  readonly history: readonly Step[]
  readonly late: string
  /** Calls refused while half-open, in this stay. */
  readonly refused: number
}

/** Called with a history whose last step is to be judged; says whether histories that begin with it are worth taking. */
export type Visitor = (path: Path) => Promise<boolean>

export async function visitHistories(
  policy: PolicyOptions,
  {
    depth,
    maxInFlight,
    stalls = true,
    justBefore = true,
  }: { readonly depth: number; readonly maxInFlight: number; readonly stalls?: boolean; readonly justBefore?: boolean },
  visit: Visitor,
): Promise<number> {
  const resolved = resolvePolicy(policy)
  const options = { ...STEPS, maxInFlight, stalls, justBefore }
  const seen = new Set<string>()
  let frontier: Place[] = [{ state: startModel(resolved), history: [], late: '', refused: 0 }]
  let visited = 0
  for (let level = 1; level <= depth && frontier.length > 0; level++) {
    const next: Place[] = []
    for (const place of frontier) {
      for (const step of stepsFrom(place.state, resolved, options)) {
        const after = takeStep(place.state, step)
        const late = lateAfter(place, step, after)
        const refused = refusedAfter(place, after)
        const key = `${keyOf(after, resolved)} ${late} ${refused} ${openings(after)}`
        const isNew = !seen.has(key)
        const history = [...place.history, step]
        const isWorthIt = await visit(pathOf(policy, history))
        visited++
        if (!isNew || !isWorthIt || late.length > MOST_LATE || openings(after) > MOST_OPENINGS) continue
        seen.add(key)
        next.push({ state: after, history, late, refused })
      }
    }
    frontier = next
  }
  return visited
}

function lateAfter({ late }: Place, step: Step, { answer }: ModelState): string {
  return step.type === 'settle' && answer === 'late' ? late + step.result.charAt(0) : late
}

function refusedAfter({ refused }: Place, after: ModelState): number {
  if (stateOf(after) !== 'halfOpen') return 0
  return after.answer === 'rejected' ? Math.min(refused + 1, MOST_REFUSED) : refused
}

function openings(state: ModelState): number {
  return Math.ceil(decisionOf(state).generation / 3)
}

export function tours(policy: PolicyOptions, maxInFlight: number, stalls: boolean): Path[] {
  return generatePaths(policy, { ...STEPS, stalls, maxInFlight, coverage: 'transitionPairs' })
}
