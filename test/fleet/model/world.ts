// Simulated processes, each with a real registry and a real membership, one store in memory and one virtual clock; what can
// happen to them is done step by step, and after each step the invariants are checked.

import type { Fleet, MemoryStore } from '../../../src/fleet/index.ts'
import type { FleetRecord } from '../../../src/fleet/record.ts'
import type { FleetLink } from '../../../src/fleet/store.ts'
import type { Breaker, Permit, Registry } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/index.ts'
import { passTime, settle } from '../support/processes.ts'
import { type Grant, Network, OBSERVER } from './network.ts'
import type { Step } from './steps.ts'
import type * as Actual from './subject.ts'

export type Subject = Pick<typeof Actual, 'createRegistry' | 'joinFleet' | 'memoryStore'>

export const OPEN_MS = 2_000
export const MAX_OPEN_MS = 4_000
export const PROBE_MS = 5_000
export const POLICY = {
  failureThreshold: 1_000,
  openTimeout: OPEN_MS,
  backoff: { factor: 2, max: MAX_OPEN_MS },
  probeTimeout: PROBE_MS,
  successThreshold: 2,
}
const FLEET = {
  failureRate: { threshold: 0.5, minimumCalls: 4, window: '10s' },
  quorum: { reporters: 2, share: 0 },
  namespace: 'model',
} as const

/** A probe, or a call, that has not ended. */
export interface Flight {
  readonly permit: Permit
  /** `null`: it is no probe of the fleet. A number: without a lease; for so many ms the store had been there. */
  readonly probe: Grant | number | null
}

export interface Process {
  readonly instance: string
  readonly registry: Registry
  readonly fleet: Fleet
  readonly breaker: Breaker
  readonly flights: Flight[]
  isTripped: boolean
  /** When it did not see the store last. */
  downAt: number
  /** How often a probe of its own has begun or ended, which may move its deadline. */
  probes: number
}

export class World {
  readonly clock = createVirtualClock(1e9)
  readonly network = new Network(() => this.clock.now())
  readonly store: MemoryStore
  readonly processes: Process[] = []
  /** Data were lost: others may have decided about the same version. */
  hasForked = false
  isStopped = false
  hasProbedAlone = false
  /** When some process was last out of touch with the store. */
  disturbedAt = 0
  /** The store's clock was set back: what is open may stay so for its time once more. */
  hasSetBack = false
  /** Probes that succeeded while their lease held, by its version. */
  readonly passed = new Map<number, number>()
  /** What operators said last, and when. */
  readonly commandedAt = new Map<string, number>()
  /** What is done now; `null` before the first. */
  step: Step | null = null
  steps = 0
  /** What the store holds, as long as it can be seen. */
  isSeen = false
  record: FleetRecord | null = null
  readonly errors: string[] = []
  /** How often something was met, to see that it was. */
  readonly met = new Map<string, number>()
  readonly #subject: Subject
  readonly #observer: FleetLink
  readonly #rampShares: readonly number[]
  #made = 0

  constructor(subject: Subject, rampShares: readonly number[] = []) {
    this.#subject = subject
    this.#rampShares = rampShares
    this.store = subject.memoryStore({ clock: this.clock, carry: this.network.carry })
    this.#observer = this.store.join({ namespace: 'model', instance: OBSERVER, liveForMs: 1 })
  }

  get hasRamp(): boolean {
    return this.#rampShares.length > 0
  }

  async start(processes: number): Promise<this> {
    for (let index = 0; index < processes; index++) this.processes.push(await this.#join())
    await this.look()
    return this
  }

  async #join(): Promise<Process> {
    const instance = `p${++this.#made}`
    const { createRegistry, joinFleet } = this.#subject
    const registry = createRegistry({ clock: this.clock, policy: POLICY, seed: this.#made })
    registry.on('error', ({ error }) => this.errors.push(String(error)))
    const store = this.network.watched(this.store)
    const ramp = { shares: this.#rampShares, step: 500 }
    const joining = joinFleet(registry, { ...FLEET, store, instance, ramp })
    await settle()
    const fleet = await joining
    const breaker = registry.breaker('db')
    return { instance, registry, fleet, breaker, flights: [], isTripped: false, downAt: this.clock.now(), probes: 0 }
  }

  async take(step: Step): Promise<void> {
    this.steps++
    this.step = step
    const process = 'of' in step ? this.processes[step.of] : undefined
    if (process !== undefined) await this.#takeOf(process, step)
    else if (step.do === 'pass') await passTime(this.clock, step.ms)
    else if (step.do === 'arrive') this.network.arrive(step.index)
    else if (step.do === 'arriveTwice') this.network.arrive(step.index, true)
    else if (step.do === 'lose') this.network.lose(step.index)
    else if (step.do === 'stop' && !this.isStopped) this.#run(false)
    else if (step.do === 'start' && this.isStopped) this.#run(true)
    else if (step.do === 'flush') {
      this.network.epoch++
      this.hasForked = true
      this.disturbedAt = this.clock.now()
      this.store.flush()
    } else if (step.do === 'shiftClock') {
      this.network.epoch++
      this.hasSetBack ||= step.ms < 0
      this.store.shiftClock(step.ms)
    }
    await settle()
    await this.look()
  }

  #run(isRunning: boolean): void {
    this.isStopped = !isRunning
    if (isRunning) this.store.start()
    else this.store.stop()
  }

  async #takeOf(process: Process, step: Step): Promise<void> {
    const { breaker, flights, fleet, instance } = process
    if (step.do === 'calls') {
      for (let call = 0; call < 8; call++) this.#begin(process)
      for (let call = 0; call < 8; call++) this.#end(process, step.well)
    } else if (step.do === 'begin') this.#begin(process)
    else if (step.do === 'probe') {
      this.#begin(process)
      await passTime(this.clock, 20)
      this.#begin(process)
    } else if (step.do === 'end') this.#end(process, step.well)
    else if (step.do === 'network') {
      this.network.modes.set(instance, step.mode)
      this.disturbedAt = this.clock.now()
    } else if (step.do === 'command') {
      this.commandedAt.set(step.type, this.clock.now())
      void fleet[step.type]('db').catch(() => {})
      await settle()
    } else if (step.do === 'localTrip') {
      process.isTripped = true
      breaker.trip('maintenance', { openTimeout: '30d' })
    } else if (step.do === 'localReset') {
      process.isTripped = false
      breaker.reset()
    } else if (step.do === 'crash') {
      this.network.dead.add(instance)
      flights.length = 0
      void process.registry.close()
      await settle()
      const index = this.processes.indexOf(process)
      this.processes[index] = await this.#join()
    }
  }

  #begin(process: Process): void {
    const { breaker, flights, fleet, instance } = process
    const { override } = breaker.stats()
    const permit = breaker.tryAcquire()
    if (permit === undefined) return
    const isProbe = override !== null && override.state === 'halfOpen' && override.share === 0
    if (!isProbe) {
      flights.push({ permit, probe: null })
      return
    }
    process.probes++
    const grant = this.network.grants.get(instance)
    const version = fleet.endpoints()[0]?.version
    const isLeased = grant !== undefined && grant.version === version && this.clock.now() < grant.until
    if (isLeased) this.network.grants.delete(instance)
    this.meet(isLeased ? 'a probe' : 'a probe alone')
    flights.push({ permit, probe: isLeased ? grant : this.clock.now() - process.downAt })
  }

  #end(process: Process, isWell: boolean): void {
    const flight = process.flights.shift()
    if (flight === undefined) return
    const { probe } = flight
    if (probe !== null) process.probes++
    if (typeof probe === 'number') this.hasProbedAlone = true
    else if (probe !== null && isWell && this.clock.now() < probe.until)
      this.passed.set(probe.version, (this.passed.get(probe.version) ?? 0) + 1)
    if (isWell) flight.permit.success()
    else flight.permit.failure(new Error('down'))
  }

  meet(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1)
  }

  /** What the store holds, and who sees it. */
  async look(): Promise<void> {
    const isCalm = !this.isStopped && this.network.isAnswering && this.#areInStep()
    if (!isCalm) this.disturbedAt = this.clock.now()
    for (const process of this.processes) {
      const { override } = process.breaker.stats()
      this.meet(`override ${override === null ? 'nothing' : override.share > 0 ? `a share` : override.state}`)
      if (!/synced|polling/.test(process.fleet.stats().state)) process.downAt = this.clock.now()
    }
    const looking = this.#observer.poll({ cursor: null, entries: [] }).catch(() => undefined)
    await settle(20)
    const news = await looking
    this.isSeen = news !== undefined
    if (news === undefined) return
    const before = this.record?.version
    this.record = news.changes.find(({ endpoint }) => endpoint === 'db')?.record ?? null
    if (this.record !== null && this.record.version !== before) this.meet(`decided ${this.record.reason}`)
  }

  #areInStep(): boolean {
    return this.processes.every(({ fleet }) => /synced|polling/.test(fleet.stats().state))
  }

  /** Nothing is in flight, and no message on its way. */
  calm(): void {
    this.step = null
    const { modes, held } = this.network
    modes.clear()
    while (held.length > 0) this.network.arrive(0)
    for (const process of this.processes) {
      while (process.flights.length > 0) this.#end(process, true)
      if (process.isTripped) process.breaker.reset()
      process.isTripped = false
    }
  }

  run(isRunning: boolean): void {
    if (isRunning === this.isStopped) this.#run(isRunning)
  }

  /** Calls come, and succeed: how long until it is so? */
  async until(isSo: () => boolean, withinMs: number): Promise<boolean> {
    const end = this.clock.now() + withinMs
    while (!isSo() && this.clock.now() < end) {
      for (const process of this.processes) {
        this.#begin(process)
        this.#end(process, true)
        await settle()
      }
      await passTime(this.clock, 100)
      await this.look()
    }
    return isSo()
  }

  /** Whatever is rejected is so by the word of an operator. */
  isFree(): boolean {
    return this.processes.every(({ breaker }) => {
      const { override } = breaker.stats()
      return override === null || override.share === 1 || override.state === 'forcedOpen'
    })
  }

  /** Nothing is override but by an operator, and all know the same. */
  isAtRest(): boolean {
    const known = this.processes.map(({ fleet }) => fleet.endpoints()[0])
    const state = known[0]?.state ?? 'closed'
    const isSame = known.every(
      (record) => (record?.state ?? 'closed') === state && record?.version === known[0]?.version,
    )
    return (
      isSame &&
      state !== 'open' &&
      state !== 'halfOpen' &&
      this.processes.every(({ breaker }) => {
        const { override } = breaker.stats()
        return state === 'forcedOpen' ? override?.state === 'forcedOpen' : override === null
      })
    )
  }

  /** What is left behind. */
  async end(): Promise<number> {
    for (const { registry } of this.processes) void registry.close()
    await settle()
    await passTime(this.clock, 200)
    return this.clock.pending.length
  }
}
