// One random history of admissions: lived through by a registry, beside the oracle that says what must come of each step.
import { AsyncLocalStorage } from 'node:async_hooks'
import { expect } from 'vitest'
import {
  type AdmissionStatus,
  BreakerOpenError,
  type CallContext,
  ConcurrencyLimitError,
  createRegistry,
  type EndpointStats,
  type Override,
  type Permit,
  type PolicyOptions,
  type StatsReader,
} from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { DOWN, jobsDone, promiseOf } from '../support/calls.ts'
import {
  AdmissionOracle,
  type Asker,
  type Frame,
  type Gate,
  type Held,
  type OverrideSteps,
} from './admission-oracle.ts'
import type { From, Name, Step } from './admission-steps.ts'
import type { Result } from './subjects.ts'

type Inside = <T>(code: () => T) => T
type Fate = 'waits' | 'runs' | Gate | 'ended' | 'left'

/** A place in the code: in a call, or in what a permit runs. */
interface Place {
  readonly inside: Inside
  readonly frame: Frame | null
  readonly held: Held
  readonly context: CallContext | undefined
}

/** How the registry is run; `heard`: somebody listens to what single calls come to. */
export interface Way {
  readonly folding: boolean
  readonly heard: boolean
}

/** Where a step is made from: the code there, what is around that, a context to give, and what is found around by that. */
interface Spot {
  readonly inside: Inside
  readonly frame: Frame | null
  readonly context: CallContext | undefined
  readonly told: Frame | null
}

/** A call or an `acquire`: what must become of it, and what does. */
interface Asked extends Asker {
  readonly name: Name
  readonly number: number
  /** What the code around it is inside of. */
  readonly code: Frame | null
  readonly isCall: boolean
  readonly abort: AbortController | null
  readonly timeout: number | null
  readonly end: ReturnType<typeof promiseOf<string>>
  expected: Fate
  seen: Fate
  held: Held | null
  endsAt: number
  permit: Permit | null
}

interface HeldPermit {
  readonly permit: Permit
  readonly held: Held
}

const OUTSIDE: Inside = (code) => code()
const NAMES: readonly Name[] = ['a', 'b']
const REASON: Override['reason'] = {
  type: 'fleet',
  decision: 'failureRate',
  rate: 0.5,
  calls: 8,
  reporters: 2,
  version: 1,
  message: '',
}

export class AdmissionRun {
  readonly #clock = createVirtualClock()
  readonly #registry
  readonly #oracles: Record<Name, AdmissionOracle>
  readonly #asked: Asked[] = []
  readonly #permits: HeldPermit[] = []
  readonly #places: Place[] = []
  readonly #ran: Record<'expected' | 'seen', number[]> = { expected: [], seen: [] }
  readonly #heard = { breaker: 0, operator: 0, fleet: 0, limited: 0, nested: 0, fleetProbes: 0, fleetResults: 0 }
  readonly #wrong: string[] = []
  readonly #reader: StatsReader
  readonly #read = new Map<string, string>()

  constructor(policy: PolicyOptions, { folding, heard }: Way, create: typeof createRegistry = createRegistry) {
    this.#oracles = { a: new AdmissionOracle(policy), b: new AdmissionOracle(policy) }
    this.#registry = create({ clock: this.#clock, folding, seed: 7, supervision: { maxRestarts: 1_000 } })
    for (const name of NAMES) this.#registry.configure(name, policy)
    this.#registry.on('rejected', ({ by }) => void this.#heard[by]++)
    this.#registry.on('limited', () => void this.#heard.limited++)
    this.#registry.on('nested', () => void this.#heard.nested++)
    if (heard) this.#registry.on('success', () => {})
    this.#registry.on('error', ({ source, error }) => {
      if (source !== 'actor') this.#wrong.push(`${source}: ${String(error)}`)
    })
    this.#reader = this.#registry.changes()
  }

  async take(step: Step): Promise<void> {
    const oracle = this.#oracles[step.on]
    const breaker = this.#registry.breaker(step.on)
    switch (step.do) {
      case 'call':
        this.#ask(step.on, true, step.from, step)
        break
      case 'acquire':
        this.#ask(step.on, false, step.from, { signal: true, timeout: null })
        break
      case 'tryAcquire':
        this.#tryAcquire(step.on, step.from)
        break
      case 'run':
        this.#runIn(pick(this.#permits, step.permit), step.from)
        break
      case 'end':
        this.#end(pick(this.#running(), step.which), step.how)
        break
      case 'leave':
        this.#leave(pick(this.#waiting(), step.which))
        break
      case 'report':
        for (const result of step.results) this.#report(pick(this.#permits, step.which), result)
        break
      case 'volley':
        this.#volley(step.on, step.calls)
        break
      case 'record':
        if (step.result === 'succeed') breaker.recordSuccess()
        else breaker.recordFailure()
        oracle.record(step.result)
        break
      case 'advance':
        await this.#advance(step.ms)
        break
      case 'stall':
        this.#clock.stall(step.ms)
        for (const name of NAMES) this.#oracles[name].breaker.stall(step.ms)
        // Nothing is looked at while the event loop stands still.
        return
      case 'command':
        if (step.command === 'delete') {
          this.#registry.delete(step.on)
          // Used again, the handle makes it anew, under the policy that it had.
          breaker.enable()
        } else if (step.command === 'crash') {
          breaker.actor?.send({ type: 'xstate.error.actor.test', error: new Error('crash') } as never)
        } else breaker[step.command]()
        oracle.command(step.command)
        break
      case 'override':
        breaker.override(step.given && this.#overrideOf(step.given))
        oracle.override(step.given)
        break
      case 'configure':
        this.#registry.configure(step.on, step.policy)
        oracle.configure(step.policy)
        break
    }
    await this.#settled()
    this.#check()
  }

  /** Whatever was is over: nothing is held any more, nobody waits, and no timer is left. */
  async finish(): Promise<void> {
    await this.#advance(0)
    for (let live = this.#live(); live > 0; live = this.#live()) {
      for (const { permit, held } of this.#permits.splice(0)) this.#report({ permit, held }, 'ignore')
      for (const call of this.#running()) this.#end(call, 'succeed')
      await this.#settled()
      expect(this.#live(), 'nobody waits for nothing').toBeLessThan(live)
    }
    this.#check()
    for (const name of NAMES) {
      const breaker = this.#registry.breaker(name)
      this.#registry.configure(name, { maxConcurrent: 1 })
      expect(breaker.stats()).toMatchObject({ probesInFlight: 0, concurrency: { inFlight: 0, queued: 0 } })
      breaker.reset()
    }
    expect(this.#clock.pending, 'timers that are left').toEqual([])
    this.close()
  }

  close(): void {
    void this.#registry.close()
  }

  #running(): Asked[] {
    return this.#asked.filter(({ isCall, expected }) => isCall && expected === 'runs')
  }

  #waiting(): Asked[] {
    return this.#asked.filter(({ expected }) => expected === 'waits')
  }

  #live(): number {
    return this.#running().length + this.#waiting().length + this.#permits.length
  }

  #placeOf(from: From): Spot {
    const place = from === null ? undefined : pick(this.#places, from.which)
    if (from === null || place === undefined) return { inside: OUTSIDE, frame: null, context: undefined, told: null }
    const { inside, frame, held, context } = place
    if (from.by === 'itself' || context === undefined) return { inside, frame, context: undefined, told: frame }
    return { inside: OUTSIDE, frame: null, context, told: held.frames(null) }
  }

  #ask(name: Name, isCall: boolean, from: From, how: object): void {
    const {
      signal = false,
      timeout = null,
      fallback = false,
    } = how as Record<string, unknown> & {
      signal?: boolean
      timeout?: number | null
      fallback?: boolean
    }
    const { inside, frame, context, told } = this.#placeOf(from)
    const before = this.#said(name)
    const call: Asked = {
      name,
      number: this.#asked.length + 1,
      isCall,
      abort: signal ? new AbortController() : null,
      timeout,
      end: promiseOf<string>(),
      around: told,
      code: frame,
      mayWait: true,
      expected: 'waits',
      seen: 'waits',
      held: null,
      endsAt: Number.POSITIVE_INFINITY,
      permit: null,
      admitted: (held) => {
        call.held = held
        call.expected = 'runs'
        if (isCall) this.#ran.expected.push(call.number)
        if (timeout !== null) call.endsAt = this.#clock.now() + timeout
      },
      refused: (by) => {
        call.expected = by
      },
    }
    this.#asked.push(call)
    const options = {
      ...(call.abort !== null && { signal: call.abort.signal }),
      ...(context !== undefined && { context }),
      ...(timeout !== null && { timeout }),
      ...(fallback && { fallback: (error: unknown) => this.#refusal(call, error) }),
    }
    // With none at all it may take the shortest path.
    const asPlain = Object.keys(options).length === 0
    const breaker = this.#registry.breaker(name)
    const asked = isCall
      ? inside(() => breaker.call((given) => this.#runs(call, given), asPlain ? undefined : options))
      : inside(() => breaker.acquire(options)).then((permit) => {
          call.permit = permit
          call.seen = 'runs'
        })
    asked.then(
      () => {
        if (isCall && call.seen === 'runs') call.seen = 'ended'
      },
      (error: unknown) => this.#refusal(call, error),
    )
    this.#oracles[name].ask(call)
    if (told === null) this.#agrees(name, before, call.expected, call.mayWait)
  }

  #runs(call: Asked, context: CallContext): Promise<string> {
    call.seen = 'runs'
    this.#ran.seen.push(call.number)
    const { held } = call
    const inside = AsyncLocalStorage.snapshot() as Inside
    // Admitted at once, it runs before the oracle is asked.
    queueMicrotask(() => {
      const admitted = call.held ?? held
      if (admitted === null) return
      this.#remember({ inside, frame: admitted.frames(call.code), held: admitted, context })
    })
    return call.end.promise
  }

  #remember(place: Place): void {
    this.#places.push(place)
    if (this.#places.length > 8) this.#places.shift()
  }

  #refusal(call: Asked, error: unknown): string {
    if (call.seen === 'runs') call.seen = 'ended'
    else if (error instanceof ConcurrencyLimitError || nameOf(error) === 'ConcurrencyLimitError') call.seen = 'bulkhead'
    else if (error instanceof BreakerOpenError || nameOf(error) === 'BreakerOpenError')
      call.seen = reasonOf(error) === 'fleet' ? 'fleet' : 'breaker'
    else if (nameOf(error) === 'AbortError') call.seen = 'left'
    else this.#wrong.push(`${call.number}: ${String(error)}`)
    return 'instead'
  }

  #tryAcquire(name: Name, from: From): void {
    const { inside, frame, context, told } = this.#placeOf(from)
    const before = this.#said(name)
    const breaker = this.#registry.breaker(name)
    const mayCome = this.#oracles[name].allows(told)
    const allows = inside(() => breaker.allows())
    expect(allows, 'allows()').toBe(this.#oracles[name].allows(frame))
    const permit = inside(() => breaker.tryAcquire(context && { context }))
    const held = this.#permitOf(name, told)
    expect(permit !== undefined, 'tryAcquire()').toBe(mayCome)
    expect(held !== null).toBe(mayCome)
    if (told === null) this.#agrees(name, before, held === null ? this.#lastRefusal : 'runs', false)
    if (permit !== undefined && held !== null) this.#permits.push({ permit, held })
  }

  #lastRefusal: Gate = 'breaker'

  /** What the oracle makes of a call that cannot wait. */
  #permitOf(name: Name, around: Frame | null): Held | null {
    let result: Held | null = null
    this.#oracles[name].ask({
      around,
      mayWait: false,
      admitted: (held) => {
        result = held
      },
      refused: (by) => {
        this.#lastRefusal = by
      },
    })
    return result
  }

  #runIn(of: HeldPermit | undefined, from: From): void {
    if (of === undefined) return
    const { inside, frame } = this.#placeOf(from)
    const snapshot = inside(() => of.permit.run(() => AsyncLocalStorage.snapshot())) as Inside
    this.#remember({ inside: snapshot, frame: of.held.frames(frame), held: of.held, context: undefined })
  }

  #end(call: Asked | undefined, how: 'succeed' | 'fail' | 'abort'): void {
    if (call === undefined || call.held === null) return
    if (how === 'succeed') call.end.resolve('ok')
    else if (how === 'fail' || call.abort === null) call.end.reject(DOWN)
    else call.abort.abort()
    const result: Result = how === 'succeed' ? 'succeed' : how === 'fail' || call.abort === null ? 'fail' : 'ignore'
    call.expected = 'ended'
    this.#oracles[call.name].settle(call.held, result)
  }

  #leave(call: Asked | undefined): void {
    if (call === undefined || call.abort === null) return
    call.abort.abort()
    call.expected = 'left'
    this.#oracles[call.name].leave(call)
  }

  #report(of: HeldPermit | undefined, result: Result): void {
    if (of === undefined) return
    const { permit, held } = of
    if (result === 'succeed') permit.success()
    else if (result === 'fail') permit.failure()
    else permit.ignore()
    const name = permit.endpoint as Name
    this.#oracles[name].settle(held, result)
    const place = this.#permits.indexOf(of)
    // Reported twice by chance, too: it stays as long as others are there.
    if (place >= 0 && this.#permits.length > 3) this.#permits.splice(place, 1)
  }

  /** Many in a row, at one moment, that hold nothing: of a share so many are admitted as it says, give or take one. */
  #volley(name: Name, calls: number): void {
    const breaker = this.#registry.breaker(name)
    const { admits, share, permits, queue } = this.#said(name)
    let admitted = 0
    for (let call = 0; call < calls; call++) {
      const permit = breaker.tryAcquire()
      if (permit !== undefined) admitted++
      permit?.ignore()
      const held = this.#permitOf(name, null)
      if (held !== null) this.#oracles[name].settle(held, 'ignore')
      expect(permit !== undefined).toBe(held !== null)
    }
    if (admits === 'none' || permits === 0 || queue !== null) expect(admitted, `${admits} of ${calls}`).toBe(0)
    else if (admits === 'all') expect(admitted).toBe(calls)
    else if (share !== null && permits === null) {
      expect(admitted, `${share} of ${calls}`).toBeGreaterThan(share * calls - 1 - 1e-6)
      expect(admitted, `${share} of ${calls}`).toBeLessThan(share * calls + 1 + 1e-6)
    }
  }

  #overrideOf({ state, share, probe }: OverrideSteps): Override {
    return {
      state,
      reason: REASON,
      share: share / 100,
      ...(probe && {
        probe: () => {
          this.#heard.fleetProbes++
          return () => void this.#heard.fleetResults++
        },
      }),
    }
  }

  /** From one timer to the next, and all that comes of each. */
  async #advance(ms: number): Promise<void> {
    const end = this.#clock.now() + ms
    do {
      const [soonest = end] = this.#clock.pending
      const step = Math.max(0, Math.min(soonest, end) - this.#clock.now())
      this.#clock.advance(step)
      for (const name of NAMES) this.#oracles[name].advance(step)
      this.#wakeAll()
      const due = this.#running().filter(({ endsAt }) => endsAt <= this.#clock.now())
      for (const call of due.toSorted((one, other) => one.endsAt - other.endsAt)) {
        call.expected = 'ended'
        if (call.held !== null) this.#oracles[call.name].settle(call.held, 'fail')
      }
      await this.#settled()
    } while (this.#clock.now() < end)
  }

  #wakeAll(): void {
    for (const name of NAMES) this.#oracles[name].wakeAll()
  }

  async #settled(): Promise<void> {
    this.#wakeAll()
    for (const call of this.#asked) {
      if (!call.isCall && call.expected === 'runs' && call.held !== null) call.expected = 'ended'
    }
    await jobsDone()
    for (const call of this.#asked) {
      const { permit, held } = call
      if (call.isCall || permit === null || held === null) continue
      this.#permits.push({ permit, held })
      call.permit = null
      call.seen = 'ended'
    }
  }

  #said(name: Name): AdmissionStatus {
    return this.#registry.breaker(name).admission()
  }

  /** What `admission()` has said is what came of the next call. */
  #agrees(name: Name, said: AdmissionStatus, fate: Fate, mayWait: boolean): void {
    const { admits, refusedBy, share, permits, queue } = said
    const told = `${name}: ${JSON.stringify(said)}`
    const order = ['breaker', 'fleet', 'bulkhead', 'waits', 'runs']
    const by = refusedBy === 'operator' ? 'breaker' : String(refusedBy)
    if (admits === 'all') expect(fate, told).toBe('runs')
    // A gate before the one that refuses all may refuse some itself.
    else if (admits === 'none') expect(order.indexOf(fate), told).toBeLessThanOrEqual(order.indexOf(by))
    else if (permits === 0 && share === null) expect(fate, told).toBe(by)
    else if (permits === 0) expect(order.indexOf(fate), told).toBeLessThanOrEqual(order.indexOf(by))
    else if (queue !== null && share === null) expect(fate, told).toBe(mayWait ? 'waits' : 'bulkhead')
    else if (share === null) expect(fate, told).toBe('runs')
  }

  #check(): void {
    expect(this.#wrong).toEqual([])
    const fates = (of: 'expected' | 'seen') => this.#asked.map((call) => `${call.number} ${call[of]}`).join()
    expect(fates('seen'), 'what became of each call').toBe(fates('expected'))
    for (const name of NAMES) {
      const ran = (numbers: number[]) => numbers.filter((number) => this.#asked[number - 1]?.name === name).join()
      expect(ran(this.#ran.seen), 'in which order calls were made').toBe(ran(this.#ran.expected))
      this.#checkFigures(name)
      this.#checkViews(name)
    }
    const told = NAMES.map((name) => this.#oracles[name].told)
    for (const of of Object.keys(this.#heard) as (keyof AdmissionOracle['told'])[]) {
      expect(this.#heard[of], `told: ${of}`).toBe(told.reduce((sum, each) => sum + each[of], 0))
    }
    this.#checkReader()
  }

  #checkFigures(name: Name): void {
    const oracle = this.#oracles[name]
    const { state, generation } = oracle
    const calls = oracle.breaker.image()['calls'] as { readonly rejected: number }
    const stats = this.#registry.breaker(name).stats()
    const rejected = calls.rejected + oracle.refusedByFleet
    expect(stats).toMatchObject({ state, generation, calls: { ...calls, rejected, limited: oracle.limited } })
    expect(stats.probesInFlight).toBe(oracle.breaker.permits.length)
    const { inFlight, queued } = oracle
    expect(stats.concurrency).toEqual(oracle.policy.maxConcurrent == null ? null : { inFlight, queued })
    const { share, ...said } = oracle.said()
    expect(stats.admission).toMatchObject(said)
    if (share === null) expect(stats.admission.share).toBeNull()
    else expect(stats.admission.share).toBeCloseTo(share)
  }

  /** All who look are given one answer. */
  #checkViews(name: Name): void {
    const breaker = this.#registry.breaker(name)
    const stats = breaker.stats()
    const { admission, state } = stats
    expect(breaker.admission()).toEqual(admission)
    expect(this.#registry.list().find(({ endpoint }) => endpoint === name)).toEqual({
      endpoint: name,
      state,
      admission,
    })
    expect(this.#registry.stats().find(({ endpoint }) => endpoint === name)).toEqual({ endpoint: name, ...stats })
    const { words, ...rest } = admission
    const ill = this.#registry.health({ critical: ['*'] }).endpoints.find(({ endpoint }) => endpoint === name)
    if (admission.admits === 'all') expect(ill).toBeUndefined()
    else
      expect(ill).toMatchObject({
        state: rest.state,
        admits: rest.admits,
        refusedBy: rest.refusedBy,
        reason: words,
        retryAfterMs: rest.retryAfterMs,
      })
  }

  /** A reader of changes comes to each breaker that has other figures than when it came last. */
  #checkReader(): void {
    const news = new Map(Array.from(this.#reader.read(), (stats) => [stats.endpoint, withoutTime(stats)]))
    for (const stats of this.#registry.stats()) {
      const now = withoutTime(stats)
      expect(news.get(stats.endpoint) ?? this.#read.get(stats.endpoint), 'changes()').toBe(now)
      this.#read.set(stats.endpoint, now)
    }
  }
}

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % Math.max(1, list.length)]
}

function nameOf(error: unknown): unknown {
  return (error as { name?: unknown }).name
}

function reasonOf(error: unknown): unknown {
  return (error as { reason?: { type?: unknown } }).reason?.type
}

/** What time alone changes is not told. */
function withoutTime(stats: EndpointStats): string {
  const { timeInState: _, retryAfterMs: __, admission, override, ...rest } = stats
  return JSON.stringify({
    ...rest,
    admission: { ...admission, retryAfterMs: 0 },
    override: { ...override, retryAfterMs: 0 },
  })
}
