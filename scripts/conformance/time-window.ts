// Time windows: the failure rate over a time, where a library has that. Paths in which calls grow too old to count.
import type { PolicyOptions } from '../../src/index.ts'
import type { Path } from '../../src/testing/index.ts'
import { type Findings, findingOf } from './findings.ts'
import { visitHistories } from './histories.ts'
import type { Library } from './library.ts'
import { walk } from './walk.ts'

const WINDOW = { timeMs: 10_000, minimumCalls: 2 }

const POLICY: PolicyOptions = {
  openTimeout: 30_000,
  failureThreshold: null,
  failureRate: { threshold: 0.5, minimumCalls: WINDOW.minimumCalls, window: { time: WINDOW.timeMs, buckets: 10 } },
}

const EFFORT = { depth: 7, maxInFlight: 1, stalls: false, justBefore: false }

export async function judgeWindow(library: Library, findings: Findings): Promise<void> {
  if (library.notOffered?.window !== undefined) return
  await visitHistories(POLICY, EFFORT, (path) => judgeHistory(library, path, findings))
}

async function judgeHistory(library: Library, path: Path, findings: Findings): Promise<boolean> {
  const waited = path.steps.some(({ step, expect }) => step.type === 'pass' && expect.state === 'closed')
  const { divergence } = await walk(library, path, { lastOnly: true, settings: { window: WINDOW } })
  if (divergence !== null) {
    // Whether a call that takes longer than the window counts by its beginning or by its end is the library's affair.
    const remembers = path.steps.at(-1)?.expect.state === 'closed'
    if (waited && remembers) findings.add(tell(path, findingOf(path, divergence)))
    return false
  }
  const isOver = path.steps.at(-1)?.expect.state !== 'closed'
  if (waited && path.steps.at(-1)?.step.type === 'settle') findings.keep({ window: 1 })
  return !isOver
}

/** The walk lets a whole window more pass, so that nobody's buckets matter. */
function tell({ steps }: Path, finding: ReturnType<typeof findingOf>) {
  const story = finding.story.map((says, at) => (steps[at]?.step.type === 'pass' ? 'twice the window passes' : says))
  return { ...finding, story, requirement: 'window' as const, kind: `window: ${finding.kind}` }
}
