// A walk: one generated path driven through a library. Each step says which requirement it puts to the test, so that
// a difference from the model is charged to the rule that was broken, and to no other.

import { Rig } from '../../src/testing/exploring/rig.ts'
import type { Path, PathStep } from '../../src/testing/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { useClock } from './global-clock.ts'
import type { Library, RequirementId, Settings } from './library.ts'
import { type Call, LibrarySubject, type Manner } from './subject.ts'
import { Walker } from './walker.ts'

export interface Divergence {
  readonly requirement: RequirementId
  /** Equal for what is one defect, however it was come by. */
  readonly kind: string
  readonly difference: string
  /** Number of the step, from 0. */
  readonly at: number
}

export interface Walked {
  readonly divergence: Divergence | null
  /** How often each requirement was put to the test, and kept. */
  readonly kept: Partial<Record<RequirementId, number>>
  /** Goes wrong too, but leaves the history the same. */
  readonly aside: Divergence | null
  /** The model does something here that the library was never said to do; the rest says nothing. */
  readonly leftAt: number | undefined
}

type Look = (rig: Rig<Call>, subject: LibrarySubject) => Promise<void>

export interface WalkOptions {
  readonly settings?: Partial<Settings>
  readonly manner?: Manner
  /** Steps that are not taken. */
  readonly without?: (step: PathStep) => boolean
  /** Calls that end the other way round. */
  readonly flipped?: (step: PathStep) => boolean
  /** Only the last step is judged. */
  readonly lastOnly?: boolean
  /** Without these of the library's allowances. */
  readonly withhold?: readonly (keyof NonNullable<Library['allowances']>)[]
  /** Told of the rig after the last step. */
  readonly then?: Look
  /** The same, also when it went wrong. */
  readonly finally?: Look
}

export function settingsOf(path: Path, more: Partial<Settings> = {}): Settings {
  const { failureThreshold, openTimeout, halfOpenMaxCalls = 1, successThreshold = 1 } = path.policy
  return {
    failureThreshold: failureThreshold ?? 1,
    openTimeoutMs: Number(openTimeout),
    halfOpenMaxCalls,
    successThreshold,
    callTimeout: false,
    ...more,
  }
}

export async function walk(library: Library, path: Path, options: WalkOptions = {}): Promise<Walked> {
  const clock = createVirtualClock()
  useClock(clock)
  const subject = new LibrarySubject(await library.start(settingsOf(path, options.settings), clock))
  const rig = new Rig<Call>(subject, clock)
  try {
    const walked = await new Walker(library, path, options, rig, subject).walk()
    if (walked.divergence === null && walked.leftAt === undefined) await options.then?.(rig, subject)
    await options.finally?.(rig, subject)
    return walked
  } finally {
    await rig.stop()
  }
}
