// Row: the published image of one breaker, which callers read without a message. It survives its actor's crashes.
// State and decision are written by `publish` alone, from the actor; tally, calls and latency by folding (settle.ts).
import type { SnapshotFrom } from 'xstate'
import type { breakerMachine } from '../../machines/breaker.machine.ts'
import type { BreakerActor } from '../../machines/registry.machine.ts'
import type { Clock } from '../edge/clock.ts'
import { newRejection, type Rejection } from '../edge/errors.ts'
import type { Calls } from '../rules/calls.ts'
import type { BreakerState, Decision, Probe, Stay } from '../rules/decide.ts'
import type { LatencySketch } from '../rules/latency.ts'
import type { Policy } from '../rules/policy.ts'
import { copyTally, newTally, type Tally } from '../rules/tally.ts'
import type { Reason } from '../rules/triggers.ts'
import type { SlidingWindow } from '../rules/window.ts'
import type { EventHub } from './events.ts'
import type { Timers } from './timers.ts'

/** What a guarded function is given. */
export interface CallContext {
  /** Aborted by the call's `timeout` and by the caller's own `signal`. */
  readonly signal: AbortSignal
  readonly endpoint: string
  readonly generation: number
}

/** What a row needs of the registry it belongs to. */
export interface Home {
  readonly clock: Clock
  readonly hub: EventHub
  readonly timers: Timers
  /** Whether outcomes that change nothing are kept from the actor. */
  readonly folding: boolean
  /** Starts the actor of a row that has none; `null` if it crashes at once, time and again. */
  install(row: Row): BreakerActor | null
  /** The row of this name, if there is one. */
  find(name: string): Row | undefined
  /** The row of this name now, made if there is none. @throws RegistryClosedError */
  rowOf(name: string, formerly: Row): Row
}

/** How a call is made: counted only; added to windows too; or with everything a call can ask for. */
export type CallPath = 'plain' | 'timed' | 'full'

/** Stands for "never" in the countdown to the next sample; a small integer, because a float would be boxed. */
const NEVER = 2 ** 30

// A class, and flat, for the sake of the cache: what a plain call touches lies in the row's first two lines.
export class Row implements Stay, Tally, Calls {
  path: CallPath = 'full'
  /** Calls until the next one whose latency is sampled. */
  untilSample: number
  generation = 0
  allowed = 0
  succeeded = 0
  consecutiveFailures = 0
  policy: Policy
  /** Given to every call of this generation that has no signal of its own. */
  context: CallContext
  state: BreakerState = 'closed'
  readonly home: Home
  /** False once deleted: its late results count for nothing, its handle looks for the name again. */
  attached = true

  failureRate: SlidingWindow | null
  slowCalls: SlidingWindow | null
  failures = 0
  failureTimes: number[] = []
  oldestFailure = 0

  rejected = 0
  failed = 0
  ignored = 0
  late = 0
  slow = 0
  latency: LatencySketch | null = null

  reason: Reason | null = null
  openedAt: number | null = null
  deadline: number | null = null
  openings = 0
  probes: Probe[] = []
  probeSuccesses = 0
  probeFailures = 0
  nextProbe = 1
  rejection: Rejection | null = null
  actor: BreakerActor | null = null
  /** The turn of the actors in which the row was last published. */
  publishedIn = -1

  readonly name: string
  readonly seed: number
  /** When the state was entered, and the time spent in states before. */
  since: number
  readonly timeInState: Record<BreakerState, number> = { closed: 0, open: 0, halfOpen: 0, forcedOpen: 0, disabled: 0 }
  /** The policy was given by name, not taken from the registry's; and a second one was reported. */
  bound = false
  warned = false
  /** Calls admitted when eviction last looked: unchanged, the breaker is idle. */
  seenCalls = 0

  constructor(home: Home, name: string, policy: Policy, seed: number) {
    const now = home.clock.now()
    const { failureRate, slowCalls } = newTally(policy, now)
    this.untilSample = firstSampleIn(policy)
    this.policy = policy
    this.context = new SharedContext(name, 0)
    this.home = home
    this.failureRate = failureRate
    this.slowCalls = slowCalls
    this.name = name
    this.seed = seed
    this.since = now
  }
}

/** Without a timeout or a signal of the caller nothing aborts a call: it gets a signal of its own only when it looks. */
class SharedContext implements CallContext {
  readonly endpoint: string
  readonly generation: number
  constructor(endpoint: string, generation: number) {
    this.endpoint = endpoint
    this.generation = generation
  }
  get signal(): AbortSignal {
    return new AbortController().signal
  }
}

/** Makes the row the image of what its actor has decided. */
export function publish(row: Row, snapshot: SnapshotFrom<typeof breakerMachine>): void {
  const { policy, decision } = snapshot.context
  const from = row.state
  const generation = row.generation
  row.publishedIn = row.home.hub.markTurn()
  const { tally, ...decided } = decision
  // While folding, the row's tally is ahead of the actor's until an event brings it along; one that the actor has no
  // use for (enable while closed) does not.
  if (!row.home.folding || decision.generation !== generation || policy !== row.policy) {
    Object.assign(row, copyTally(tally))
  }
  Object.assign(row, decided)
  if (policy !== row.policy) {
    row.policy = policy
    row.untilSample = firstSampleIn(policy)
  }
  row.state = snapshot.value as BreakerState
  if (row.generation !== generation || from !== row.state) {
    row.context = new SharedContext(row.name, row.generation)
    row.rejection = null
    if (from !== row.state) noteTransition(row, from)
  }
  setPath(row)
}

function noteTransition(row: Row, from: BreakerState): void {
  const { home, name, state, generation, reason } = row
  const at = home.clock.now()
  row.timeInState[from] += at - row.since
  row.since = at
  if (reason !== null) home.hub.post('transition', { endpoint: name, from, to: state, generation, reason, at })
}

/** Chooses what a call has to do, once for all calls until something changes. */
export function setPath(row: Row): void {
  const { policy, home, attached, state } = row
  const folds = attached && home.folding && state === 'closed'
  if (!folds || policy.timeoutMs !== null || policy.isFailure !== null || policy.ignore !== null) row.path = 'full'
  else row.path = policy.failureRate === null && policy.slowCalls === null ? 'plain' : 'timed'
}

/** A copy of what the row's breaker has decided, to start an actor from. */
export function decisionOf(row: Row): Decision {
  const { generation, reason, openedAt, deadline, openings, probes, probeSuccesses, probeFailures } = row
  const tally = copyTally(row)
  return { generation, reason, openedAt, deadline, openings, probes, probeSuccesses, probeFailures, tally }
}

/** Detaches a deleted row: every call admitted by it is late from now on. */
export function detach(row: Row): void {
  row.attached = false
  row.actor = null
  row.generation++
  setPath(row)
}

export function rejectionOf(row: Row): Rejection {
  row.rejection ??= newRejection(row.name, row.state, row.reason ?? { type: 'reset' })
  return row.rejection
}

function firstSampleIn({ latencySampling }: Policy): number {
  return latencySampling === 0 ? NEVER : 1
}

export function restartSampling(row: Row): void {
  row.untilSample = row.policy.latencySampling === 0 ? NEVER : row.policy.latencySampling
}
