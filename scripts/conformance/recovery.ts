// Recovery: whether a breaker gets out of where a history has left it.
import type { Rig } from '../../src/testing/exploring/rig.ts'
import type { Call, LibrarySubject } from './subject.ts'

const MINUTE_MS = 60_000
const MOST_ROUNDS = 40

/** Whether calls that succeed, and time, close it again; the calls now in flight never come back. */
export async function recovers(rig: Rig<Call>, subject: LibrarySubject): Promise<boolean> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (subject.state() === 'closed') return true
    const call = await subject.admit()
    if (call === undefined) {
      // What a listener throws out of a timer is judged where it happens first.
      await rig.pass(MINUTE_MS).catch(() => {})
      continue
    }
    // Where no state shows: only `closed` admits a second call beside the first.
    const second = subject.state() === '' ? await subject.admit() : undefined
    await subject.settle(call, 'succeed')
    if (second === undefined) continue
    await subject.settle(second, 'succeed')
    return true
  }
  return subject.state() === 'closed'
}
