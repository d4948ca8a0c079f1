// Looks for what is wrong with a fleet: in the scenes, in its statechart, then in random lives. Tells what has noticed it.
import fc from 'fast-check'
import { getNextSnapshot, initialTransition } from 'xstate'
import type { FleetBreakerEvent, fleetBreakerMachine } from '../../../machines/index.ts'
import { SEED } from '../../property/seed.ts'
import { live } from './run.ts'
import { SCENES } from './scenes.ts'
import { PRELUDES, steps } from './steps.ts'
import type { Subject } from './world.ts'

export type Prey = Subject & { readonly fleetBreakerMachine: typeof fleetBreakerMachine }

/** In words; `null` if nothing was found. */
export async function hunt(prey: Prey, randomLives: number): Promise<string | null> {
  for (const [name, life] of Object.entries(SCENES)) {
    const wrong = await complaint(() => live(life, prey))
    if (wrong !== null) return `scene "${name}": ${wrong}`
  }
  const late = takesLateAnswers(prey.fleetBreakerMachine)
  if (late !== null) return `statechart: ${late}`
  const life = fc.record({
    processes: fc.constantFrom(2, 3),
    rampShares: fc.constantFrom([], [0.5]),
    prelude: fc.constantFrom(...PRELUDES),
    after: fc.array(steps(3), { minLength: 5, maxLength: 60, size: 'max' }),
  })
  for (const { prelude, after, ...rest } of fc.sample(life, { seed: SEED, numRuns: randomLives })) {
    const wrong = await complaint(() => live({ ...rest, steps: [...prelude, ...after] }, prey))
    if (wrong !== null) return `random life: ${wrong}`
  }
  return null
}

async function complaint(code: () => Promise<unknown>): Promise<string | null> {
  try {
    await code()
    return null
  } catch (error) {
    return String((error as Error).message)
  }
}

/** An answer to the question before this one, where it could change something. */
function takesLateAnswers(machine: typeof fleetBreakerMachine): string | null {
  const rules = {
    ...{ spreadMsPerProcess: 5, degradedProbesPerSecond: 20, retryLeaseMs: 1_000, answerTimeoutMs: 5_000 },
    ...{ leaseMarginMs: 50, probeTimeoutMs: 30_000, rampShares: [], rampStepMs: 1_000 },
  }
  const decision = { state: 'halfOpen' as const, version: 2, remainingMs: null, openMs: 10_000 }
  const [start] = initialTransition(machine, { rules, seed: 1, decision, live: 1, isStoreUp: true })
  const lease = { token: 'x', leaseMs: 30_000 }
  const first: FleetBreakerEvent[] = [{ type: 'wanted' }]
  const question = first.reduce((snapshot, event) => getNextSnapshot(machine, snapshot, event), start)
  const acquiring = getNextSnapshot(machine, question, { type: 'xstate.after.spread.fleetBreaker.spreading' } as never)
  const { asked } = acquiring.context
  const leased = getNextSnapshot(machine, acquiring, { type: 'granted', asked, lease })
  const probing = getNextSnapshot(machine, leased, { type: 'probeBegan', asked })
  const cases: (readonly [typeof start, FleetBreakerEvent])[] = [
    [acquiring, { type: 'granted', asked: asked - 1, lease }],
    [acquiring, { type: 'denied', asked: asked - 1, waitMs: 1 }],
    [acquiring, { type: 'unanswered', asked: asked - 1 }],
    [leased, { type: 'probeBegan', asked: asked - 1 }],
    [probing, { type: 'probeEnded', asked: asked - 1, result: 'fail' }],
  ]
  if (!probing.matches({ leased: 'probing' })) return `nobody probes: ${JSON.stringify(probing.value)}`
  for (const [before, event] of cases) {
    const after = getNextSnapshot(machine, before, event)
    if (JSON.stringify(after.value) !== JSON.stringify(before.value)) return `takes a late ${event.type}`
  }
  return null
}
