// A walk: one generated path driven through a library. Each step says which requirement it puts to the test, so that
// a difference from the model is charged to the rule that was broken, and to no other.

import { Rig } from '../../src/testing/exploring/rig.ts'
import type { Path, PathStep } from '../../src/testing/index.ts'
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts'
import { useClock } from './global-clock.ts'
import type { Library, RequirementId, Settings } from './library.ts'
import { aTurn, type Call, LibrarySubject, type Manner } from './subject.ts'
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
  /** What callers get is judged though the library's own time limit is on. */
  readonly judgesOutcomes?: boolean
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

/** As on an event loop, what a timer has set going comes to its end before the next timer. */
class LivelyRig extends Rig<Call> {
  readonly #tick: () => Promise<void>

  constructor(subject: LibrarySubject, clock: VirtualClock) {
    super(subject, clock)
    this.#tick = () => subject.tick()
  }

  override async pass(ms: number): Promise<void> {
    const { clock } = this
    const end = clock.now() + ms
    for (let [due] = clock.pending; due !== undefined && due <= end; [due] = clock.pending) {
      clock.advance(Math.max(0, due - clock.now()))
      await aTurn()
    }
    clock.advance(end - clock.now())
    await this.#tick()
  }
}

export async function walk(library: Library, path: Path, options: WalkOptions = {}): Promise<Walked> {
  const clock = createVirtualClock()
  useClock(clock)
  const subject = new LibrarySubject(await library.start(settingsOf(path, options.settings), clock))
  const rig = new LivelyRig(subject, clock)
  try {
    const walked = await new Walker(library, path, options, rig, subject).walk()
    if (walked.divergence === null && walked.leftAt === undefined) await options.then?.(rig, subject)
    await options.finally?.(rig, subject)
    return walked
  } finally {
    await rig.stop()
  }
}
