// shorten: a story in as few steps as leaving out can reach, one at a time, while the same still goes wrong.
import { resolvePolicy } from '../../src/index.ts'
import type { Path } from '../../src/testing/index.ts'
import { type Step, startModel, takeStep } from '../../src/testing/model/model.ts'
import { pathOf } from '../../src/testing/paths/paths.ts'

/** Says where in the path it goes wrong, or `undefined` when it does not. */
type GoesWrong = (path: Path) => Promise<number | undefined>

export async function shorten(path: Path, goesWrong: GoesWrong): Promise<Path> {
  let best = path
  for (let at = 0; at < best.steps.length; ) {
    const candidate = pathOf(path.policy, leaveOut(best, at))
    const wrongAt = candidate.steps.length < best.steps.length ? await goesWrong(candidate) : undefined
    if (wrongAt === undefined) at++
    else best = { ...candidate, steps: candidate.steps.slice(0, wrongAt + 1) }
  }
  return best
}

/** The steps without one; without the results of a call that is not made; the calls numbered as they are admitted. */
function leaveOut({ policy, steps }: Path, leftOut: number): Step[] {
  const numbers = new Map<number, number>()
  const kept: Step[] = []
  let state = startModel(resolvePolicy(policy))
  for (const [index, { step, expect }] of steps.entries()) {
    if (index === leftOut) continue
    const call = step.type === 'settle' ? numbers.get(step.call) : 0
    if (call === undefined) continue
    const taken = step.type === 'settle' ? { ...step, call } : step
    state = takeStep(state, taken)
    kept.push(taken)
    if (expect.admitted === true && state.answer === 'admitted') numbers.set(expect.calls.allowed, state.admissions)
  }
  return kept
}
