// Probes by hand: options that make no sense, and a wall clock that is set while the breaker is open. No paths.
import { createVirtualClock } from '../../src/testing/index.ts'
import type { Findings } from './findings.ts'
import { stepWallClock, useClock } from './global-clock.ts'
import type { Library } from './library.ts'
import { LibrarySubject } from './subject.ts'

const OPEN_MS = 30_000
const HOUR_MS = 3_600_000

export async function judgeByHand(library: Library, findings: Findings): Promise<void> {
  await judgeMistakes(library, findings)
  await judgeWallClock(library, findings, -HOUR_MS)
  await judgeWallClock(library, findings, HOUR_MS)
}

async function judgeMistakes({ mistakes }: Library, findings: Findings): Promise<void> {
  for (const { says, make } of mistakes) {
    useClock(createVirtualClock())
    try {
      await make()
    } catch {
      findings.keep({ nonsense: 1 })
      continue
    }
    const difference = `${says} is accepted`
    findings.add({ requirement: 'nonsense', kind: says, difference, story: [], byPath: false })
  }
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
