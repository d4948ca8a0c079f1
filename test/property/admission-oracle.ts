// The oracle of admission: which calls get in, wait, or are refused, and by whom; written from docs/policy.md ("A limit of
// concurrent calls", "How it comes back"), docs/calls.md and the order of the gates, without a line of src/. What the breaker
// itself decides is the other oracle's (oracle.ts); here is what was laid around it: an override, slots and a queue, nesting.
import type { PolicyOptions } from '../../src/index.ts'
import { type Asker, type Frame, type Gate, Held } from './admission-held.ts'
import { type Said, saidBy } from './admission-said.ts'
import { Oracle } from './oracle.ts'
import type { Command, Result } from './subjects.ts'

export interface OverrideSteps {
  readonly state: 'open' | 'halfOpen' | 'forcedOpen'
  /** In hundredths, so that nothing is rounded. */
  readonly share: number
  readonly probe: boolean
}

interface Ruling extends OverrideSteps {
  credit: number
  isProbeFree: boolean
}

export class AdmissionOracle {
  readonly breaker: Oracle
  policy: PolicyOptions
  /** Another one when its name was deleted. */
  instance: object = {}
  /** Calls that hold a slot, and askers that wait, in order. */
  #slots = new Set<object>()
  #queue: Asker[] = []
  /** Those who left the queue and have not asked anew yet; with the slot that is held for them. */
  #woken: { readonly asker: Asker; readonly slot: object | null }[] = []
  #ruling: Ruling | null = null
  /** What was told, of all breakers of the name. */
  readonly told = { breaker: 0, operator: 0, fleet: 0, limited: 0, nested: 0, fleetProbes: 0, fleetResults: 0 }
  /** What has been counted of this one that the breaker's own oracle does not know of. */
  refusedByFleet = 0
  limited = 0

  constructor(policy: PolicyOptions) {
    this.policy = policy
    this.breaker = new Oracle(policy)
  }

  get state(): string {
    return this.breaker.image()['state'] as string
  }

  get generation(): number {
    return this.breaker.image()['generation'] as number
  }

  get inFlight(): number {
    return this.#slots.size
  }

  get queued(): number {
    return this.#queue.length
  }

  /** Asks for admission now: who is neither admitted nor refused waits. */
  ask(asker: Asker): void {
    this.#moveOn()
    this.#answer(asker, null)
  }

  /** Whether a call that comes now, from here, would be admitted. */
  allows(around: Frame | null): boolean {
    const outer = this.#enclosing(around)
    return this.#insideOf(outer) !== null || this.#refuser(outer?.hasSlot === true) === null
  }

  /** The first outcome counts. */
  settle(held: Held, result: Result): void {
    if (held.isSettled) return
    held.isSettled = true
    if (held.outer !== null) this.told.nested++
    held.settle(result)
    this.#moveOn()
  }

  /** Ends the wait. */
  leave(asker: Asker): void {
    this.#queue = this.#queue.filter((other) => other !== asker)
  }

  command(command: Command): void {
    this.breaker.command(command)
    if (command === 'delete') {
      this.instance = {}
      this.#slots = new Set()
      this.#woken.push(...this.#queue.splice(0).map((asker) => ({ asker, slot: null })))
      this.#ruling = null
      this.refusedByFleet = 0
      this.limited = 0
    }
    this.#moveOn()
  }

  record(result: 'succeed' | 'fail'): void {
    this.breaker.record(result)
    this.#moveOn()
  }

  configure(policy: PolicyOptions): void {
    this.breaker.configure(policy)
    this.policy = policy
    this.#moveOn()
  }

  override(given: OverrideSteps | null): void {
    this.#ruling = given && { ...given, credit: 0, isProbeFree: given.probe }
    this.#moveOn()
  }

  advance(ms: number): void {
    this.breaker.advance(ms)
    this.#moveOn()
  }

  /** Those who have left the queue ask anew, one after another, when what has woken them is over. */
  wakeAll(): void {
    for (let next = this.#woken.shift(); next !== undefined; next = this.#woken.shift()) {
      const { asker, slot } = next
      // That of a breaker which is gone meanwhile is nobody's.
      const isStillHeld = slot !== null && this.#slots.has(slot)
      if (slot === null || !isStillHeld) this.ask(asker)
      else this.#answer(asker, slot)
    }
  }

  /** What `admission()` must say. */
  said(): Said {
    const limits = [this.#ownLimit(), this.#fleetLimit(), this.#bulkheadLimit()]
    return saidBy(
      limits.filter((limit) => limit !== null),
      this.state,
    )
  }

  #ownLimit(): Said | null {
    const { state } = this
    const { lets, permits = null, share = null } = this.breaker.look()
    if (lets === 'all') return null
    const refusedBy = state === 'forcedOpen' ? 'operator' : 'breaker'
    return { admits: lets === 'no' ? 'none' : 'some', refusedBy, state, share, permits, queue: null }
  }

  #fleetLimit(): Said | null {
    const ruling = this.#rulingInForce()
    if (ruling === null || ruling.share >= 100) return null
    const { state, share, isProbeFree, probe } = ruling
    const said = { refusedBy: 'fleet', state, share: null, permits: null, queue: null } as const
    if (isProbeFree) return { ...said, admits: 'some', permits: 1 }
    if (share > 0) return { ...said, admits: 'some', share: share / 100 }
    return probe ? { ...said, admits: 'some', permits: 0 } : { ...said, admits: 'none' }
  }

  #bulkheadLimit(): Said | null {
    if (this.#isSlotFree()) return null
    const room = Math.max(0, (this.policy.maxQueued ?? 0) - this.#queue.length)
    const said = { refusedBy: 'bulkhead', state: this.state, share: null, permits: null } as const
    return room > 0 ? { ...said, admits: 'some', queue: room } : { ...said, admits: 'none', queue: null }
  }

  #rulingInForce(): Ruling | null {
    return this.state === 'disabled' ? null : this.#ruling
  }

  #isSlotFree(): boolean {
    const { maxConcurrent } = this.policy
    return maxConcurrent == null || (this.#queue.length === 0 && this.#slots.size < maxConcurrent)
  }

  /** By which gate a call is refused, in their order. */
  #refuser(hasItsSlot: boolean): Gate | null {
    if (!this.breaker.look().admitsNext) return 'breaker'
    const ruling = this.#rulingInForce()
    if (ruling !== null && !ruling.isProbeFree && ruling.credit + ruling.share < 100) return 'fleet'
    return hasItsSlot || this.#isSlotFree() ? null : 'bulkhead'
  }

  /** The innermost call of this breaker around, that has not ended. */
  #enclosing(around: Frame | null): Held | null {
    for (let frame = around; frame !== null; frame = frame.around) {
      if (frame.call.instance === this.instance && !frame.call.isSettled) return frame.call
    }
    return null
  }

  /** The call around, if a call inside it runs under that. */
  #insideOf(outer: Held | null): Held | null {
    if (outer === null || outer.generation !== this.generation) return null
    // Where nothing is counted any more, as under a limit that is gone, both count by themselves.
    const isGuarded = this.breaker.look().lets !== 'all' || this.#ruling !== null || this.policy.maxConcurrent != null
    if (!isGuarded) return null
    return outer.permit === null || this.breaker.permits.includes(outer.permit) ? outer : null
  }

  #answer(asker: Asker, slot: object | null): void {
    const outer = this.#enclosing(asker.around)
    const under = this.#insideOf(outer)
    if (under !== null) {
      if (slot !== null) this.#giveBack(slot)
      asker.admitted(new Held(this.instance, this.generation, under))
      return
    }
    const hasItsSlot = slot !== null || outer?.hasSlot === true
    const by = this.#refuser(hasItsSlot)
    if (by === null) {
      asker.admitted(this.#take(hasItsSlot, slot))
      this.#moveOn()
    } else if (by === 'bulkhead' && asker.mayWait && this.#queue.length < (this.policy.maxQueued ?? 0)) {
      this.#queue.push(asker)
    } else {
      this.#refuse(by)
      asker.refused(by)
      if (slot !== null) this.#giveBack(slot)
    }
  }

  #take(hasItsSlot: boolean, slot: object | null): Held {
    const { lets } = this.breaker.look()
    const held = new Held(this.instance, this.generation, null)
    const settle = this.breaker.admit()
    if (settle === undefined) throw new Error('the gates agreed, and the breaker refuses')
    if (lets === 'probe') held.permit = this.breaker.permits.at(-1) ?? null
    held.isOfShare = lets === 'share'
    const mine = hasItsSlot || this.policy.maxConcurrent == null ? slot : {}
    if (mine !== null) this.#slots.add(mine)
    held.hasSlot = mine !== null
    const ruling = this.#rulingInForce()
    if (ruling?.isProbeFree) {
      ruling.isProbeFree = false
      held.isFleetProbe = true
      this.told.fleetProbes++
    } else if (ruling !== null) {
      ruling.credit = Math.max(0, ruling.credit + ruling.share - 100)
      held.isOfShare ||= ruling.share > 0 && ruling.share < 100
    }
    const slots = this.#slots
    held.settle = (result) => {
      settle(result)
      if (held.isFleetProbe) this.told.fleetResults++
      if (mine !== null) slots.delete(mine)
    }
    return held
  }

  #refuse(by: Gate): void {
    if (this.#ruling !== null) this.#ruling.credit = Math.min(100, this.#ruling.credit + this.#ruling.share)
    if (by === 'bulkhead') {
      this.limited++
      this.told.limited++
    } else if (by === 'fleet') {
      this.refusedByFleet++
      this.told.fleet++
    } else {
      this.told[this.state === 'forcedOpen' ? 'operator' : 'breaker']++
      this.breaker.admit()
    }
  }

  #giveBack(slot: object): void {
    this.#slots.delete(slot)
    this.#moveOn()
  }

  /** Who waits leaves the queue when there is a slot, or nothing to wait for any more. */
  #moveOn(): void {
    while (this.#queue.length > 0) {
      const isRefused = this.#refuser(true) !== null
      const isFree = this.policy.maxConcurrent == null || this.#slots.size < this.policy.maxConcurrent
      if (!isRefused && !isFree) return
      const asker = this.#queue.shift() as Asker
      const slot = isRefused ? null : {}
      if (slot !== null) this.#slots.add(slot)
      this.#woken.push({ asker, slot })
    }
  }
}
