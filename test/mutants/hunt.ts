// Hunt: the kit let loose on a mutant. Its generated paths come first; what they miss is looked for in every
// interleaving up to a depth, 1 ms before each deadline too.
import { createRegistry, type PolicyOptions } from '../../src/index.ts'
import {
  checkPath,
  type ExploreOptions,
  explore,
  generatePaths,
  type Mismatch,
  type Path,
  shrink,
} from '../../src/testing/index.ts'
import { KINDS, type Kind, mutantDriver } from './driver.ts'
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
  /** The path that caught it first, in its own words; for an exploration, a doubt about its story. */
  readonly title: string
  /** The same defect in as few steps as it takes. */
  readonly story: readonly string[]
  readonly difference: string
}

const pathsOf = new Map<PolicyOptions, Path[]>()
const pathsOfCalls = new Map<PolicyOptions, Path[]>()

function pathsUnder(policy: PolicyOptions, kind: Kind): Path[] {
  const isCalled = kind === 'called'
  const paths = isCalled ? pathsOfCalls : pathsOf
  const steps = isCalled ? { results: ['succeed', 'fail'] as const } : {}
  const known = paths.get(policy) ?? generatePaths(policy, { coverage: 'transitionPairs', ...steps })
  paths.set(policy, known)
  return known
}

/** What catches a breaker made by `create`, or `null`: it does what the statechart says, as far as the kit can tell. */
export async function hunt(
  create: typeof createRegistry,
  policy: PolicyOptions,
  exploration: ExploreOptions = { depth: 4 },
): Promise<Catch | null> {
  const pairs = KINDS.map((kind) => ({
    kind,
    driver: mutantDriver(create, kind),
    sound: mutantDriver(createRegistry, kind),
  }))
  for (const { kind, driver, sound } of pairs) {
    for (const path of pathsUnder(policy, kind)) {
      const found = await checkPath(driver, path)
      if (found === null) continue
      const short = await shrink(driver, found)
      // A story that a sound breaker fails, too, was shrunk to something else.
      const isTrue = (await checkPath(sound, short.path)) === null
      return told('generated path', driver.name, path.title, isTrue ? short : found)
    }
  }
  for (const { driver, sound } of pairs) {
    const { failure } = await explore(driver, policy, exploration)
    if (failure === null) continue
    const isTrue = (await checkPath(sound, failure.path)) === null
    return told('exploration', driver.name, isTrue ? '' : 'a sound breaker fails this story, too', failure)
  }
  return null
}

function told(by: Catch['by'], driver: string, title: string, { path, steps, difference }: Mismatch): Catch {
  return { by, driver, title, story: path.steps.slice(0, steps).map(({ says }) => says), difference }
}
