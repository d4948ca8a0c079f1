// checkPath: one generated path, driven through a breaker and compared with the model after every step.
import type { Driver } from '../driver.ts'
import { checkGeneratedPath } from '../model/given.ts'
import type { Path, PathStep } from '../paths/paths.ts'
import { StuckDriverError } from '../start-driver.ts'
import { Rig } from './rig.ts'

/** Where a breaker first differed from the model on a path. */
export interface Mismatch {
  /** The path that the breaker did not follow. */
  readonly path: Path
  /** Number of steps taken, including the one that went wrong. */
  readonly steps: number
  /** The step that went wrong, and what was seen instead. */
  readonly difference: string
  /** A promise of the driver did not settle: nothing is known about the breaker, and no shorter story tells more. */
  readonly isStuck?: true
}

/**
 * Drives a new breaker along the path. Returns `null` if it does what the model says at every step. If the driver throws in
 * a step, that is a difference, too.
 * @throws ArgumentError (`INVALID_ARGUMENT`), as a rejection, if the driver or the path is not valid; what `start` throws
 */
export async function checkPath<P>(driver: Driver<P>, path: Path): Promise<Mismatch | null> {
  checkGeneratedPath('path', path)
  const rig = await Rig.start(driver, path.policy)
  try {
    for (const [index, step] of path.steps.entries()) {
      const found = await differenceAt(rig, step)
      if (found !== null) return { path, steps: index + 1, ...found }
    }
    return null
  } finally {
    await rig.stop()
  }
}

type Found = Pick<Mismatch, 'difference' | 'isStuck'>

async function differenceAt<P>(rig: Rig<P>, step: PathStep): Promise<Found | null> {
  try {
    const difference = await rig.check(step)
    return difference === null ? null : { difference: `${step.says}: ${difference}` }
  } catch (error) {
    return failureOf(step, error)
  }
}

/** What the driver did instead of its part in the step. */
export function failureOf({ says }: PathStep, error: unknown): Found {
  if (error instanceof StuckDriverError) return { difference: `${says}: ${error.message}`, isStuck: true }
  return { difference: `${says}: the driver threw ${String(error)}` }
}
