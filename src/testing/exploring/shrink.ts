// shrink: the shortest story that still goes wrong, found by leaving out steps.

import { type PolicyOptions, resolvePolicy } from '../../core/edge/resolve-policy.ts'
import type { Driver } from '../driver.ts'
import { type Step, startModel, takeStep } from '../model/model.ts'
import { pathOf } from '../paths/paths.ts'
import { checkPath, type Mismatch } from './check-path.ts'

/** The same defect in as few steps as leaving out can reach; of a driver that is stuck, as it was found. */
export async function shrink<P>(driver: Driver<P>, found: Mismatch): Promise<Mismatch> {
  if (found.isStuck) return found
  const { policy } = found.path
  let best = found
  let steps = found.path.steps.slice(0, found.steps).map(({ step }) => step)
  for (let size = Math.ceil(steps.length / 2); size >= 1; ) {
    let shorter: Mismatch | null = null
    for (let at = 0; at + size <= steps.length && shorter === null; at++) {
      const candidate = renumber(policy, steps, new Set(Array.from({ length: size }, (_, index) => at + index)))
      if (candidate.length < steps.length) shorter = await checkPath(driver, pathOf(policy, candidate))
    }
    if (shorter === null) size = size > 1 ? size >> 1 : 0
    else {
      best = { ...shorter, path: pathOf(policy, stepsOf(shorter)) }
      steps = stepsOf(shorter)
      size = Math.min(size, steps.length)
    }
  }
  return best
}

function stepsOf({ path, steps }: Mismatch): Step[] {
  return path.steps.slice(0, steps).map(({ step }) => step)
}

/** The history without some steps: calls get new numbers, and results of calls that are not made are left out too. */
function renumber(policy: PolicyOptions, steps: readonly Step[], leftOut: ReadonlySet<number>): Step[] {
  const numbers = new Map<number, number>()
  const kept: Step[] = []
  let state = startModel(resolvePolicy(policy))
  let original = startModel(resolvePolicy(policy))
  for (const [index, given] of steps.entries()) {
    const admissions = original.admissions
    original = takeStep(original, given)
    if (leftOut.has(index)) continue
    const call = given.type === 'settle' ? numbers.get(given.call) : 0
    if (call === undefined) continue
    const step = given.type === 'settle' ? { ...given, call } : given
    state = takeStep(state, step)
    kept.push(step)
    if (original.admissions > admissions && state.answer === 'admitted') {
      numbers.set(original.admissions, state.admissions)
    }
  }
  return kept
}
