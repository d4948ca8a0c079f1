// JoinedFleet: one registry's membership: its breakers are shared, rounds are made when the membership's actor asks for
// them, and news goes to the endpoint concerned. Whatever the store does wrong ends here.

import { type FleetRequest, fleetMachine } from '../../machines/index.ts'
import { checkOptions } from '../core/options/index.ts'
import { hashOf } from '../core/rules/hash.ts'
import { ArgumentError, type EndpointStats, isBreakerError, type Registry, type Spawned } from '../index.ts'
import { checkChanges, checkLink } from './check-answer.ts'
import { ErrorReporter } from './error-reporter.ts'
import type { Fleet, FleetCommandOptions, FleetEndpoint, FleetStats } from './fleet.ts'
import type { ResolvedFleet } from './options.ts'
import { PendingChanges } from './pending-changes.ts'
import type { FleetChange } from './record.ts'
import { Rounds } from './rounds.ts'
import { packRules } from './rules.ts'
import { type Membership, SharedEndpoint } from './shared-endpoint.ts'
import type { FleetCommand, FleetLink } from './store.ts'
import { FleetStoreError } from './store-error.ts'

export class JoinedFleet implements Fleet {
  readonly instance: string
  /** The first round has ended, well or not. */
  readonly begun: Promise<void>
  readonly #registry: Registry
  readonly #options: ResolvedFleet
  readonly #link: FleetLink
  /** Absent while it is being started. */
  readonly #actor: Spawned<typeof fleetMachine> | undefined
  readonly #endpoints = new Map<string, SharedEndpoint>()
  /** By the name that the store uses. */
  readonly #byName = new Map<string, SharedEndpoint>()
  readonly #pendingChanges = new PendingChanges()
  readonly #endings: (() => void)[] = []
  readonly #membership: Membership & { live: number; isStoreUp: boolean }
  readonly #rounds: Rounds
  readonly #errorReporter: ErrorReporter
  #hasBegun: () => void = () => {}
  #isGone: () => void = () => {}
  /** The time for leaving is up. */
  readonly #gone: Promise<void>
  #syncedAt: number | null = null
  #isLeaving = false
  #leaving: Promise<void> | null = null
  #hasLeft = false

  constructor(registry: Registry, options: ResolvedFleet) {
    const { store, namespace, instance, membership, breaker } = options
    this.instance = instance
    this.begun = new Promise((resolve) => {
      this.#hasBegun = resolve
    })
    this.#gone = new Promise((resolve) => {
      this.#isGone = resolve
    })
    this.#registry = registry
    this.#options = options
    this.#errorReporter = new ErrorReporter(registry)
    const seed = hashOf(instance)
    const link = store.join({ namespace, instance, liveForMs: Math.ceil(5 * options.pollMs) })
    checkLink(link)
    this.#link = link
    this.#rounds = new Rounds(registry, link, options.pollMs, this.#endpoints)
    this.#membership = {
      ...{ link, breakerRules: breaker, seed, live: 1, isStoreUp: false },
      now: () => registry.now(),
      hasBreaker: (endpoint) => !registry.isClosed && registry.has(endpoint),
      heard: (change) => this.#hear([change]),
      failed: (error) => this.#errorReporter.failed(error),
    }
    for (const stats of registry.stats()) this.#share(stats)
    try {
      this.#listen()
      this.#actor = registry.spawn(fleetMachine, {
        id: 'fleet',
        input: { rules: membership, seed },
        on: (request) => this.#do(request),
        onEnd: () => void this.leave(),
      })
    } catch (error) {
      void this.leave()
      if (!isBreakerError(error, 'INVALID_ARGUMENT')) throw error
      throw new ArgumentError('joinFleet(registry)', 'a registry that is in no fleet', registry)
    }
  }

  stats(): FleetStats {
    const value = this.#actor?.getSnapshot()?.value ?? 'connecting'
    const state = typeof value === 'string' ? value : 'synced'
    return {
      state: this.#hasLeft ? 'left' : !this.#isLeaving ? state : 'leaving',
      live: this.#membership.live,
      viewAgeMs: this.#syncedAt === null ? null : this.#registry.now() - this.#syncedAt,
      endpoints: this.#endpoints.size,
      link: this.#link.figures(),
    }
  }

  endpoints(): FleetEndpoint[] {
    return [...this.#endpoints.values()]
      .filter(({ record }) => record.version > 0)
      .map(({ endpoint, record }) => ({ endpoint, ...record }))
  }

  trip(endpoint: string, options?: FleetCommandOptions): Promise<void> {
    return this.#command(endpoint, 'trip', options)
  }
  probe(endpoint: string): Promise<void> {
    return this.#command(endpoint, 'probe')
  }
  reset(endpoint: string): Promise<void> {
    return this.#command(endpoint, 'reset')
  }
  isolate(endpoint: string, options?: FleetCommandOptions): Promise<void> {
    return this.#command(endpoint, 'isolate', options)
  }
  disable(endpoint: string): Promise<void> {
    return this.#command(endpoint, 'disable')
  }
  enable(endpoint: string): Promise<void> {
    return this.#command(endpoint, 'enable')
  }

  leave(): Promise<void> {
    this.#isLeaving = true
    this.#leaving ??= this.#leave()
    return this.#leaving
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave()
  }

  async #leave(): Promise<void> {
    const { failed } = this.#membership
    const { leaveTimeoutMs } = this.#options.membership
    for (const end of this.#endings) {
      try {
        end()
      } catch (error) {
        failed(error)
      }
    }
    for (const shared of this.#endpoints.values()) shared.leave()
    this.#actor?.send({ type: 'leave' })
    this.#hasBegun()
    // The clock of a registry that is closed, or never joined, does not report that the time is up.
    const hasActor = this.#actor?.getSnapshot()?.status === 'active'
    const timer = hasActor ? undefined : setTimeout(this.#isGone, leaveTimeoutMs)
    try {
      await Promise.race([this.#link.close(), this.#gone])
    } catch (error) {
      failed(error)
    }
    clearTimeout(timer)
    this.#actor?.send({ type: 'left' })
    this.#actor?.stop()
    this.#hasLeft = true
  }

  #listen(): void {
    const registry = this.#registry
    this.#endings.push(
      registry.on('created', ({ endpoint }) => {
        if (registry.has(endpoint)) this.#share({ endpoint, ...registry.breaker(endpoint).stats() })
      }),
      registry.on('deleted', ({ endpoint }) => this.#unshare(endpoint)),
      // A breaker that has opened has seen enough: the others should know.
      registry.on('transition', ({ to }) => {
        if (to === 'open') this.#actor?.send({ type: 'hurry' })
      }),
    )
    const end = this.#link.subscribe({
      onChanges: (changes) => this.#heardOf(changes),
      onReady: () => {
        this.#rounds.startOver()
        this.#actor?.send({ type: 'reachable' })
      },
      // The next request finds that out.
      onLost: (error) => this.#errorReporter.lost(error),
    })
    this.#endings.push(() => end())
  }

  #do(request: FleetRequest): void {
    if (request.type === 'round') void this.#round(request.round, request.isFirst)
    else if (request.type === 'lost') this.#storeIs(false)
    else if (request.type === 'back') this.#storeIs(true)
    else if (request.type === 'gone') this.#isGone()
  }

  #storeIs(isUp: boolean): void {
    this.#membership.isStoreUp = isUp
    for (const shared of this.#endpoints.values()) shared.storeIs(isUp, this.#membership.live)
  }

  /** Fetches what is new, and reports what was seen. */
  async #round(round: number, isFirst: boolean): Promise<void> {
    if (isFirst) this.#rounds.startOver()
    try {
      const { changes, live } = await this.#rounds.poll()
      this.#membership.live = Math.max(1, live)
      this.#syncedAt = this.#registry.now()
      this.#hear(changes)
      await this.#rounds.report((answers) => this.#hear(answers))
      this.#errorReporter.over()
      this.#actor?.send({ type: 'done', round })
    } catch (error) {
      this.#membership.failed(error)
      this.#actor?.send({ type: 'failed', round })
    }
    this.#hasBegun()
  }

  /** Pushes are checked here: nobody waits for them, and a wrong one must not harm the store's client. */
  #heardOf(changes: unknown): void {
    try {
      checkChanges(changes)
      this.#hear(changes)
    } catch (error) {
      this.#membership.failed(error)
    }
  }

  #hear(changes: readonly FleetChange[]): void {
    if (this.#isLeaving || this.#registry.isClosed) return
    for (const change of changes) {
      const shared = this.#byName.get(change.endpoint)
      this.#errorReporter.heard(change, shared?.endpoint)
      if (shared !== undefined && packRules(shared.rules).digest === change.rules) shared.hear(change)
      // There may be a breaker here later, or one with these rules.
      else this.#pendingChanges.note(change, this.#registry.now())
    }
  }

  #share(stats: EndpointStats): void {
    const { endpoint } = stats
    if (!this.#options.isShared(endpoint) || this.#endpoints.has(endpoint)) return
    const shared = new SharedEndpoint(this.#registry.breaker(endpoint), this.#options.rulesFor, stats, this.#membership)
    this.#endpoints.set(endpoint, shared)
    this.#byName.set(shared.name, shared)
    const heard = this.#pendingChanges.recall(shared.name, packRules(shared.rules).digest, this.#registry.now())
    if (heard !== undefined) shared.hear(heard)
  }

  #unshare(endpoint: string): void {
    const shared = this.#endpoints.get(endpoint)
    if (shared === undefined) return
    this.#endpoints.delete(endpoint)
    this.#byName.delete(shared.name)
    this.#pendingChanges.note(shared.change, this.#registry.now())
    shared.end()
  }

  async #command(endpoint: string, type: FleetCommand['type'], options: FleetCommandOptions = {}): Promise<void> {
    if (typeof endpoint !== 'string') throw new ArgumentError('endpoint', 'a name, as a string', endpoint)
    checkOptions('options', options, ['message'])
    if (!this.#options.isShared(endpoint)) throw new ArgumentError('endpoint', 'one that is shared', endpoint)
    if (this.#isLeaving) throw new FleetStoreError('FLEET_STORE_CLOSED', `${type}: the fleet was left`)
    // Its policy says what rules it is shared under.
    this.#registry.breaker(endpoint)
    const shared = this.#endpoints.get(endpoint)
    if (shared === undefined) throw new ArgumentError('endpoint', 'one that has a breaker', endpoint)
    const change: unknown = await this.#link.command(shared.entry, { type, message: options.message })
    const changes = [change]
    checkChanges(changes)
    this.#hear(changes)
  }
}
