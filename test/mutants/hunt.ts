// Hunt: the kit let loose on a mutant. Its generated paths come first; what they miss is looked for in every
// interleaving up to a depth, 1 ms before each deadline too.
import type { createRegistry, PolicyOptions } from '../../src/index.ts'
import {
  checkPath,
  type ExploreOptions,
  explore,
  generatePaths,
  type Mismatch,
  type Path,
  shrink,
} from '../../src/testing/index.ts'
import { mutantDriver } from './driver.ts'
import type { Mutant } from './load.ts'

export interface Prey extends Mutant {
  /** A policy under which the defect can show. */
  readonly policy: PolicyOptions
  /** Where to look when no generated path shows it. Default: every step, 4 deep. */
  readonly exploration?: ExploreOptions
}

export interface Catch {
  readonly by: 'generated path' | 'exploration'
  readonly driver: string
  /** The path that caught it first, in its own words; empty for an exploration. */
  readonly title: string
  /** The same defect in as few steps as it takes. */
  readonly story: readonly string[]
  readonly difference: string
}

const pathsOf = new Map<PolicyOptions, Path[]>()

function pathsUnder(policy: PolicyOptions): Path[] {
  const known = pathsOf.get(policy) ?? generatePaths(policy, { coverage: 'transitionPairs' })
  pathsOf.set(policy, known)
  return known
}

/** What catches a breaker made by `create`, or `null`: it does what the statechart says, as far as the kit can tell. */
export async function hunt(
  create: typeof createRegistry,
  policy: PolicyOptions,
  exploration: ExploreOptions = { depth: 4 },
): Promise<Catch | null> {
  const drivers = (['folded', 'unfolded', 'restored'] as const).map((kind) => mutantDriver(create, kind))
  for (const driver of drivers) {
    for (const path of pathsUnder(policy)) {
      const found = await checkPath(driver, path)
      if (found !== null) return told('generated path', driver.name, path.title, await shrink(driver, found))
    }
  }
  for (const driver of drivers) {
    const { failure } = await explore(driver, policy, exploration)
    if (failure !== null) return told('exploration', driver.name, '', failure)
  }
  return null
}

function told(by: Catch['by'], driver: string, title: string, { path, steps, difference }: Mismatch): Catch {
  return { by, driver, title, story: path.steps.slice(0, steps).map(({ says }) => says), difference }
}
