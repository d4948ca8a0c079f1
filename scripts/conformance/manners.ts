// Manners: paths again, with calls that end otherwise than by a promise, and with listeners and filters that throw.
// Only what goes wrong here and not without it is charged to it.
import type { PolicyOptions } from '../../src/index.ts'
import type { Rig } from '../../src/testing/exploring/rig.ts'
import type { Path } from '../../src/testing/index.ts'
import { type Finding, type Findings, findingOf } from './findings.ts'
import { visitHistories } from './histories.ts'
import type { Library, RequirementId } from './library.ts'
import { recovers } from './recovery.ts'
import type { Call, LibrarySubject, Manner } from './subject.ts'
import { type WalkOptions, walk } from './walk.ts'

interface Trial {
  readonly requirement: RequirementId
  readonly says: string
  readonly options: () => WalkOptions
}

function thrower(what: string) {
  const fn = (): never => {
    fn.calls++
    throw new Error(`thrown by the ${what}`)
  }
  fn.calls = 0
  return fn
}

const inManner = (manner: Manner) => () => ({ manner })

const listening = (to: 'outcomes' | 'transitions') => () => ({
  settings: { listener: { to, fn: thrower('listener') } },
})

const TRIALS: readonly Trial[] = [
  { requirement: 'sync', says: 'throws at once', options: inManner('throws') },
  { requirement: 'undefined', says: 'resolves with undefined', options: inManner('resolves with undefined') },
  { requirement: 'undefined', says: 'rejects with undefined', options: inManner('rejects with undefined') },
  { requirement: 'undefined', says: 'returns undefined at once', options: inManner('returns undefined') },
  { requirement: 'listener', says: 'a listener to outcomes throws', options: listening('outcomes') },
  { requirement: 'listener', says: 'a listener to transitions throws', options: listening('transitions') },
  { requirement: 'filter', says: 'the filter throws', options: () => ({ settings: { filter: thrower('filter') } }) },
]

/** One call after another is enough: what matters is how each ends. */
const EFFORT = { depth: 6, maxInFlight: 1, stalls: false }

export async function judgeManners(library: Library, policy: PolicyOptions, findings: Findings): Promise<void> {
  for (const trial of TRIALS) {
    if (library.notOffered?.[trial.requirement] !== undefined) continue
    await visitHistories(policy, EFFORT, (path) => judgeTrial(library, path, trial, findings))
  }
}

async function judgeTrial(library: Library, path: Path, trial: Trial, findings: Findings): Promise<boolean> {
  const { requirement, says } = trial
  const options: WalkOptions = { ...trial.options(), lastOnly: true }
  const { listener } = options.settings ?? {}
  let isStuck = false
  const look = async (rig: Rig<Call>, subject: LibrarySubject) => {
    isStuck = !(await recovers(rig, subject))
  }
  const { divergence, leftAt } = await walk(library, path, { ...options, finally: look })
  if (divergence === null) {
    // What was never called has thrown nothing, and proves nothing.
    const isPut = listener === undefined ? isAtEnd(path) : listener.fn.calls > 0
    if (leftAt === undefined && isPut) findings.keep({ [requirement]: 1 })
    return leftAt === undefined
  }
  const plain = await walk(library, path, { lastOnly: true })
  if (plain.divergence?.kind === divergence.kind) return false
  const end = isStuck ? ', and from here on no call and no time closes it again' : ''
  const kind = `${says}: ${divergence.kind}${isStuck ? ', stuck' : ''}`
  const difference = `${divergence.difference}${end} (${says})`
  const finding = { ...findingOf(path, divergence), requirement, kind, difference }
  findings.add(await withCure(library, path, options, isStuck, finding))
  // Only the last call of a history ends in its manner: what leads to others is sound.
  return options.manner !== undefined && plain.divergence === null && plain.leftAt === undefined
}

/** Whether the library's own time limit prevents it: the caller gets an answer, and the breaker goes on as it must. */
async function withCure(
  library: Library,
  path: Path,
  options: WalkOptions,
  isStuck: boolean,
  finding: Finding,
): Promise<Finding> {
  if (library.callTimeout === undefined) return finding
  const settings = { ...options.settings, callTimeout: true }
  let isStuckStill = false
  const look = async (rig: Rig<Call>, subject: LibrarySubject) => {
    isStuckStill = isStuck && !(await recovers(rig, subject))
  }
  const { divergence } = await walk(library, path, { ...options, settings, judgesOutcomes: true, finally: look })
  return { ...finding, curedByTimeout: divergence === null && !isStuckStill }
}

/** What is on trial has happened: the last call came to its end. */
const isAtEnd = ({ steps }: Path) => steps.at(-1)?.step.type === 'settle'
