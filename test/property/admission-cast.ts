// Cast: the calls and permits of a random history: each made and ended for the registry and for the oracle alike.
import { AsyncLocalStorage } from 'node:async_hooks'
import { expect } from 'vitest'
import type { CallContext, Registry } from '../../src/index.ts'
import type { VirtualClock } from '../../src/testing/index.ts'
import { DOWN, promiseOf } from '../support/calls.ts'
import { type Asked, fateBy, type HeldPermit, type Inside, pick, type Slot, type Spot } from './admission-asked.ts'
import type { Frame, Gate, Held } from './admission-held.ts'
import type { AdmissionOracle } from './admission-oracle.ts'
import type { From, Name } from './admission-steps.ts'
import { agrees } from './admission-views.ts'
import type { Result } from './subjects.ts'

const OUTSIDE: Inside = (code) => code()

export class Cast {
  readonly asked: Asked[] = []
  readonly permits: HeldPermit[] = []
  /** Which calls ran, in order. */
  readonly ran: Record<'expected' | 'seen', number[]> = { expected: [], seen: [] }
  /** What was found wrong where nobody awaits it. */
  readonly wrong: string[] = []
  readonly #slots: Slot[] = []
  readonly #registry: Registry
  readonly #clock: VirtualClock
  readonly #oracles: Record<Name, AdmissionOracle>

  constructor(registry: Registry, clock: VirtualClock, oracles: Record<Name, AdmissionOracle>) {
    this.#registry = registry
    this.#clock = clock
    this.#oracles = oracles
  }

  running(): Asked[] {
    return this.asked.filter(({ isCall, expected }) => isCall && expected === 'runs')
  }

  waiting(): Asked[] {
    return this.asked.filter(({ expected }) => expected === 'waits')
  }

  get live(): number {
    return this.running().length + this.waiting().length + this.permits.length
  }

  #slotOf(from: From): Spot {
    const slot = from === null ? undefined : pick(this.#slots, from.which)
    if (from === null || slot === undefined) return { inside: OUTSIDE, frame: null, context: undefined, told: null }
    const { inside, frame, held, context } = slot
    if (from.by === 'itself' || context === undefined) return { inside, frame, context: undefined, told: frame }
    return { inside: OUTSIDE, frame: null, context, told: held.frames(null) }
  }

  ask(name: Name, isCall: boolean, from: From, how: object): void {
    const {
      signal = false,
      timeout = null,
      fallback = false,
    } = how as Record<string, unknown> & {
      signal?: boolean
      timeout?: number | null
      fallback?: boolean
    }
    const { inside, frame, context, told } = this.#slotOf(from)
    const before = this.#registry.breaker(name).admission()
    const call: Asked = {
      name,
      number: this.asked.length + 1,
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
        if (isCall) this.ran.expected.push(call.number)
        if (timeout !== null) call.endsAt = this.#clock.now() + timeout
      },
      refused: (by) => {
        call.expected = by
      },
    }
    this.asked.push(call)
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
    if (told === null) agrees(name, before, call.expected, call.mayWait)
  }

  #runs(call: Asked, context: CallContext): Promise<string> {
    call.seen = 'runs'
    this.ran.seen.push(call.number)
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

  #remember(slot: Slot): void {
    this.#slots.push(slot)
    if (this.#slots.length > 8) this.#slots.shift()
  }

  #refusal(call: Asked, error: unknown): string {
    const fate = call.seen === 'runs' ? 'ended' : fateBy(error)
    if (fate === null) this.wrong.push(`${call.number}: ${String(error)}`)
    else call.seen = fate
    return 'instead'
  }

  tryAcquire(name: Name, from: From): void {
    const { inside, frame, context, told } = this.#slotOf(from)
    const before = this.#registry.breaker(name).admission()
    const breaker = this.#registry.breaker(name)
    const mayCome = this.#oracles[name].allows(told)
    const allows = inside(() => breaker.allows())
    expect(allows, 'allows()').toBe(this.#oracles[name].allows(frame))
    const permit = inside(() => breaker.tryAcquire(context && { context }))
    const held = this.#permitOf(name, told)
    expect(permit !== undefined, 'tryAcquire()').toBe(mayCome)
    expect(held !== null).toBe(mayCome)
    if (told === null) agrees(name, before, held === null ? this.#lastRefusal : 'runs', false)
    if (permit !== undefined && held !== null) this.permits.push({ permit, held })
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

  runIn(of: HeldPermit | undefined, from: From): void {
    if (of === undefined) return
    const { inside, frame } = this.#slotOf(from)
    const snapshot = inside(() => of.permit.run(() => AsyncLocalStorage.snapshot())) as Inside
    this.#remember({ inside: snapshot, frame: of.held.frames(frame), held: of.held, context: undefined })
  }

  end(call: Asked | undefined, how: 'succeed' | 'fail' | 'abort'): void {
    if (call === undefined || call.held === null) return
    if (how === 'succeed') call.end.resolve('ok')
    else if (how === 'fail' || call.abort === null) call.end.reject(DOWN)
    else call.abort.abort()
    const result: Result = how === 'succeed' ? 'succeed' : how === 'fail' || call.abort === null ? 'fail' : 'ignore'
    call.expected = 'ended'
    this.#oracles[call.name].settle(call.held, result)
  }

  leave(call: Asked | undefined): void {
    if (call === undefined || call.abort === null) return
    call.abort.abort()
    call.expected = 'left'
    this.#oracles[call.name].leave(call)
  }

  report(of: HeldPermit | undefined, result: Result): void {
    if (of === undefined) return
    const { permit, held } = of
    if (result === 'succeed') permit.success()
    else if (result === 'fail') permit.failure()
    else permit.ignore()
    const name = permit.endpoint as Name
    this.#oracles[name].settle(held, result)
    const index = this.permits.indexOf(of)
    // Reported twice by chance, too: it stays as long as others are there.
    if (index >= 0 && this.permits.length > 3) this.permits.splice(index, 1)
  }

  /** Many in a row, at one moment, that hold nothing: of a share so many are admitted as it says, give or take one. */
  volley(name: Name, calls: number): void {
    const breaker = this.#registry.breaker(name)
    const { admits, share, permits, queue } = this.#registry.breaker(name).admission()
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
}
