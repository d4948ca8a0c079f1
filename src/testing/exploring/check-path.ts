// checkPath: one generated path, driven through a breaker and compared with the model after every step.
import type { Driver } from '../driver.ts'
import { checkGeneratedPath } from '../model/given.ts'
import type { Path, PathStep } from '../paths/paths.ts'
import { Rig } from './rig.ts'

/** Where a breaker first did something else than the model, on the way along a path. */
export interface Mismatch {
  readonly path: Path
  /** Number of steps taken, the one that went wrong included. */
  readonly steps: number
  /** The step that went wrong, and what was seen instead. */
  readonly difference: string
}

/**
 * Drives a new breaker along the path; `null` when it does what the model says at every step. What the driver throws in
 * a step is a difference, too.
 * @throws ArgumentError (`INVALID_ARGUMENT`), as a rejection, when there is no such driver or path; what `start` throws
 */
export async function checkPath<P>(driver: Driver<P>, path: Path): Promise<Mismatch | null> {
  checkGeneratedPath('path', path)
  const rig = await Rig.start(driver, path.policy)
  try {
    for (const [index, step] of path.steps.entries()) {
      const difference = await differenceAt(rig, step)
      if (difference !== null) return { path, steps: index + 1, difference: `${step.says}: ${difference}` }
    }
    return null
  } finally {
    await rig.stop()
  }
}

async function differenceAt<P>(rig: Rig<P>, step: PathStep): Promise<string | null> {
  try {
    return await rig.check(step)
  } catch (error) {
    return `the driver threw ${String(error)}`
  }
}
