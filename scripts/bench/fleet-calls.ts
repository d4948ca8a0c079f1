// What a call costs in a process that has joined a fleet, beside one that has not, by turns in one process.
import { createRegistry, joinFleet, memoryStore } from './package.ts'
import { ratioOf, repeat, repeatRejected } from './turns.ts'

const fn = async () => 1

export interface CallRatios {
  /** Closed, joined, by the same without a fleet. */
  readonly closed: number
  /** The same twice: what the machine makes of two equal paths. */
  readonly closedFloor: number
  /** Open by itself, joined, by the same without a fleet. */
  readonly rejected: number
  /** Open by the fleet alone, by one that is open by itself and in no fleet. */
  readonly rejectedByFleet: number
}

export async function measureCalls(rounds: number): Promise<CallRatios> {
  const policy = { openTimeout: '1h' } as const
  const alone = createRegistry({ policy })
  const joined = createRegistry({ policy })
  const fleet = await joinFleet(joined, { store: memoryStore() })
  const [bare, other, open] = [alone.breaker('closed'), alone.breaker('other'), alone.breaker('open')]
  const [shared, sharedOpen, ruled] = [joined.breaker('closed'), joined.breaker('open'), joined.breaker('ruled')]
  open.trip('bench')
  sharedOpen.trip('bench')
  await fleet.trip('ruled')
  const ratios = {
    closed: await ratioOf(
      repeat(() => shared.call(fn)),
      repeat(() => bare.call(fn)),
      rounds,
    ),
    closedFloor: await ratioOf(
      repeat(() => other.call(fn)),
      repeat(() => bare.call(fn)),
      rounds,
    ),
    rejected: await ratioOf(
      repeatRejected(() => sharedOpen.call(fn)),
      repeatRejected(() => open.call(fn)),
      rounds,
    ),
    rejectedByFleet: await ratioOf(
      repeatRejected(() => ruled.call(fn)),
      repeatRejected(() => open.call(fn)),
      rounds,
    ),
  }
  if (ruled.stats().override?.state !== 'open' || ruled.state !== 'closed')
    throw new Error('it is not the fleet that rejects')
  await Promise.all([alone.close(), joined.close()])
  return ratios
}
