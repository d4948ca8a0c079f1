// Probes by hand: options that make no sense, and a wall clock that is set while the breaker is open. No paths.
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts'
import type { Findings } from './findings.ts'
import { stepWallClock, useClock } from './global-clock.ts'
import type { Breaker, Library, Mistake } from './library.ts'
import { LibrarySubject, wrongOutcome } from './subject.ts'

const OPEN_MS = 30_000
const HOUR_MS = 3_600_000
const SPANS = [
  ['second', 1_000],
  ['day', 24 * HOUR_MS],
] as const
const MANY = 20

export async function judgeByHand(library: Library, findings: Findings): Promise<void> {
  await judgeMistakes(library, findings)
  await judgeWallClock(library, findings, -HOUR_MS)
  await judgeWallClock(library, findings, HOUR_MS)
}

export async function judgeMistakes({ mistakes }: Library, findings: Findings): Promise<void> {
  for (const { says, make, lasts } of mistakes) {
    const clock = createVirtualClock()
    useClock(clock)
    const breaker = await makeIfAccepted(() => make(clock))
    const broken = breaker && (lasts === undefined ? '' : await brokenWord(lasts, new LibrarySubject(breaker), clock))
    if (broken === undefined) {
      findings.keep({ nonsense: 1 })
      continue
    }
    const kind = broken === '' ? says : `${says} (${broken})`
    findings.add({ requirement: 'nonsense', kind, difference: `${says} is accepted`, story: [], byPath: false })
  }
}

async function makeIfAccepted(make: () => ReturnType<Mistake['make']>): Promise<Breaker | undefined> {
  try {
    return await make()
  } catch {
    return undefined
  }
}

/** Why what it took for infinite is not, or `undefined`. */
async function brokenWord(lasts: string, subject: LibrarySubject, clock: VirtualClock): Promise<string | undefined> {
  const first = await subject.admit()
  if (first === undefined) return 'rejects the first call'
  if (lasts === 'call') {
    for (const [span, ms] of SPANS) {
      clock.advance(ms)
      await subject.tick()
      if (first.outcome !== undefined) return `a call ends within a ${span}`
    }
    await subject.settle(first, 'succeed')
    return wrongOutcome(first) === null ? undefined : 'a call that took a day has failed'
  }
  await subject.settle(first, 'fail')
  if (lasts === 'closed') {
    for (let failed = 1; failed < MANY; failed++) {
      const call = await subject.admit()
      if (call === undefined) return 'opens all the same'
      await subject.settle(call, 'fail')
    }
    return undefined
  }
  // The first may be the one that finds it open, where that is looked at by calls only.
  await subject.admit()
  for (const [span, ms] of SPANS) {
    clock.advance(ms)
    await subject.tick()
    if ((await subject.admit()) !== undefined) return `open for less than a ${span}`
  }
  return undefined
}

/** It must reject 1 ms before its time and admit at it, whatever the wall clock says. */
async function judgeWallClock(library: Library, findings: Findings, stepMs: number): Promise<void> {
  const clock = createVirtualClock()
  useClock(clock)
  const settings = {
    failureThreshold: 1,
    openTimeoutMs: OPEN_MS,
    halfOpenMaxCalls: 1,
    successThreshold: 1,
    callTimeout: false,
  }
  const subject = new LibrarySubject(await library.start(settings, clock))
  const asks = async () => (await subject.admit()) !== undefined
  const call = await subject.admit()
  if (call !== undefined) await subject.settle(call, 'fail')
  if (library.allowances?.callsWhenOpened) await asks()
  stepWallClock(stepMs)
  const step = stepMs < 0 ? 'back' : 'forward'
  const story = ['call 1 fails: it opens', `the wall clock is set ${step} by an hour`]
  const early = await asks()
  clock.advance(OPEN_MS + (library.allowances?.slackMs ?? 0))
  await subject.tick()
  const add = (kind: string, difference: string, more: string[]) =>
    findings.add({ requirement: 'wall', kind, difference, story: [...story, ...more], byPath: false })
  if (early) add('early', 'a call is admitted at once', ['a call'])
  else if (await asks()) findings.keep({ wall: 1 })
  else add('late', 'a call is still rejected', ['30 s pass', 'a call'])
  await subject.stop()
}
