// judge: one library on all requirements that paths can judge, in this process.
import type { Path } from '../../src/testing/index.ts'
import type { Rig } from '../../src/testing/rig.ts'
import { Findings, findingOf } from './findings.ts'
import { tours, visitHistories } from './histories.ts'
import type { Library, RequirementId } from './library.ts'
import { judgeManners } from './manners.ts'
import { judgeByHand } from './probes.ts'
import { recovers } from './recovery.ts'
import type { Call, LibrarySubject } from './subject.ts'
import { type Divergence, spoken, walk } from './walk.ts'

export interface Effort {
  readonly depth: number
  readonly maxInFlight: number
}

export async function judge(library: Library, effort: Effort = { depth: 9, maxInFlight: 2 }): Promise<Findings> {
  const findings = new Findings()
  for (const policy of library.policies) {
    await visitHistories(policy, effort, (path) => judgeHistory(library, path, findings))
    for (const maxInFlight of [2, 3]) {
      // After its first difference the rest of a path says nothing: those without stalls get farther.
      for (const stalls of [true, false]) {
        for (const path of tours(policy, maxInFlight, stalls)) await judgeTour(library, path, findings)
      }
    }
    await judgeManners(library, policy, findings)
  }
  await judgeByHand(library, findings)
  return findings
}

/** Judges the last step, and whether the breaker gets out of the state that it leads to. */
async function judgeHistory(library: Library, path: Path, findings: Findings): Promise<boolean> {
  if (library.allowances !== undefined) {
    const { divergence, kept } = await walk(library, path, { lastOnly: true, strict: true })
    findings.keep(kept, ['deadline', 'stall'])
    if (divergence !== null && isOfTime(divergence)) findings.add(findingOf(path, divergence))
  }
  let stuckIn: string | undefined
  const then = async (rig: Rig<Call>, subject: LibrarySubject) => {
    if (await recovers(rig, subject)) findings.keep({ stuck: 1 })
    else stuckIn = rig.state()
  }
  const { divergence, aside, kept, leftAt } = await walk(library, path, { lastOnly: true, then })
  if (aside !== null) findings.add(findingOf(path, aside))
  findings.keep(kept, library.allowances && without('deadline', 'stall'))
  if (stuckIn !== undefined) await addStuck(library, path, stuckIn, findings)
  if (divergence === null) return leftAt === undefined
  await addDivergence(library, path, divergence, findings)
  return false
}

async function judgeTour(library: Library, path: Path, findings: Findings): Promise<void> {
  const { divergence, kept } = await walk(library, path)
  findings.keep(kept, library.allowances && without('deadline', 'stall'))
  if (divergence !== null) await addDivergence(library, path, divergence, findings)
}

const isOfTime = ({ requirement }: Divergence) => requirement === 'deadline' || requirement === 'stall'

function without(...left: RequirementId[]): RequirementId[] {
  const all: RequirementId[] = ['closed', 'opens', 'probes', 'late', 'limit', 'refusal', 'stuck', 'outcome']
  return all.filter((id) => !left.includes(id))
}

async function addDivergence(library: Library, path: Path, divergence: Divergence, findings: Findings): Promise<void> {
  if (library.allowances !== undefined && isOfTime(divergence)) return
  const charged = await chargeToLate(library, path, divergence)
  if (findings.has(charged.requirement, charged.kind) && path.steps.length > 12) return
  const finding = findingOf(path, charged)
  if (library.callTimeout === undefined) return findings.add(finding)
  const timed = await walk(library, path, { settings: { callTimeout: true }, lastOnly: true })
  findings.add({ ...finding, curedByTimeout: timed.divergence?.kind !== divergence.kind })
}

/** A late result may tell only later: what does not happen without it is its doing. */
async function chargeToLate(library: Library, path: Path, divergence: Divergence): Promise<Divergence> {
  const until = { ...path, steps: path.steps.slice(0, divergence.at + 1) }
  const late = until.steps.filter(({ expect }, at) => expect.calls.late > (path.steps[at - 1]?.expect.calls.late ?? 0))
  if (late.length === 0 || divergence.requirement === 'late') return divergence
  const innocent = await walk(library, until, { without: (step) => late.includes(step) })
  if (innocent.divergence !== null || innocent.leftAt !== undefined) return divergence
  const results = new Set(
    late.map(({ step }) => (step.type === 'settle' && step.result === 'fail' ? 'failure' : 'success')),
  )
  return { ...divergence, requirement: 'late', kind: `late ${[...results].join(' and ')} tells later` }
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
    story: path.steps.map(({ says }) => says),
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
