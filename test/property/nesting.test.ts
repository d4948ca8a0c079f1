// Calls inside calls of the same breaker, on random trees of calls and permits that wait, fail, time out, or go on after those
// around them have ended, under everything that holds something: probes, a ramp, slots. What is held must all come back, and no
// call inside may be refused for want of what the one around it holds.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { PolicyOptions } from '../../src/index.ts'
import { DOWN, jobsDone } from '../support/calls.ts'
import { hear, newRegistry } from '../support/registries.ts'
import { RUNS, SEED } from './seed.ts'

interface Tree {
  readonly name: 'a' | 'b'
  readonly by: 'call' | 'permit' | 'acquire'
  readonly timeout: number | null
  readonly waits: boolean
  readonly fails: boolean
  /** Whether it waits for those inside, and fails with them; else they go on by themselves. */
  readonly joins: boolean
  readonly inside: readonly Tree[]
}

type Step =
  | { readonly type: 'begin'; readonly tree: Tree }
  | { readonly type: 'goOn'; readonly which: number }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'trip' | 'probe' | 'reset' | 'isolate' | 'enable' }

/** No deeper than that. */
const tree = (depth: number): fc.Arbitrary<Tree> =>
  fc.record({
    name: fc.constantFrom('a', 'a', 'b'),
    by: fc.constantFrom('call', 'call', 'permit', 'acquire'),
    timeout: fc.constantFrom(null, null, 20, 80),
    waits: fc.boolean(),
    fails: fc.nat(3).map((one) => one === 0),
    joins: fc.nat(3).map((one) => one > 0),
    inside: depth === 0 ? fc.constant([]) : fc.array(tree(depth - 1), { maxLength: 3 }),
  })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('begin' as const), tree: tree(3) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('goOn' as const), which: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.constantFrom(10, 50, 100, 400) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('trip' as const, 'probe' as const, 'reset' as const, 'isolate' as const, 'enable' as const),
    }),
  },
)
const policy: fc.Arbitrary<PolicyOptions> = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 3 }),
  successThreshold: fc.constantFrom(1, 2),
  halfOpenMaxCalls: fc.constantFrom(1, 2),
  halfOpenFailureThreshold: fc.constantFrom(1, 2),
  openTimeout: fc.constant(100),
  probeTimeout: fc.constantFrom(50, 500),
  recoveryRamp: fc.constantFrom(null, { duration: 300, from: 0.3 }),
  maxConcurrent: fc.constantFrom(null, 1, 2),
  refusals: fc.constantFrom('ignore', 'judge'),
})

async function tell(steps: readonly Step[], policy: PolicyOptions, maxQueued: number, folding: boolean): Promise<void> {
  const { registry, clock } = newRegistry({
    policy: { ...policy, maxQueued: policy.maxConcurrent === null ? 0 : maxQueued },
    folding,
  })
  const errors = hear(registry, 'error')
  const waiting: (() => void)[] = []
  let underWay = 0

  async function run({ waits, fails, joins, inside }: Tree): Promise<void> {
    if (waits) await new Promise<void>((resolve) => waiting.push(resolve))
    const calls = inside.map(begin)
    for (const call of calls) call.catch(() => {})
    if (joins) await Promise.all(calls)
    if (fails) throw DOWN
  }

  async function begin(tree: Tree): Promise<void> {
    // With a queue, two breakers inside each other may wait for each other for ever: that is the program's.
    const breaker = registry.breaker(maxQueued === 0 ? tree.name : 'a')
    underWay++
    try {
      if (tree.by === 'call') return await breaker.call(() => run(tree), { timeout: tree.timeout })
      const permit = tree.by === 'permit' ? breaker.tryAcquire() : await breaker.acquire()
      if (permit === undefined) return
      await permit
        .run(() => run(tree))
        .then(
          () => permit.success(),
          (error) => permit.failure(error),
        )
    } finally {
      underWay--
    }
  }

  for (const step of steps) {
    if (step.type === 'begin') begin(step.tree).catch(() => {})
    else if (step.type === 'goOn') waiting.splice(step.which % Math.max(waiting.length, 1), 1)[0]?.()
    else if (step.type === 'advance') clock.advance(step.ms)
    else registry.breaker('a')[step.type]()
    await jobsDone()
  }
  while (waiting.length > 0 || underWay > 0) {
    for (const goOn of waiting.splice(0)) goOn()
    await jobsDone()
    if (waiting.length === 0 && underWay > 0) clock.advance(80)
  }
  // What timed out has left something behind that runs on.
  for (let rounds = 0; rounds < 5; rounds++) {
    for (const goOn of waiting.splice(0)) goOn()
    await jobsDone()
  }
  for (const name of ['a', 'b']) {
    const breaker = registry.breaker(name)
    const { calls, concurrency, rampShare } = breaker.stats()
    expect(concurrency ?? { inFlight: 0, queued: 0 }).toEqual({ inFlight: 0, queued: 0 })
    expect(calls.succeeded + calls.failed + calls.ignored + calls.late).toBe(calls.allowed)
    const probes = breaker.state === 'halfOpen' && rampShare === null ? policy.halfOpenMaxCalls : null
    expect(breaker.admission().permits).toBe(probes)
  }
  expect(errors).toEqual([])
}

it('what calls inside calls hold all comes back, and none is refused what the one around it holds (R14)', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 40 }),
    policy,
    fc.constantFrom(0, 3),
    fc.boolean(),
    tell,
  )
  await fc.assert(property, { numRuns: RUNS, seed: SEED })
}, 60_000)
