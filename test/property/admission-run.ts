// One random history of admissions: lived through by a registry, beside the oracle that says what must come of each step.
import { expect } from 'vitest'
import { createRegistry, type PolicyOptions } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/index.ts'
import { jobsDone } from '../support/calls.ts'
import { overrideOf, pick, type Way } from './admission-asked.ts'
import { Cast } from './admission-cast.ts'
import { AdmissionOracle } from './admission-oracle.ts'
import type { Name, Step } from './admission-steps.ts'
import { checkViews, Reader } from './admission-views.ts'
import { TRIP_MS } from './subjects.ts'

const NAMES: readonly Name[] = ['a', 'b']
export class AdmissionRun {
  readonly #clock = createVirtualClock()
  readonly #registry
  readonly #oracles: Record<Name, AdmissionOracle>
  readonly #heard = { breaker: 0, operator: 0, fleet: 0, limited: 0, nested: 0, fleetProbes: 0, fleetResults: 0 }
  readonly #reader: Reader
  readonly #cast: Cast

  constructor(policy: PolicyOptions, { folding, heard }: Way, create: typeof createRegistry = createRegistry) {
    this.#oracles = { a: new AdmissionOracle(policy), b: new AdmissionOracle(policy) }
    this.#registry = create({ clock: this.#clock, folding, seed: 7, supervision: { maxRestarts: 1_000 } })
    for (const name of NAMES) this.#registry.configure(name, policy)
    this.#registry.on('rejected', ({ by }) => void this.#heard[by]++)
    this.#registry.on('limited', () => void this.#heard.limited++)
    this.#registry.on('nested', () => void this.#heard.nested++)
    if (heard) this.#registry.on('success', () => {})
    this.#registry.on('error', ({ source, error }) => {
      if (source !== 'actor') this.#cast.wrong.push(`${source}: ${String(error)}`)
    })
    this.#reader = new Reader(this.#registry)
    this.#cast = new Cast(this.#registry, this.#clock, this.#oracles)
  }

  async take(step: Step): Promise<void> {
    const oracle = this.#oracles[step.on]
    const breaker = this.#registry.breaker(step.on)
    switch (step.do) {
      case 'call':
        this.#cast.ask(step.on, true, step.from, step)
        break
      case 'acquire':
        this.#cast.ask(step.on, false, step.from, { signal: true, timeout: null })
        break
      case 'tryAcquire':
        this.#cast.tryAcquire(step.on, step.from)
        break
      case 'run':
        this.#cast.runIn(pick(this.#cast.permits, step.permit), step.from)
        break
      case 'end':
        this.#cast.end(pick(this.#cast.running(), step.which), step.how)
        break
      case 'leave':
        this.#cast.leave(pick(this.#cast.waiting(), step.which))
        break
      case 'report':
        for (const result of step.results) this.#cast.report(pick(this.#cast.permits, step.which), result)
        break
      case 'volley':
        this.#cast.volley(step.on, step.calls)
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
        } else if (step.command === 'tripFor') breaker.trip('by hand', { openTimeout: TRIP_MS })
        else breaker[step.command]()
        oracle.command(step.command)
        break
      case 'override':
        breaker.override(step.given && overrideOf(step.given, () => this.#beginProbe()))
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
    for (let live = this.#cast.live; live > 0; live = this.#cast.live) {
      for (const { permit, held } of this.#cast.permits.splice(0)) this.#cast.report({ permit, held }, 'ignore')
      for (const call of this.#cast.running()) this.#cast.end(call, 'succeed')
      await this.#settled()
      expect(this.#cast.live, 'nobody waits for nothing').toBeLessThan(live)
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

  #beginProbe(): () => void {
    this.#heard.fleetProbes++
    return () => void this.#heard.fleetResults++
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
      const due = this.#cast.running().filter(({ endsAt }) => endsAt <= this.#clock.now())
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
    // Who looks finds all done that a stall has left undone; those who wait hear of it.
    this.#registry.stats()
    for (const name of NAMES) this.#oracles[name].advance(0)
    this.#wakeAll()
    for (const call of this.#cast.asked) {
      if (!call.isCall && call.expected === 'runs' && call.held !== null) call.expected = 'ended'
    }
    await jobsDone()
    for (const call of this.#cast.asked) {
      const { permit, held } = call
      if (call.isCall || permit === null || held === null) continue
      this.#cast.permits.push({ permit, held })
      call.permit = null
      call.seen = 'ended'
    }
  }

  #check(): void {
    expect(this.#cast.wrong).toEqual([])
    const fates = (of: 'expected' | 'seen') => this.#cast.asked.map((call) => `${call.number} ${call[of]}`).join()
    expect(fates('seen'), 'what became of each call').toBe(fates('expected'))
    for (const name of NAMES) {
      const ran = (numbers: number[]) => numbers.filter((number) => this.#cast.asked[number - 1]?.name === name).join()
      expect(ran(this.#cast.ran.seen), 'in which order calls were made').toBe(ran(this.#cast.ran.expected))
      this.#checkFigures(name)
      checkViews(this.#registry, name)
    }
    const told = NAMES.map((name) => this.#oracles[name].told)
    for (const of of Object.keys(this.#heard) as (keyof AdmissionOracle['told'])[]) {
      expect(this.#heard[of], `told: ${of}`).toBe(told.reduce((sum, each) => sum + each[of], 0))
    }
    this.#reader.check()
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
}
