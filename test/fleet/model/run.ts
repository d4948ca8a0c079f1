// One life of the model: steps, the invariants after each, and at the end everything must find together again.
import { Broken, Invariants } from './invariants.ts'
import type { Step } from './steps.ts'
import * as actual from './subject.ts'
import { type Subject, World } from './world.ts'

export interface Life {
  readonly processes: number
  readonly rampShares?: readonly number[]
  readonly steps: readonly Step[]
}

/** How long a healthy fleet may take until it is at rest: leases, open times and polls, one after the other. */
const HEALS_WITHIN_MS = 60_000
/** A lease that nobody uses, an open time, a round that fails, and the ramp. */
const ALONE_WITHIN_MS = 15_000

/** @throws Broken */
export async function live({ processes, rampShares, steps }: Life, subject: Subject = actual): Promise<World> {
  const world = await new World(subject, rampShares).start(processes)
  const invariants = new Invariants(world)
  invariants.check()
  for (const step of steps) {
    await world.take(step)
    invariants.check()
  }
  await heals(world, invariants)
  return world
}

/**
 * Everything is in order again: all find together, rest, and leave nothing behind.
 * @throws Broken
 */
export async function heals(world: World, invariants: Invariants): Promise<void> {
  world.calm()
  // Without the store each finds out for itself: nobody is kept out for longer than the open time, and the pace of probes.
  world.run(false)
  const isFree = await world.until(() => world.isFree(), ALONE_WITHIN_MS)
  if (!isFree) throw new Broken('I7', `without the store it stays closed out: ${whereabouts(world)}`)
  invariants.check()
  world.run(true)
  const isHealed = await world.until(() => world.isAtRest(), HEALS_WITHIN_MS)
  invariants.check()
  if (!isHealed) throw new Broken('I10', `it does not come to rest: ${whereabouts(world)}`)
  const before = world.processes.map(({ fleet }) => fleet.stats().link.requests)
  await world.take({ do: 'pass', ms: 10_000 })
  world.processes.forEach(({ fleet, instance }, index) => {
    const requests = fleet.stats().link.requests - (before[index] ?? 0)
    // A poll and perhaps a report a second.
    if (requests > 26) throw new Broken('I12', `${instance} sends ${requests} requests in 10 s at rest`)
  })
  invariants.check()
  const left = await world.end()
  if (left > 0) throw new Broken('I3', `${left} timers are left`)
  if (world.errors.length > 0) throw new Broken('I2', `errors: ${world.errors.join('; ')}`)
}

function whereabouts(world: World): string {
  const seen = world.processes.map(({ instance, fleet, breaker }) => {
    const record = fleet.endpoints()[0]
    return `${instance}: ${record?.state} ${record?.version}, override ${breaker.stats().override?.state}, ${fleet.stats().state}`
  })
  return [...seen, `store: ${world.record?.state} ${world.record?.version}`].join('; ')
}
