// Table: the rows, one for each name; makes and removes them, and keeps what outlives them.
import { describeValue, RegistryClosedError, RegistryFullError } from '../edge/errors.ts'
import type { PolicyChoice } from '../edge/named-policies.ts'
import type { ResolvedOptions } from '../edge/registry-options.ts'
import type { BreakerSnapshot } from '../edge/snapshot-format.ts'
import type { Policy } from '../rules/policy.ts'
import { samePolicy, saysTheSame } from '../rules/same-policy.ts'
import { copyEvidence } from '../rules/triggers/index.ts'
import { inBatches } from './batches.ts'
import { Breaker } from './breaker.ts'
import { caughtUp, send } from './deliver.ts'
import { warn } from './event-dispatcher.ts'
import type { RegistryEvents } from './events.ts'
import { Eviction } from './eviction.ts'
import { OwnPolicies } from './own-policies.ts'
import { choosePath } from './path.ts'
import { configureWithoutActor, detach, resetWithoutActor } from './publish.ts'
import { makeCore, type WholeCore } from './registry-core.ts'
import { Retirement } from './retirement.ts'
import { extrasOf, Row } from './row.ts'
import { restore } from './snapshot.ts'

/** A breaker that is gone keeps no error alive. */
const NOTHING_OPENED = { cause: undefined, rejection: null }

export class Table {
  readonly rows = new Map<string, Row>()
  readonly core: WholeCore
  /** The policy of a name that has none of its own; see `configureAll`. */
  policyFor: PolicyChoice
  readonly #options: ResolvedOptions
  readonly #eviction: Eviction | null
  readonly #retirement: Retirement | null
  /** Made when asked for. That of a deleted row is the handle of its name again when it is used again. */
  readonly #handles = new WeakMap<Row, Breaker>()
  readonly #ownPolicies: OwnPolicies
  /** Names that have a policy of their own, and were given another. */
  readonly #warnedOf = new Set<string>()
  /** Above every generation of a deleted breaker, so that a name that comes back starts in a new one. */
  #firstGeneration = 0
  isClosed = false

  constructor(options: ResolvedOptions) {
    this.#options = options
    this.policyFor = options.policyFor
    this.#ownPolicies = new OwnPolicies(options.maxBreakers)
    this.#eviction = options.maxBreakers < Number.POSITIVE_INFINITY ? new Eviction() : null
    this.core = makeCore(options, {
      find: (name) => this.rows.get(name),
      rowOf: (name, formerly) => this.rowOf(name, formerly.isBound ? formerly.policy : undefined, formerly),
      moved: (row) => this.#eviction?.note(row),
      unfold: (name) => this.#unfold(name),
      heard: (endpoint) => this.#heard(endpoint),
    })
    const { idleTimeoutMs } = options
    this.#retirement = idleTimeoutMs === null ? null : this.#newRetirement(idleTimeoutMs)
  }

  #newRetirement(idleTimeoutMs: number): Retirement {
    const { rows, core } = this
    return new Retirement(idleTimeoutMs, {
      rows,
      core,
      isClosed: () => this.isClosed,
      carries: ({ name }) => core.supervisor.carries(name),
      retire: (row) => {
        rows.delete(row.name)
        core.turns.run(() => this.#retire(row, 'idle'))
      },
    })
  }

  get seed(): number {
    return this.#options.seed
  }

  handleOf(row: Row): Breaker {
    const handle = this.#handles.get(row) ?? new Breaker(row)
    this.#handles.set(row, handle)
    return handle
  }

  /** @throws RegistryClosedError, RegistryFullError, ArgumentError */
  rowOf(name: string, policy?: Policy, formerly?: Row): Row {
    if (this.isClosed) throw new RegistryClosedError()
    const row = this.rows.get(name) ?? this.create(name, policy)
    const handle = formerly && this.#handles.get(formerly)
    if (handle !== undefined && !this.#handles.has(row)) this.#handles.set(row, handle)
    return row
  }

  create(name: string, policy?: Policy, from?: BreakerSnapshot): Row {
    const { core, policyFor } = this
    const own = policy ?? this.#ownPolicies.get(name)
    const row = new Row(core, name, own ?? policyFor(name), this.#firstGeneration)
    const now = row.since
    row.isBound = own !== undefined
    if (from !== undefined) restore(row, from, core.clock.now())
    // A clock is foreign code: whoever was asked the time may have used the name, or closed the registry.
    if (this.isClosed || this.rows.has(name)) return this.rowOf(name, policy)
    const evicted = this.#makeRoom(now)
    if (policy !== undefined) this.#ownPolicies.set(name, policy)
    this.#ownPolicies.created(name)
    choosePath(row)
    this.rows.set(name, row)
    // In one turn: a listener that hears of the eviction finds the new breaker made.
    core.turns.run(() => {
      if (evicted !== undefined) this.#retire(evicted, 'evicted')
      this.#eviction?.note(row)
      this.#retirement?.created()
      if (core.supervisor.keeps(name) || !row.folds || row.state !== 'closed')
        core.supervisor.activate(row, core.clock.now())
      core.dispatcher.post('created', { endpoint: name })
    })
    // Whoever was asked the time may have given others, too.
    if (policyFor !== this.policyFor) this.#adopt(row)
    return row
  }

  remove(row: Row): void {
    this.rows.delete(row.name)
    this.forget(row.name)
    this.core.turns.run(() => this.#retire(row, 'deleted'))
  }

  /** The policy that was given for this name. */
  forget(name: string): void {
    this.#ownPolicies.delete(name)
    this.#warnedOf.delete(name)
  }

  /** The policy is for this name from now on. State and evidence stay. */
  configure(row: Row, policy: Policy): void {
    row.isBound = true
    this.#ownPolicies.set(row.name, policy)
    this.#apply(row, policy)
  }

  /** For new breakers at once; those there are in batches, each under its old policy until its turn. */
  configureAll(policyFor: PolicyChoice): Promise<void> {
    this.policyFor = policyFor
    return inBatches([...this.rows.values()], this.core, (row) => this.#adopt(row))
  }

  /** The registry's policy for this name is the row's, unless it has one of its own. */
  #adopt(row: Row): void {
    if (row.isBound) return
    const policy = this.policyFor(row.name)
    if (!saysTheSame(row.policy, policy)) this.#apply(row, policy)
  }

  #apply(row: Row, policy: Policy): void {
    const at = this.core.clock.now()
    // Calls that have become slow by now did so under the policy of that time.
    caughtUp(row)
    if (row.actor === null && row.state === 'closed' && row.attached)
      this.core.turns.run(() => configureWithoutActor(row, policy, at))
    else send(row, { type: 'configure', policy, at })
  }

  /** Every admission and outcome of this name is an event of its actor, until the function it gives is called. */
  #unfold(name: string): () => void {
    const { unfolded } = this.core
    unfolded.set(name, (unfolded.get(name) ?? 0) + 1)
    this.#refold(name)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const others = (unfolded.get(name) ?? 1) - 1
      if (others > 0) unfolded.set(name, others)
      else unfolded.delete(name)
      this.#refold(name)
    }
  }

  #refold(name: string): void {
    const { core } = this
    const row = this.rows.get(name)
    const folds = core.folds(name)
    if (row === undefined || row.folds === folds) return
    caughtUp(row)
    row.folds = folds
    choosePath(row)
    // What was folded until now goes to the actor as evidence, under its present policy; from now on, every event does.
    const { policy } = row
    if (!folds) send(row, { type: 'configure', policy, at: core.clock.now(), evidence: copyEvidence(row) })
    else if (row.state === 'closed') core.turns.run(() => core.supervisor.rest(row))
  }

  #heard(endpoint: string | undefined): void {
    if (endpoint === undefined) for (const row of this.rows.values()) choosePath(row)
    else {
      const row = this.rows.get(endpoint)
      if (row !== undefined) choosePath(row)
    }
  }

  /** A policy that came with a name: the first one binds, another is not applied, and told of once. */
  bind(row: Row, policy: Policy): void {
    if (!row.isBound) this.configure(row, policy)
    else if (!samePolicy(policy, row.policy)) this.#ignorePolicy(row.name)
  }

  isWarnedOf(name: string): boolean {
    return this.#warnedOf.has(name)
  }

  /** Every breaker is reset as of now; one that is read before its turn is reset then. */
  resetAll(): Promise<void> {
    const { core } = this
    core.resets = { count: core.resets.count + 1, at: core.clock.now() }
    const rows = [...this.rows.values()]
    for (const row of rows) choosePath(row)
    return inBatches(rows, core, caughtUp)
  }

  /** The rows stay, to be read. */
  async close(): Promise<void> {
    const { turns, supervisor, scheduler, dispatcher } = this.core
    this.isClosed = true
    scheduler.clear()
    dispatcher.clear()
    const rows = [...this.rows.values()]
    for (const row of rows) {
      // The rest of a resetAll: after it nobody may find an open breaker, in a snapshot of the end least of all.
      if (row.resets !== this.core.resets.count) resetWithoutActor(row, this.core.resets.at)
      detach(row)
    }
    // One by one: XState takes quadratic time to stop many children in one step (5 s for 100,000).
    await inBatches(rows, this.core, (row) => turns.run(() => supervisor.remove(row)))
    turns.run(() => supervisor.close())
  }

  /** The breaker that has to go for another one. @throws RegistryFullError when each of them holds a decision */
  #makeRoom(now: number): Row | undefined {
    const { maxBreakers } = this.#options
    if (this.rows.size < maxBreakers) return undefined
    const idle = this.#eviction?.choose(now)
    if (idle === undefined) throw new RegistryFullError(maxBreakers)
    this.rows.delete(idle.name)
    return idle
  }

  /** In a turn. */
  #retire(row: Row, why: RegistryEvents['deleted']['why']): void {
    this.core.supervisor.remove(row)
    const forgotten = why === 'deleted' ? undefined : this.#ownPolicies.evicted(row.name)
    if (forgotten !== undefined) this.#warnedOf.delete(forgotten)
    detach(row)
    row.state = 'closed'
    if (row.extras.rejection !== null || row.extras.cause !== undefined) Object.assign(extrasOf(row), NOTHING_OPENED)
    this.#eviction?.note(row)
    this.#firstGeneration = Math.max(this.#firstGeneration, row.generation)
    this.core.dispatcher.post('deleted', { endpoint: row.name, why })
  }

  #ignorePolicy(endpoint: string): void {
    this.#warnedOf.add(endpoint)
    const { dispatcher, turns } = this.core
    if (dispatcher.hears('policyIgnored', endpoint)) turns.run(() => dispatcher.post('policyIgnored', { endpoint }))
    else {
      const text = `breaker ${describeValue(endpoint)} has a policy; use configure() to give it another`
      warn(text, 'SWITCHGEAR_POLICY_IGNORED')
    }
  }
}
