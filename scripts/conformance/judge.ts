// judge: one library on all requirements, in this process.

import type { Rig } from '../../src/testing/exploring/rig.ts'
import type { Path, PathStep } from '../../src/testing/index.ts'
import { Findings, findingOf, nameOf } from './findings.ts'
import { tours, visitHistories } from './histories.ts'
import type { Library, RequirementId } from './library.ts'
import { judgeManners } from './manners.ts'
import { judgeByHand } from './probes.ts'
import { recovers } from './recovery.ts'
import { shorten } from './shorten.ts'
import type { Call, LibrarySubject } from './subject.ts'
import { judgeWindow } from './time-window.ts'
import { type Divergence, type WalkOptions, walk } from './walk.ts'
import { spoken } from './walker.ts'

export interface Effort {
  readonly depth: number
  readonly maxInFlight: number
}

export async function judge(library: Library): Promise<Findings> {
  const findings = await judgePaths(library)
  for (const policy of library.policies) await judgeManners(library, policy, findings)
  await judgeWindow(library, findings)
  await judgeByHand(library, findings)
  return findings
}

export async function judgePaths(library: Library, effort: Effort = { depth: 9, maxInFlight: 2 }): Promise<Findings> {
  const findings = new Findings()
  for (const policy of library.policies) {
    await visitHistories(policy, effort, (path) => judgeHistory(library, path, findings))
    // Breadth first: of what these have shown, no tour has a shorter story.
    const told = findings.told()
    for (const maxInFlight of [2, 3]) {
      // After its first difference the rest of a path says nothing: those without stalls get farther.
      for (const stalls of [true, false]) {
        for (const path of tours(policy, maxInFlight, stalls)) await judgeTour(library, path, findings, told)
      }
    }
  }
  return findings
}

/** Judges the last step, and whether the breaker gets out of the state that it leads to. */
async function judgeHistory(library: Library, path: Path, findings: Findings): Promise<boolean> {
  await judgeTime(library, path, findings)
  let stuckIn: string | undefined
  const then = async (rig: Rig<Call>, subject: LibrarySubject) => {
    if (await recovers(rig, subject)) findings.keep({ stuck: 1 })
    else stuckIn = rig.state()
  }
  const { divergence, aside, kept, leftAt } = await walk(library, path, { lastOnly: true, then })
  if (aside !== null) findings.add(findingOf(path, aside))
  findings.keep(kept, library.allowances && without('deadline'))
  if (stuckIn !== undefined) await addStuck(library, path, stuckIn, findings)
  if (divergence === null) return leftAt === undefined
  await addDivergence(library, path, divergence, findings)
  return false
}

/** A library that keeps time its own way is judged without what it is granted elsewhere, one thing after the other. */
async function judgeTime(library: Library, path: Path, findings: Findings): Promise<void> {
  const { slackMs, callsWhenOpened } = library.allowances ?? {}
  const last = path.steps.length - 1
  if (slackMs !== undefined) {
    const { divergence, kept } = await walk(library, path, { withhold: ['slackMs'] })
    findings.keep(kept, ['deadline'])
    if (divergence?.at === last && isOfTime(divergence) && !(await isOfLate(library, path, divergence))) {
      const difference = `${divergence.difference} (${slackMs} ms later it would be)`
      findings.add(findingOf(path, { ...divergence, difference }))
    }
  }
  if (callsWhenOpened === undefined) return
  const { divergence } = await walk(library, path, { withhold: ['callsWhenOpened'] })
  if (divergence?.at !== last || !isOfTime(divergence) || (await isOfLate(library, path, divergence))) return
  const difference = `${divergence.difference} (it opens, and counts its time, only when a call asks)`
  findings.add(findingOf(path, { ...divergence, kind: `${divergence.kind} when nobody asked`, difference }))
}

async function judgeTour(library: Library, path: Path, findings: Findings, told: ReadonlySet<string>): Promise<void> {
  const { divergence, kept } = await walk(library, path)
  findings.keep(kept, library.allowances && without('deadline'))
  if (divergence === null) return
  const charged = await chargeToLate(library, path, divergence)
  if (told.has(nameOf(charged))) return
  const { kind } = charged
  const short = await shorten(path, async (shorter) => {
    const { divergence: other } = await walk(library, shorter)
    if (other === null) return undefined
    return (await chargeToLate(library, shorter, other)).kind === kind ? other.at : undefined
  })
  const { divergence: last } = await walk(library, short)
  if (last !== null) await addDivergence(library, short, last, findings)
}

const isOfTime = ({ requirement }: Divergence) => requirement === 'deadline'

function without(...left: RequirementId[]): RequirementId[] {
  const all: RequirementId[] = ['closed', 'opens', 'stall', 'probes', 'late', 'limit', 'refusal', 'stuck', 'outcome']
  return all.filter((id) => !left.includes(id))
}

async function addDivergence(library: Library, path: Path, divergence: Divergence, findings: Findings): Promise<void> {
  if (library.allowances !== undefined && isOfTime(divergence)) return
  const charged = await chargeToLate(library, path, divergence)
  const finding = findingOf(path, charged)
  if (library.callTimeout === undefined) return findings.add(finding)
  const timed = await walk(library, path, { settings: { callTimeout: true }, lastOnly: true })
  findings.add({ ...finding, curedByTimeout: timed.divergence?.kind !== divergence.kind })
}

async function isOfLate(library: Library, path: Path, divergence: Divergence): Promise<boolean> {
  return (await chargeToLate(library, path, divergence)).requirement === 'late'
}

/** A late result may tell only later: what does not happen without it is its doing. */
async function chargeToLate(library: Library, path: Path, divergence: Divergence): Promise<Divergence> {
  const until = { ...path, steps: path.steps.slice(0, divergence.at + 1) }
  const late = until.steps.filter(({ expect }, at) => expect.calls.late > (path.steps[at - 1]?.expect.calls.late ?? 0))
  if (late.length === 0 || divergence.requirement === 'late') return divergence
  const isLate = (step: PathStep) => late.includes(step)
  const sameWith = async (options: WalkOptions) => {
    const { divergence: other, leftAt } = await walk(library, until, { ...options, lastOnly: true })
    return other?.kind === divergence.kind || leftAt !== undefined
  }
  // Where no state shows, a late result may have taken the breaker anywhere: had it ended otherwise, so would this.
  const isHidden = divergence.requirement !== 'stall'
  if ((await sameWith({ without: isLate })) && !(isHidden && !(await sameWith({ flipped: isLate })))) return divergence
  const results = new Set(
    late.map(({ step }) => (step.type === 'settle' && step.result === 'fail' ? 'failure' : 'success')),
  )
  return { ...divergence, requirement: 'late', kind: `late ${[...results].sort().join(' and ')} tells later` }
}

async function addStuck(library: Library, path: Path, state: string, findings: Findings): Promise<void> {
  const last = path.steps.at(-1)?.expect
  const where = state === '' ? last?.state : state
  const kind = `stuck in ${spoken(where ?? '')}`
  const difference = 'from here on, no call and no time closes it again'
  const finding = {
    requirement: 'stuck',
    kind,
    difference,
    story: [...path.steps.map(({ says }) => says), difference],
    byPath: true,
  } as const
  if (library.callTimeout === undefined) return findings.add(finding)
  let curedByTimeout = false
  const then = async (rig: Rig<Call>, subject: LibrarySubject) => {
    curedByTimeout = await recovers(rig, subject)
  }
  await walk(library, path, { settings: { callTimeout: true }, lastOnly: true, then })
  findings.add({ ...finding, curedByTimeout })
}
