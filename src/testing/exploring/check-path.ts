// checkPath: one generated path, driven through a breaker and compared with the model after every step.
import type { Driver } from '../driver.ts'
import type { Path, PathStep } from '../paths/paths.ts'
import { Rig } from './rig.ts'

/** Where a breaker first did something else than the model, on the way along a path. */
export interface Mismatch {
  readonly path: Path
  /** Number of steps taken, the one that went wrong included. */
  readonly steps: number
  readonly difference: string
}

/** Drives the path; `null` when the breaker does what the model says at every step. What the driver throws is a difference. */
export async function checkPath<P>(driver: Driver<P>, path: Path): Promise<Mismatch | null> {
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
