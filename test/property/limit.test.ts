// The limit of concurrent calls, on random histories of calls that end, hang, are called off or time out, of permits, and of
// all that an operator may do meanwhile.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Permit, PolicyOptions } from '../../src/index.ts'
import { DOWN, jobsDone, promiseOf } from '../support/calls.ts'
import { newRegistry } from '../support/registries.ts'
import { RUNS, SEED } from './seed.ts'

type Step =
  | { readonly type: 'call'; readonly timeout: number | null }
  | { readonly type: 'end'; readonly which: number; readonly how: 'succeed' | 'fail' | 'abort' | 'abortWaiting' }
  | { readonly type: 'permit' | 'acquire' }
  | { readonly type: 'report'; readonly which: number }
  | { readonly type: 'configure'; readonly maxConcurrent: number | null; readonly maxQueued: number }
  | { readonly type: 'advance'; readonly ms: number }
  | { readonly type: 'trip' | 'probe' | 'reset' | 'isolate' | 'disable' | 'enable' | 'delete' }

const which = fc.nat(20)
const often: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('call' as const), timeout: fc.constantFrom(null, 50) }),
  fc.record({
    type: fc.constant('end' as const),
    which,
    how: fc.constantFrom('succeed' as const, 'fail' as const, 'abort' as const, 'abortWaiting' as const),
  }),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: often },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('permit' as const, 'acquire' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('report' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('configure' as const),
      maxConcurrent: fc.option(fc.integer({ min: 1, max: 4 })),
      maxQueued: fc.integer({ min: 0, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('advance' as const), ms: fc.constantFrom(10, 50, 100) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'trip' as const,
        'probe' as const,
        'reset' as const,
        'isolate' as const,
        'disable' as const,
        'enable' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'delete' as const }) },
)

interface Call {
  readonly number: number
  readonly abort: AbortController
  readonly end: ReturnType<typeof promiseOf<string>>
  /** The breaker of that name that runs it, by number; the slot is its. */
  runsIn: number | null
  isOver: boolean
}

class History {
  readonly #clock
  readonly #registry
  readonly #calls: Call[] = []
  readonly #permits: { readonly permit: Permit; readonly ofBreaker: number }[] = []
  #policy: { maxConcurrent: number | null; maxQueued: number } = { maxConcurrent: 2, maxQueued: 2 }
  #breakers = 0
  #newestThatRan = 0
  /** What was found wrong inside calls, whose errors go to their callers. */
  readonly #wrong: string[] = []
  #isFinishing = false
  /** Calls and permits that were admitted while there was no limit hold no slot. */
  #isExact = true

  constructor(folding: boolean, recoveryRamp: PolicyOptions['recoveryRamp']) {
    const policy = { openTimeout: 100, failureThreshold: 3, successThreshold: 1, recoveryRamp }
    const { clock, registry } = newRegistry({ folding, policy })
    this.#clock = clock
    this.#registry = registry
    this.#configure()
  }

  get #breaker() {
    return this.#registry.breaker('a')
  }

  #configure(): void {
    const { maxConcurrent, maxQueued } = this.#policy
    const policy: PolicyOptions = maxConcurrent === null ? {} : { maxConcurrent, maxQueued }
    this.#registry.configure('a', policy)
  }

  #held(): number {
    const running = this.#calls.filter((call) => call.runsIn === this.#breakers && !call.isOver).length
    return running + this.#permits.filter(({ ofBreaker }) => ofBreaker === this.#breakers).length
  }

  #call(timeout: number | null): void {
    const number = this.#calls.length + 1
    const call: Call = { number, abort: new AbortController(), end: promiseOf<string>(), runsIn: null, isOver: false }
    this.#calls.push(call)
    const run = () => {
      call.runsIn = this.#breakers
      if (number < this.#newestThatRan) this.#wrong.push(`${number} ran after ${this.#newestThatRan}, which came later`)
      this.#newestThatRan = number
      const { maxConcurrent } = this.#policy
      const { inFlight } = this.#breaker.stats().concurrency ?? { inFlight: 0 }
      if (maxConcurrent !== null && inFlight > maxConcurrent) this.#wrong.push(`${inFlight} of ${maxConcurrent}`)
      return call.end.promise
    }
    const over = () => {
      call.isOver = true
    }
    this.#breaker.call(run, { timeout, signal: call.abort.signal }).then(over, over)
  }

  #end(call: Call | undefined, how: 'succeed' | 'fail' | 'abort'): void {
    if (how === 'succeed') call?.end.resolve('ok')
    else if (how === 'fail') call?.end.reject(DOWN)
    else call?.abort.abort()
  }

  async take(step: Step): Promise<void> {
    const wasQueued = this.#breaker.stats().concurrency?.queued ?? 0
    const wasHeld = this.#held()
    switch (step.type) {
      case 'call':
        this.#call(step.timeout)
        break
      case 'end': {
        const isWaiting = step.how === 'abortWaiting'
        const some = this.#calls.filter((call) => !call.isOver && (call.runsIn === null) === isWaiting)
        this.#end(some[step.which % some.length], isWaiting ? 'abort' : (step.how as 'fail'))
        break
      }
      case 'acquire': {
        const waitsFor = this.#breaker.acquire()
        waitsFor.then(
          (permit) => {
            if (this.#isFinishing) permit.ignore()
            else this.#permits.push({ permit, ofBreaker: this.#breakers })
          },
          () => {},
        )
        break
      }
      case 'permit': {
        const ofBreaker = this.#breakers
        const permit = this.#breaker.tryAcquire()
        if (permit !== undefined) this.#permits.push({ permit, ofBreaker })
        break
      }
      case 'report': {
        const [held] = this.#permits.splice(step.which % (this.#permits.length || 1), 1)
        held?.permit.success()
        held?.permit.failure()
        break
      }
      case 'configure':
        this.#policy = step
        if (this.#held() === 0) this.#isExact = true
        if (step.maxConcurrent === null) this.#isExact = false
        this.#configure()
        break
      case 'advance':
        this.#clock.advance(step.ms)
        break
      case 'delete':
        this.#registry.delete('a')
        this.#breakers++
        this.#isExact = this.#policy.maxConcurrent !== null
        this.#configure()
        break
      default:
        this.#breaker[step.type]()
    }
    await jobsDone()
    this.#check(wasQueued, wasHeld)
  }

  #check(wasQueued: number, wasHeld: number): void {
    expect(this.#wrong).toEqual([])
    const { concurrency, state } = this.#breaker.stats()
    const { maxConcurrent, maxQueued } = this.#policy
    expect(concurrency === null).toBe(maxConcurrent === null)
    if (concurrency === null || maxConcurrent === null) return
    const { inFlight, queued } = concurrency
    expect(queued).toBeLessThanOrEqual(Math.max(wasQueued, maxQueued))
    // Nobody waits for nothing, and nobody for a breaker that rejects.
    if (queued > 0) expect(inFlight).toBeGreaterThanOrEqual(maxConcurrent)
    if (state === 'open' || state === 'forcedOpen') expect(queued).toBe(0)
    const held = this.#held()
    if (this.#isExact) expect(inFlight).toBe(held)
    else expect(inFlight).toBeLessThanOrEqual(held)
    // Above the limit are those alone who were there before it was lowered.
    if (this.#isExact) expect(held).toBeLessThanOrEqual(Math.max(wasHeld, maxConcurrent))
  }

  /** Whatever was is over: all slots are free, and nobody waits. */
  async finish(): Promise<void> {
    this.#isFinishing = true
    for (const { permit } of this.#permits.splice(0)) permit.ignore()
    // Each end may let in another.
    for (const call of this.#calls) {
      this.#end(call, 'succeed')
      await jobsDone()
    }
    this.#policy = { maxConcurrent: 3, maxQueued: 0 }
    this.#configure()
    expect(this.#wrong).toEqual([])
    expect(this.#calls.filter(({ isOver }) => !isOver)).toEqual([])
    expect(this.#breaker.stats().concurrency).toEqual({ inFlight: 0, queued: 0 })
    await this.#registry.close()
  }
}

it.each([
  { way: 'folded', folding: true, ramp: null },
  { way: 'unfolded', folding: false, ramp: null },
  { way: 'on a ramp', folding: true, ramp: { duration: 300, from: 0.3 } },
])(
  'no more calls are in flight than may be, those who wait come to their turn in order, and no slot is lost, $way',
  async ({ folding, ramp }) => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), async (steps) => {
      const history = new History(folding, ramp)
      for (const each of steps) await history.take(each)
      await history.finish()
    })
    await fc.assert(property, { numRuns: RUNS, seed: SEED })
  },
  60_000 + RUNS * 10,
)
