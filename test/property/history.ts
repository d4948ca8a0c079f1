// Random histories of a breaker, and what it is to live through one.
import fc from 'fast-check'
import { expect } from 'vitest'
import type { PolicyOptions } from '../../src/index.ts'
import type { Command, HistorySubject, Image, Result } from './subjects.ts'

export type Step =
  | { readonly do: 'admit' }
  | { readonly do: 'settle'; readonly call: number; readonly result: Result }
  | { readonly do: 'record'; readonly result: 'succeed' | 'fail' }
  | { readonly do: 'advance' | 'stall'; readonly ms: number }
  | { readonly do: 'command'; readonly command: Command }
  | { readonly do: 'configure'; readonly policy: PolicyOptions }

const small = fc.integer({ min: 1, max: 3 })
const window: fc.Arbitrary<NonNullable<PolicyOptions['failureRate']>['window']> = fc.oneof(
  fc.record({ calls: fc.integer({ min: 1, max: 5 }) }),
  // Three and seven divide neither time: their buckets begin between the ticks of any clock.
  fc.record({ time: fc.constantFrom(100, 400), buckets: fc.constantFrom(1, 2, 3, 4, 7) }),
)
const rate = fc
  .record({ threshold: fc.constantFrom(0.07, 0.3, 0.333, 0.5, 0.6, 1), minimumCalls: small, window })
  .filter(({ minimumCalls, window: size }) => size.calls === undefined || minimumCalls <= size.calls)

const ramp = fc.record(
  { duration: fc.constantFrom(100, 150), from: fc.constantFrom(0.1, 0.25, 0.6, 1), steps: small },
  { requiredKeys: ['duration', 'from'] },
)

/** Small limits, so that a short history meets them. */
export function policiesWith(jitter: boolean): fc.Arbitrary<PolicyOptions> {
  const growing = { factor: 3, max: 500, ...(jitter && { jitter: 0.5 }) }
  return fc.record({
    failureThreshold: fc.integer({ min: 1, max: 4 }),
    counting: fc.constantFrom('consecutive' as const, 'cumulative' as const),
    failureWindow: fc.option(fc.constantFrom(100, 300)),
    failureRate: fc.option(rate),
    slowCalls: fc.option(rate.map((rule) => ({ slowerThan: 50, ...rule }))),
    openTimeout: fc.constantFrom(100, 200),
    openTimeoutFrom: fc.constantFrom('opened' as const, 'lastFailure' as const),
    backoff: fc.option(fc.constantFrom({ factor: 2, max: 400 }, growing)),
    halfOpenMaxCalls: small,
    successThreshold: small,
    halfOpenFailureThreshold: small,
    probes: fc.constantFrom('calls' as const, 'calls' as const, 'reports' as const),
    recoveryRamp: fc.option(ramp),
    probeTimeout: fc.constantFrom(60, 150),
    latencySampling: fc.constant(0),
    // Through `call`, a call is ignored by a classifier; its subject puts a real one in the place of this.
    ignore: fc.constant(() => false),
  })
}

/** The limits of the policies above, and any others for the ends of buckets. */
const durations = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 49, 50, 60, 99, 100, 150, 200, 300, 400) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 120 }) },
)
const commands = ['trip', 'tripFor', 'probe', 'reset', 'isolate', 'disable', 'enable', 'delete', 'crash'] as const
const results = ['succeed', 'succeed', 'fail', 'fail', 'fail', 'ignore'] as const

export function stepsWith(configure: fc.Arbitrary<PolicyOptions> | null): fc.Arbitrary<Step> {
  const step = <T extends Record<string, fc.Arbitrary<unknown>>>(weight: number, does: Step['do'], fields: T) => ({
    weight,
    arbitrary: fc.record({ do: fc.constant(does), ...fields }) as unknown as fc.Arbitrary<Step>,
  })
  return fc.oneof(
    step(6, 'admit', {}),
    step(8, 'settle', { call: fc.nat({ max: 5 }), result: fc.constantFrom(...results) }),
    step(2, 'record', { result: fc.constantFrom('succeed', 'fail') }),
    step(4, 'advance', { ms: durations }),
    step(1, 'stall', { ms: durations }),
    step(2, 'command', { command: fc.constantFrom(...commands) }),
    ...(configure === null ? [] : [step(1, 'configure', { policy: configure })]),
  )
}

/** Without a size, fast-check would make none of more than 20 steps. */
export function historiesOf(steps: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> {
  return fc.array(steps, { minLength: 5, maxLength: 60, size: 'max' })
}

/** What a step answered, and all that can be seen after it. */
type Taken = { readonly admitted: boolean | undefined; readonly image: Image }

/** One breaker in the course of a history. */
export class Run {
  readonly subject: HistorySubject
  readonly #calls: ((result: Result) => Promise<void> | void)[] = []

  constructor(subject: HistorySubject) {
    this.subject = subject
  }

  /** What the step answered, and all that can be seen after it. */
  async take(step: Step): Promise<Taken> {
    const { subject } = this
    let admitted: boolean | undefined
    if (step.do === 'admit') {
      const settle = subject.admit()
      if (settle !== undefined) this.#calls.push(settle)
      admitted = settle !== undefined
    } else if (step.do === 'settle') {
      const [settle] = this.#calls.splice(step.call % Math.max(1, this.#calls.length), 1)
      await settle?.(step.result)
    } else if (step.do === 'record') subject.record(step.result)
    else if (step.do === 'command') subject.command(step.command)
    else if (step.do === 'configure') subject.configure(step.policy)
    else {
      subject[step.do](step.ms)
      // Nothing is looked at while the event loop stands still: what is due has not been told yet.
      if (step.do === 'stall') return { admitted, image: { stalled: true } }
    }
    return { admitted, image: subject.image() }
  }
}

/** What is expected of a subject; not of its timer, where it cannot tell what that is for. */
function asFarAsSeen(expected: Taken, seen: Taken): Taken {
  const { timer: _, ...image } = expected.image
  return 'timer' in seen.image ? expected : { ...expected, image }
}

/** Fails at the first step after which a subject differs from the model. */
export async function agree(model: HistorySubject, subjects: Record<string, HistorySubject>, history: readonly Step[]) {
  const expecting = new Run(model)
  const runs = Object.entries(subjects).map(([name, subject]) => [name, new Run(subject)] as const)
  try {
    for (const [index, step] of history.entries()) {
      const expected = await expecting.take(step)
      for (const [name, run] of runs) {
        const seen = await run.take(step)
        expect(seen, `${name}, step ${index}: ${JSON.stringify(step)}`).toMatchObject(asFarAsSeen(expected, seen))
      }
    }
  } finally {
    for (const { subject } of runs.map(([, run]) => run)) subject.close()
  }
}
