// SharedEndpoint: one endpoint of a fleet in this process: the fleet's decision about it, the actor that follows that, and
// the override that results. Made for each shared breaker; its actor exists unless the fleet is closed.
import { randomBytes } from 'node:crypto'
import { type FleetBreakerRequest, type FleetBreakerRules, fleetBreakerMachine } from '../../machines/index.ts'
import type { Breaker, EndpointStats, Policy, Spawned } from '../index.ts'
import { checkCompletion, checkGrant } from './check-answer.ts'
import { sharedName } from './names.ts'
import { Outcomes } from './outcomes.ts'
import { overrideOf } from './override.ts'
import { type FleetChange, type FleetRecord, merged, NO_RECORD } from './record.ts'
import type { FleetRules } from './rules.ts'
import { packRules } from './rules.ts'
import type { FleetEntry, FleetLink } from './store.ts'

/** What the endpoints of a fleet share in this process. */
export interface Membership {
  readonly link: FleetLink
  readonly breakerRules: FleetBreakerRules
  readonly seed: number
  /** The approximate number of processes. */
  readonly live: number
  readonly isStoreUp: boolean
  /** The registry's, in ms. */
  now(): number
  /** Whether the registry has a breaker of this name now, and is not closed. */
  hasBreaker(endpoint: string): boolean
  /** The answer to a request for a lease, or about a probe, has the record that holds. */
  heard(change: FleetChange): void
  /** A request has failed. */
  failed(error: unknown): void
}

export class SharedEndpoint {
  /** The name in the store. */
  readonly name: string
  readonly outcomes: Outcomes
  /** Whether others see it fail, too: then successes are worth reporting. */
  isSuspect = false
  readonly #breaker: Breaker
  readonly #membership: Membership
  readonly #rulesFor: (policy: Policy) => FleetRules
  #policy: Policy
  #rules: FleetRules
  #record: FleetRecord = NO_RECORD
  /** When the record arrived. */
  #heardAt = 0
  #actor: Spawned<typeof fleetBreakerMachine> | null = null

  constructor(
    breaker: Breaker,
    rulesFor: (policy: Policy) => FleetRules,
    stats: EndpointStats,
    membership: Membership,
  ) {
    this.name = sharedName(breaker.endpoint)
    this.#breaker = breaker
    this.#rulesFor = rulesFor
    this.#policy = breaker.policy
    this.#rules = rulesFor(this.#policy)
    this.#membership = membership
    this.outcomes = new Outcomes(stats)
  }

  get endpoint(): string {
    return this.#breaker.endpoint
  }

  /** The rules of the policy in force. Other processes share nothing with decisions under these. */
  get rules(): FleetRules {
    const { policy } = this.#breaker
    if (policy === this.#policy) return this.#rules
    const rules = this.#rulesFor(policy)
    const isOther = packRules(rules).digest !== packRules(this.#rules).digest
    this.#policy = policy
    if (isOther) {
      this.#rules = rules
      this.#record = NO_RECORD
      this.end()
      this.#breaker.override(null)
    }
    return this.#rules
  }

  /** Whether the rules have changed since the last check. */
  hasChangedRules(): boolean {
    const before = this.#rules
    return this.rules !== before
  }

  /** The fleet's decision, as of now. */
  get record(): FleetRecord {
    if (this.#record.state !== 'open') return this.#record
    const { now } = this.#membership
    // It was opened again if a probe of this process alone has failed.
    const isOpen = this.#actor?.getSnapshot()?.matches('open') === true
    const rest = (isOpen ? this.#actor?.dueInMs : undefined) ?? this.#record.remainingMs - (now() - this.#heardAt)
    return { ...this.#record, remainingMs: Math.max(0, Math.ceil(rest)) }
  }

  /** As a request begins. */
  get entry(): FleetEntry {
    const { endpoint, rules, record } = this
    return { endpoint, rules, view: record.version === 0 ? null : record }
  }

  /** The record that holds, from an answer or a push, in whatever order they come. */
  hear(change: FleetChange): void {
    const { rules } = this
    const heard = merged(this.#record, change)
    if (heard === this.#record) return
    const openMs = Math.min(heard.openMs, rules.maxOpenMs)
    const record = { ...heard, openMs, remainingMs: Math.min(heard.remainingMs, openMs) }
    this.#record = record
    this.#heardAt = this.#membership.now()
    if (this.#actor !== null) this.#actor.send({ type: 'decided', decision: record })
    else if (record.state !== 'closed') {
      this.#actor = this.#spawn()
      // It may have begun before this process knew.
      this.#updateOverride()
    }
  }

  /** The store is there, or lost. */
  storeIs(isUp: boolean, live: number): void {
    this.#actor?.send(isUp ? { type: 'storeBack', live } : { type: 'storeLost' })
  }

  /** What it would report to the others. */
  get change(): FleetChange {
    const told = { isViewRefused: false, isRepaired: false, hasOtherRules: false }
    return { endpoint: this.name, rules: packRules(this.rules).digest, record: this.record, ...told }
  }

  /** The process has left the fleet: the breaker decides alone. */
  leave(): void {
    this.end()
    if (this.#membership.hasBreaker(this.endpoint)) this.#breaker.override(null)
  }

  /** The fleet does not decide about it any more. */
  end(): void {
    this.#actor?.stop()
    this.#actor = null
  }

  #spawn(): Spawned<typeof fleetBreakerMachine> {
    const { breakerRules, seed, live, isStoreUp } = this.#membership
    return this.#breaker.spawn(fleetBreakerMachine, {
      id: 'fleet',
      input: (start) => ({
        rules: { ...breakerRules, probeTimeoutMs: this.#rules.probeTimeoutMs },
        // Of this process, and of this endpoint.
        seed: (seed ^ start.seed) >>> 0,
        decision: this.record,
        live,
        isStoreUp,
      }),
      on: (request) => this.#do(request),
    })
  }

  #do(request: FleetBreakerRequest): void {
    if (request.type === 'overrideChanged') this.#updateOverride()
    else if (request.type === 'acquire') void this.#acquire(request.asked)
    else void this.#complete(request)
  }

  #updateOverride(): void {
    const snapshot = this.#actor?.getSnapshot()
    if (snapshot === undefined) return
    const override = overrideOf(snapshot, this.#record, this.#actor?.dueInMs, {
      wanted: () => this.#actor?.send({ type: 'wanted' }),
      probe: (asked) => {
        this.#actor?.send({ type: 'probeBegan', asked })
        return (result) => this.#actor?.send({ type: 'probeEnded', asked, result })
      },
    })
    this.#breaker.override(override)
    if (snapshot.matches('closed')) this.end()
  }

  async #acquire(asked: number): Promise<void> {
    const membership = this.#membership
    const token = randomBytes(12).toString('hex')
    const sentAt = membership.now()
    try {
      const grant = await membership.link.acquire(this.entry, token)
      checkGrant(grant)
      membership.heard(grant.change)
      const leaseMs = Math.min(grant.leaseMs, this.#rules.probeTimeoutMs) - (membership.now() - sentAt)
      if (grant.isGranted) this.#actor?.send({ type: 'granted', asked, lease: { token, leaseMs } })
      else this.#actor?.send({ type: 'denied', asked, waitMs: this.#waitMs(grant.retryAfterMs) })
    } catch (error) {
      // The store is lost, or too slow to wait for.
      membership.failed(error)
      this.#actor?.send({ type: 'unanswered', asked })
    }
  }

  async #complete({
    asked,
    token,
    version,
    passed,
  }: Extract<FleetBreakerRequest, { type: 'complete' }>): Promise<void> {
    const membership = this.#membership
    try {
      const completion = await membership.link.complete(this.entry, { token, version, isSuccess: passed })
      checkCompletion(completion)
      membership.heard(completion.change)
      this.#actor?.send({ type: 'completed', asked })
    } catch (error) {
      membership.failed(error)
      this.#actor?.send({ type: 'unanswered', asked })
    }
  }

  /** No longer than any lease or open time is. */
  #waitMs(retryAfterMs: number): number {
    const { probeTimeoutMs, maxOpenMs } = this.#rules
    return Math.min(Math.max(1, retryAfterMs), Math.max(probeTimeoutMs, maxOpenMs))
  }
}
