// Row: the published image of one breaker, which callers read without a message. It survives its actor's crashes.
// State and generation are written by `publish` alone, from the actor; evidence and counts by folding (settle.ts).
import type { AnyStateMachine } from 'xstate'
import type { CallContext } from '../edge/call-context.ts'
import type { Clock } from '../edge/clock.ts'
import { type BreakerData, copyData, FIRST_GENERATION, type Generation } from '../rules/decide.ts'
import type { LatencySketch } from '../rules/latency.ts'
import type { Policy } from '../rules/policy.ts'
import type { BreakerState } from '../rules/states.ts'
import { copyEvidence, type Evidence, newEvidence } from '../rules/triggers/index.ts'
import type { SlidingWindow } from '../rules/window.ts'
import type { SupervisedBreaker } from './actors.ts'
import { sharedContext } from './contexts.ts'
import type { EventDispatcher } from './event-dispatcher.ts'
import type { InFlight } from './in-flight.ts'
import { NO_EXTRAS, RowExtras } from './row-extras.ts'
import type { Scheduler } from './scheduler.ts'
import type { Spawned, SpawnOptions } from './spawning.ts'
import type { Turns } from './turns.ts'

/** Starts the actors of rows. All in a turn. */
export interface Supervisor {
  /** Gives a row an actor, started from it; none if it crashes at once, time and again. */
  activate(row: Row, at: number): void
  /** Lets the actor of a closed row go, unless it is watched or all are to stay. */
  rest(row: Row): void
  /** Not in a turn: starts an actor of an integration under that of the row. */
  spawn(row: Row, logic: AnyStateMachine, options: SpawnOptions<AnyStateMachine>): Spawned<AnyStateMachine>
}

/** What a row needs of the registry it belongs to. */
export interface RegistryCore {
  readonly clock: Clock
  readonly turns: Turns
  readonly dispatcher: EventDispatcher
  /** What is due later, and keeps no process alive. */
  readonly scheduler: Scheduler
  /** When calls with a timeout are over. */
  readonly deadlines: Scheduler
  /** Whether outcomes that change nothing are kept from the actor of this name. */
  folds(name: string): boolean
  /** The last `resetAll`: a row that was not reset since then is reset before anything else happens to it. */
  resets: { readonly count: number; readonly at: number }
  readonly supervisor: Supervisor
  /** In a turn: the row's state has changed. */
  moved(row: Row): void
  /** Unfolds the breaker of this name, whenever there is one, until the function it gives is called. */
  unfold(name: string): () => void
  /** The row of this name, if there is one. */
  find(name: string): Row | undefined
  /** The row of this name now, made if there is none. @throws RegistryClosedError */
  rowOf(name: string, formerly: Row): Row
}

/**
 * How a call is made: `unready` until handlers are made, then counted only (`plain`), or added to windows too (`timed`);
 * or with everything that a call can ask for (`full`).
 */
export type CallPath = 'unready' | 'plain' | 'timed' | 'full'

// Flat, and small, for the sake of the cache and of a million rows: what a plain call touches comes first.
export class Row implements Evidence {
  path: CallPath = 'full'
  /** Calls until the next one whose latency is sampled. */
  untilSample: number
  allowed = 0
  succeeded = 0
  /** Moved by every write: who reads again and again looks at the rows alone where it has. */
  version = 0
  consecutiveFailures = 0
  generation: number
  /** Given to every call of this generation that has no signal of its own. */
  context: CallContext | null = null
  /** What a plain call of this generation does when it ends; see call.ts. */
  onValue: ((value: unknown) => unknown) | null = null
  onError: ((error: unknown) => never) | null = null
  policy: Policy
  readonly core: RegistryCore
  state: BreakerState = 'closed'
  /** Whether outcomes that change nothing are kept from the actor. */
  folds: boolean
  /** Whether there is a listener for the outcome of each of its calls. */
  isHeard = false
  /** False once deleted: its late results count for nothing, its handle looks for the name again. */
  attached = true
  /** Number of the `resetAll` that it has seen. */
  resets: number

  failures = 0
  failureTimes: Evidence['failureTimes']
  oldestFailure = 0
  failureRate: SlidingWindow | null
  slowCalls: SlidingWindow | null
  /** Those that count as slow before they end; `null` but under a rule for slow calls. */
  inFlight: InFlight | null = null

  failed = 0
  /** When the last failure counted, in ms. */
  lastFailureAt: number | null = null
  readonly name: string
  /** The policy was given by name, not taken from the registry's. */
  isBound = false
  current: Generation = FIRST_GENERATION
  /** `null` while closed and idle: see Supervisor. */
  actor: SupervisedBreaker | null = null
  /** When the state was entered. */
  since: number
  /** One sample needs no sketch. */
  latency: LatencySketch | number | null = null
  extras: Readonly<RowExtras> = NO_EXTRAS

  /** Those in flight; with the generation all that is needed to tell a late result. */
  get probes(): Generation['probes'] {
    return this.current.probes
  }

  constructor(core: RegistryCore, name: string, policy: Policy, generation: number) {
    const now = core.clock.now()
    const { failureTimes, failureRate, slowCalls } = newEvidence(policy, now)
    this.untilSample = firstSampleIn(policy)
    this.generation = generation
    this.policy = policy
    this.core = core
    this.folds = core.folds(name)
    this.resets = core.resets.count
    this.failureTimes = failureTimes
    this.failureRate = failureRate
    this.slowCalls = slowCalls
    this.name = name
    this.since = now
  }
}

/** The probe number of a call that is no probe. */
export const NO_PROBE = 0

/** Stands for "never" in the countdown to the next sample; a small integer, because a float would be boxed. */
export const NEVER = 2 ** 30

/** Calls until the first one whose latency is sampled, under a policy that is new. */
export function firstSampleIn({ latencySampling }: Policy): number {
  return latencySampling === 0 ? NEVER : 1
}

/** The row's extras, to write in. */
export function extrasOf(row: Row): RowExtras {
  row.version++
  if (row.extras === NO_EXTRAS) row.extras = new RowExtras()
  return row.extras as RowExtras
}

/** The row of this name now: a deleted breaker that is used again is made again. */
export function attached(row: Row): Row {
  return row.attached ? row : row.core.rowOf(row.name, row)
}

/** A copy of what the row's breaker has decided, to start an actor from. */
export function dataOf(row: Row): BreakerData {
  const data = copyData(row.current, copyEvidence(row))
  data.generation = row.generation
  return data
}

/** The row's evidence becomes a copy of this one. */
export function setEvidence(row: Row, evidence: Evidence): void {
  Object.assign(row, copyEvidence(evidence))
}

/** The context of calls that nothing aborts. */
export function contextOf(row: Row): CallContext {
  row.context ??= sharedContext(row.name, row.generation)
  return row.context
}

/** The row's generation ends: what was admitted in it is late, and has handlers and a context of its own. */
export function beginGeneration(row: Row, generation: number): void {
  row.generation = generation
  row.inFlight?.end()
  row.inFlight = null
  row.context = null
  row.onValue = null
  row.onError = null
}
