/// <reference lib="esnext.disposable" preserve="true" />
// joinFleet: a registry becomes one of a fleet of processes that decide together, through a store that no call waits for.
import { type FleetRequest, fleetMachine } from '../../machines/index.ts'
import { ArgumentError, type EndpointStats, isBreakerError, type Registry, type Spawned } from '../index.ts'
import { checkRegistry } from '../options/index.ts'
import { checkFleet, type FleetOptions, type ResolvedFleet } from './options.ts'
import type { FleetChange, FleetRecord } from './record.ts'
import { Rounds } from './rounds.ts'
import { type FleetRules, packRules } from './rules.ts'
import { type Membership, SharedEndpoint } from './shared-endpoint.ts'
import type { FleetCommand, FleetLink, FleetLinkFigures } from './store.ts'

/** What a fleet command may be told besides. */
export interface FleetCommandOptions {
  /** For those who see it, at most 200 characters. Default: none. */
  readonly message?: string | undefined
}

/** What a fleet has decided about an endpoint, as this process knows it. */
export interface FleetEndpoint extends Omit<FleetRecord, 'writer'> {
  /** The name of the breaker. */
  readonly endpoint: string
}

/** The figures of a membership. */
export interface FleetStats {
  /** `connecting`, `synced`, `polling`, `degraded` (the store is lost; breakers rule alone), `leaving` or `left`. */
  readonly state: 'connecting' | 'synced' | 'polling' | 'degraded' | 'leaving' | 'left'
  /** How many processes there are, this one included, as the store knew it last. */
  readonly live: number
  /** How old what is known of the fleet's decisions is, in ms; `null` before the first round. */
  readonly viewAgeMs: number | null
  /** How many endpoints are shared in this process. */
  readonly endpoints: number
  /** What went over the wire, and what went wrong there. */
  readonly link: FleetLinkFigures
}

/** A registry's membership in a fleet. Made by `joinFleet`. */
export interface Fleet {
  /** The name of this process in the fleet. */
  readonly instance: string
  /** The figures of the membership. */
  stats(): FleetStats
  /** What the fleet has decided, of each shared endpoint that it has ever decided about. */
  endpoints(): FleetEndpoint[]
  /** Opens the endpoint in every process of the fleet. @throws FleetStoreError when the store does not take it; so do all commands */
  trip(endpoint: string, options?: FleetCommandOptions): Promise<void>
  /** Ends the fleet's open time at once. */
  probe(endpoint: string): Promise<void>
  /** Closes the endpoint for the fleet; a breaker that is open by itself stays open. */
  reset(endpoint: string): Promise<void>
  /** Rejects every call in every process, until another command. */
  isolate(endpoint: string, options?: FleetCommandOptions): Promise<void>
  /** The fleet rules nothing about the endpoint, until `enable` or another command; each breaker still rules for itself. */
  disable(endpoint: string): Promise<void>
  /** Ends `isolate` and `disable`. */
  enable(endpoint: string): Promise<void>
  /** Goes on alone: breakers rule for themselves again. Leaving again gives the same promise; it never rejects. */
  leave(): Promise<void>
  /** As `leave`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Shares the breakers of a registry with other processes: when enough of them see an endpoint fail, and it fails over all of
 * them, it is opened in all; one of them probes; all come back little by little. It adds rejections and removes none. No
 * call ever waits for the store: where that is lost, each breaker goes on by itself.
 * @returns after the first round with the store, or when that has failed: a process can start without the store
 * @throws ArgumentError (`INVALID_ARGUMENT`) for wrong options, and when the registry is in a fleet already
 */
export async function joinFleet(registry: Registry, options: FleetOptions = {}): Promise<Fleet> {
  checkRegistry('joinFleet(registry)', registry)
  const fleet = new JoinedFleet(registry, checkFleet(options))
  await fleet.begun
  return fleet
}

class JoinedFleet implements Fleet {
  readonly instance: string
  /** The first round has ended, in one way or the other. */
  readonly begun: Promise<void>
  readonly #registry: Registry
  readonly #options: ResolvedFleet
  readonly #link: FleetLink
  /** Absent while it is being started. */
  readonly #actor: Spawned<typeof fleetMachine> | undefined
  readonly #endpoints = new Map<string, SharedEndpoint>()
  /** By the name the store knows; also of endpoints that have no breaker here yet. */
  readonly #heard = new Map<string, FleetChange>()
  readonly #byName = new Map<string, SharedEndpoint>()
  readonly #endings: (() => void)[]
  readonly #membership: Membership & { live: number; isStoreUp: boolean }
  #hasBegun: () => void = () => {}
  readonly #rounds: Rounds
  #syncedAt: number | null = null
  #leaving: Promise<void> | null = null

  constructor(registry: Registry, options: ResolvedFleet) {
    const { store, namespace, instance, membership, breaker } = options
    this.instance = instance
    this.begun = new Promise((resolve) => {
      this.#hasBegun = resolve
    })
    this.#registry = registry
    this.#options = options
    const seed = hashOf(instance)
    const link = store.join({ namespace, instance, liveForMs: 5 * options.pollMs })
    this.#link = link
    this.#rounds = new Rounds(registry, link, options.pollMs, this.#endpoints)
    const heard = (change: FleetChange) => this.#hear([change])
    this.#membership = { link, breakerRules: breaker, seed, live: 1, isStoreUp: false, heard }
    for (const stats of registry.stats()) this.#share(stats)
    this.#endings = this.#listen()
    try {
      this.#actor = registry.spawn(fleetMachine, {
        id: 'fleet',
        input: { rules: membership, seed },
        on: (request) => this.#do(request),
        onEnd: () => void this.leave(),
      })
    } catch (error) {
      for (const end of this.#endings) end()
      void link.close()
      if (!isBreakerError(error, 'INVALID_ARGUMENT')) throw error
      throw new ArgumentError('joinFleet(registry)', 'a registry that is in no fleet', registry)
    }
  }

  stats(): FleetStats {
    const state = this.#actor?.getSnapshot()?.value as FleetStats['state'] | undefined
    return {
      state: this.#leaving === null ? (state ?? 'connecting') : state === 'left' ? 'left' : 'leaving',
      live: this.#membership.live,
      viewAgeMs: this.#syncedAt === null ? null : performance.now() - this.#syncedAt,
      endpoints: this.#endpoints.size,
      link: this.#link.figures(),
    }
  }

  endpoints(): FleetEndpoint[] {
    return [...this.#endpoints.values()]
      .filter(({ record }) => record.version > 0)
      .map(({ endpoint, record: { writer: _, ...record } }) => ({ endpoint, ...record }))
  }

  trip(endpoint: string, options: FleetCommandOptions = {}): Promise<void> {
    return this.#command(endpoint, { type: 'trip', message: options.message })
  }
  probe(endpoint: string): Promise<void> {
    return this.#command(endpoint, { type: 'probe' })
  }
  reset(endpoint: string): Promise<void> {
    return this.#command(endpoint, { type: 'reset' })
  }
  isolate(endpoint: string, options: FleetCommandOptions = {}): Promise<void> {
    return this.#command(endpoint, { type: 'isolate', message: options.message })
  }
  disable(endpoint: string): Promise<void> {
    return this.#command(endpoint, { type: 'disable' })
  }
  enable(endpoint: string): Promise<void> {
    return this.#command(endpoint, { type: 'enable' })
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave()
    return this.#leaving
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave()
  }

  async #leave(): Promise<void> {
    for (const end of this.#endings) end()
    for (const shared of this.#endpoints.values()) {
      shared.end()
      if (!this.#registry.isClosed && this.#registry.has(shared.endpoint))
        this.#registry.breaker(shared.endpoint).overrule(null)
    }
    this.#actor?.send({ type: 'leave' })
    this.#hasBegun()
    await this.#link.close()
    this.#actor?.send({ type: 'left' })
    this.#actor?.stop()
  }

  #listen(): (() => void)[] {
    const registry = this.#registry
    return [
      registry.on('created', ({ endpoint }) => {
        if (registry.has(endpoint)) this.#share({ endpoint, ...registry.breaker(endpoint).stats() })
      }),
      registry.on('deleted', ({ endpoint }) => this.#unshare(endpoint)),
      // A breaker that has opened has seen enough: others should know.
      registry.on('transition', ({ to }) => {
        if (to === 'open') this.#hurry()
      }),
      this.#link.subscribe({
        onChanges: (changes) => this.#hear(changes),
        onReady: () => {
          this.#rounds.startOver()
          this.#hurry()
        },
        onLost: () => {},
      }),
    ]
  }

  #hurry(): void {
    this.#actor?.send({ type: 'hurry' })
  }

  #do(request: FleetRequest): void {
    if (request.type === 'round') void this.#round(request.round, request.isFirst)
    else if (request.type === 'lost') this.#storeIs(false)
    else if (request.type === 'back') this.#storeIs(true)
  }

  #storeIs(isUp: boolean): void {
    this.#membership.isStoreUp = isUp
    for (const shared of this.#endpoints.values()) shared.storeIs(isUp, this.#membership.live)
  }

  /** What is new is fetched; what was seen is told. */
  async #round(round: number, isFirst: boolean): Promise<void> {
    if (isFirst) this.#rounds.startOver()
    try {
      const { changes, live } = await this.#rounds.poll()
      this.#membership.live = live
      this.#syncedAt = performance.now()
      this.#hear(changes)
      await this.#rounds.report((answers) => this.#hear(answers))
      this.#actor?.send({ type: 'done', round })
    } catch {
      // Counted by the link.
      this.#actor?.send({ type: 'failed', round })
    }
    this.#hasBegun()
  }

  #hear(changes: readonly FleetChange[]): void {
    if (this.#leaving !== null) return
    for (const change of changes) {
      const shared = this.#byName.get(change.endpoint)
      if (shared !== undefined) shared.hear(change)
      // There may be a breaker here later.
      else if (change.record.state === 'closed') this.#heard.delete(change.endpoint)
      else this.#heard.set(change.endpoint, change)
    }
  }

  #share(stats: EndpointStats): void {
    const { endpoint } = stats
    if (!this.#options.isShared(endpoint) || this.#endpoints.has(endpoint)) return
    const shared = new SharedEndpoint(this.#registry.breaker(endpoint), this.#options.rulesFor, stats, this.#membership)
    this.#endpoints.set(endpoint, shared)
    this.#byName.set(shared.name, shared)
    const heard = this.#heard.get(shared.name)
    if (heard !== undefined) shared.hear(heard)
  }

  #unshare(endpoint: string): void {
    const shared = this.#endpoints.get(endpoint)
    if (shared === undefined) return
    const { name, rules, record } = shared
    if (record.state !== 'closed') this.#heard.set(name, changeOf(name, rules, record))
    shared.end()
    this.#endpoints.delete(endpoint)
    this.#byName.delete(name)
  }

  async #command(endpoint: string, command: FleetCommand): Promise<void> {
    if (typeof endpoint !== 'string') throw new ArgumentError('endpoint', 'a name, as a string', endpoint)
    if (!this.#options.isShared(endpoint)) throw new ArgumentError('endpoint', 'one that is shared', endpoint)
    // Its policy says what rules it is shared under.
    this.#registry.breaker(endpoint)
    const shared = this.#endpoints.get(endpoint)
    if (shared === undefined) throw new ArgumentError('endpoint', 'one of a fleet that was not left', endpoint)
    this.#hear([await this.#link.command(shared.entry, command)])
  }
}

function changeOf(endpoint: string, rules: FleetRules, record: FleetRecord): FleetChange {
  return {
    endpoint,
    rules: packRules(rules).digest,
    record,
    isViewRefused: false,
    isRepaired: false,
    hasOtherRules: false,
  }
}

/** Another number for each name (FNV-1a). */
function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash >>> 0
}
