// A change of the policy, after any history and from any policy to any other: it opens and closes nothing, and the evidence is
// what docs/policy.md says ("Changing a policy"): by the oracle call by call, and by what can be said of it without one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRegistry, type PolicyOptions, type WindowOptions } from '../../src/index.ts'
import { loadMutant, type Mutant } from '../mutants/load.ts'
import { agree, historiesOf, policiesWith, Run, type Step, stepsWith } from './history.ts'
import { Oracle } from './oracle.ts'
import { RUNS, SEED } from './seed.ts'
import { type HistorySubject, type Image, runtime, value, watched } from './subjects.ts'

const LIMIT_MS = 60_000 + RUNS * 10

const window: fc.Arbitrary<WindowOptions> = fc.oneof(
  fc.record({ calls: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ time: fc.constantFrom(100, 400, 700), buckets: fc.constantFrom(1, 2, 3, 4, 7) }),
)
/** Opens only when all have failed: a history leaves much to be kept. */
const rate = window.map((size) => ({ threshold: 1, minimumCalls: size.calls ?? 20, window: size }))
const failures = fc.oneof(
  fc.record({
    failureThreshold: fc.integer({ min: 2, max: 9 }),
    failureWindow: fc.option(fc.constantFrom(100, 300, 900)),
  }),
  fc.constant({ failureThreshold: null, failureWindow: null }),
)

/** Policies of every kind, that hold much or open soon. */
const policies: fc.Arbitrary<PolicyOptions> = fc
  .tuple(policiesWith(false), failures, fc.option(rate), fc.option(rate), fc.boolean())
  .map(([soon, count, failureRate, slow, opensSoon]) => {
    const slowCalls = slow && { slowerThan: 50, ...slow }
    return opensSoon ? soon : { ...soon, ...count, failureRate, slowCalls }
  })
/** Now and then many calls at a time, so that a bucket holds more than a window of calls. */
const calls: fc.Arbitrary<Step[]> = fc.array(
  fc.constantFrom('succeed' as const, 'fail' as const).map((result) => ({ do: 'record', result })),
  { minLength: 8, maxLength: 20 },
)
const histories = fc
  .tuple(historiesOf(stepsWith(null)), fc.nat({ max: 60 }), fc.option(calls))
  .map(([steps, at, burst]) => steps.toSpliced(at, 0, ...(burst ?? [])))

const WAYS: Record<string, (policy: PolicyOptions) => HistorySubject> = {
  calls: (policy) => runtime(policy, 'calls', true),
  unfolded: (policy) => runtime(policy, 'permits', false),
  watched,
  value,
  all: ofAll,
}

/** As permits; its policies are given to all breakers. */
function ofAll(policy: PolicyOptions): HistorySubject {
  let registry: ReturnType<typeof createRegistry> | undefined
  const subject = runtime(policy, 'permits', true, (options) => {
    registry = createRegistry(options)
    return registry
  })
  return { ...subject, configure: (next) => void registry?.configureAll({ policy: next }) }
}

interface Evidence {
  readonly consecutiveFailures: number
  readonly failures: number
  readonly failureAgesMs: readonly number[]
  readonly failureRate: Held
  readonly slowCalls: Held
}
type Held = { readonly buckets: readonly (readonly [number, number])[] } | null

interface Looked extends Image {
  readonly evidence: Evidence
}

/** Lives through the history, and looks before and after each of the changes. */
async function changed(subject: HistorySubject, history: readonly Step[], ...changes: PolicyOptions[]) {
  const run = new Run(subject)
  for (const step of history) await run.take(step)
  const images = [subject.image()]
  for (const policy of changes) {
    subject.configure(policy)
    images.push(subject.image())
  }
  subject.close()
  return images as unknown as [Looked, Looked, Looked]
}

const RULES = ['failureRate', 'slowCalls'] as const

function sums(held: Held): { calls: number; marked: number } {
  const { buckets } = held ?? { buckets: [] }
  const sum = (column: 0 | 1) => buckets.reduce((total, bucket) => total + bucket[column], 0)
  return { calls: sum(0), marked: sum(1) }
}

function expectSameBut(before: Looked, after: Looked) {
  // A rule for slow calls has a timer of its own, which comes and goes with it.
  const { evidence, timer: _, ...image } = before as Looked & { timer?: unknown }
  expect(after).toMatchObject(image)
  const { consecutiveFailures, failures } = evidence
  expect(after.evidence).toMatchObject({ consecutiveFailures, failures })
}

/** What the new windows have room for, and nothing that was not there. */
function expectKept(before: Evidence, after: Evidence, policy: PolicyOptions, next: PolicyOptions) {
  const { failureAgesMs: ages } = after
  expect(ages.length).toBeLessThanOrEqual(next.failureThreshold ?? 0)
  expect(before.failureAgesMs.slice(before.failureAgesMs.length - ages.length)).toEqual(ages)
  for (const rule of RULES) {
    const [had, has] = [sums(before[rule]), sums(after[rule])]
    expect(has.calls).toBeLessThanOrEqual(had.calls)
    expect(has.marked).toBeLessThanOrEqual(Math.min(had.marked, has.calls))
    const [from, to] = [policy[rule]?.window, next[rule]?.window]
    if (!from || !to) expect(has.calls).toBe(0)
    else if (to.calls) expect(has.calls).toBe(Math.min(had.calls, to.calls))
    else if (from.calls || (from.time === to.time && from.buckets === to.buckets)) expect(has).toEqual(had)
  }
}

/** There and back: what had room in between is as it was, where the order of calls was never lost. */
function expectBack(before: Evidence, between: Evidence, after: Evidence, policy: PolicyOptions, next: PolicyOptions) {
  for (const rule of RULES) {
    const hadRoom = sums(between[rule]).calls === sums(before[rule]).calls
    const isOfCalls = policy[rule]?.window.calls && next[rule]?.window.calls
    if (isOfCalls && hadRoom) expect(after[rule]).toEqual(before[rule])
  }
}

describe('a change of the policy', () => {
  it.each(Object.entries(WAYS))(
    'opens and closes nothing, keeps what fits and invents nothing, by %s (R21)',
    async (_, make) => {
      const property = fc.asyncProperty(policies, histories, policies, async (policy, history, next) => {
        const [before, between, after] = await changed(make(policy), history, next, policy)
        expectSameBut(before, between)
        expectSameBut(between, after)
        expectKept(before.evidence, between.evidence, policy, next)
        expectKept(between.evidence, after.evidence, next, policy)
        expectBack(before.evidence, between.evidence, after.evidence, policy, next)
      })
      await fc.assert(property, { numRuns: RUNS, seed: SEED })
    },
    LIMIT_MS,
  )

  it(
    'leaves the evidence by which what comes after it is judged, in every way to run a breaker (R21)',
    async () => {
      const lives = fc.tuple(histories, policies, histories)
      const property = fc.asyncProperty(policies, lives, (policy, [before, next, after]) => {
        const subjects = Object.fromEntries(Object.entries(WAYS).map(([name, make]) => [name, make(policy)]))
        return agree(new Oracle(policy), subjects, [...before, { do: 'configure', policy: next }, ...after])
      })
      await fc.assert(property, { numRuns: Math.ceil(RUNS / 2), seed: SEED })
    },
    LIMIT_MS,
  )
})

const WINDOW = 'src/core/rules/window.ts'
const FAILURES = 'src/core/rules/triggers/failures.ts'
const defects: Mutant[] = [
  {
    name: 'a window of calls that becomes one of time begins empty',
    breaks: 'R21',
    file: WINDOW,
    find: 'merge(resized, resized.position, window.calls, window.marked)',
    replace: '',
  },
  {
    name: 'a window of time that becomes one of calls has the failures of a bucket come first',
    breaks: 'R21',
    file: WINDOW,
    find: 'Math.round((call * marked) / calls)',
    replace: 'Math.min(call, marked)',
  },
  {
    name: 'a window of time that becomes another has all its calls happen now',
    breaks: 'R21',
    file: WINDOW,
    find: 'bucketAt(to, ticksAt(to, msOf(from, start)))',
    replace: 'resized.position',
  },
  {
    name: 'failures before a success count as failures in a row',
    breaks: 'R21',
    file: FAILURES,
    find: 'index >= first && now',
    replace: 'now',
  },
  {
    name: 'failures that were out of the old window come back',
    breaks: 'R21',
    file: FAILURES,
    find: 'index >= first && now < at + failureWindowMs',
    replace: 'index >= first',
  },
  {
    name: 'an open breaker has its open time begin again',
    breaks: 'R21',
    file: 'machines/breaker.machine.ts',
    find: 'return { policy: event.policy, data: { ...context.data, evidence } }',
    replace:
      'const deadline = context.data.deadline && event.at + event.policy.openTimeoutMs\n' +
      '      return { policy: event.policy, data: { ...context.data, evidence, deadline } }',
  },
]

describe('the property finds that', () => {
  it.each(defects.map((defect) => [defect.name, defect] as const))(
    '%s (R21)',
    async (_, defect) => {
      const create = await loadMutant(defect)
      const lives = fc.tuple(histories, policies, histories)
      const property = fc.asyncProperty(policies, lives, (policy, [before, next, after]) => {
        const history: Step[] = [...before, { do: 'configure', policy: next }, ...after]
        return agree(new Oracle(policy), { mutant: runtime(policy, 'permits', true, create) }, history)
      })
      const { failed, numRuns } = await fc.check(property, { seed: 1, numRuns: 5_000, endOnFailure: true })
      expect(failed, `alive after ${numRuns} histories`).toBe(true)
    },
    LIMIT_MS,
  )
})
